"""Who is who: anonymous participants, their tokens, and the names that strangers see."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Sequence
from time import time
from typing import NamedTuple

from itsdangerous import BadSignature, Signer
from itsdangerous.signer import SigningAlgorithm

from server.catalogue import Aliases
from server.relay.campaign import Campaign
from server.relay.phrase import language_of
from server.session.random_ids import ID_BYTES, new_id, to_base64

DAY_SECONDS = 86_400

REHEARSAL = "~"
"""The first character of tokens for rehearsals; no other one begins so."""


class _Hmac:
    """HMAC with SHA-256 under one key, whose two blocks are hashed once: RFC 2104, section 4.

    A digest takes 0.8 us, where `hmac.digest` takes 1.9 and three times more of cold code.
    """

    def __init__(self, key: bytes) -> None:
        """`key` has 64 bytes at most."""
        block = key.ljust(hashlib.sha256().block_size, b"\0")
        self._inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in block))
        self._outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in block))

    def digest(self, value: bytes) -> bytes:
        """What `value` is signed with."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(value)
        outer.update(inner.digest())
        return outer.digest()


class _Algorithm(SigningAlgorithm):
    """HMAC with SHA-256, as itsdangerous calls it."""

    def get_signature(self, key: bytes, value: bytes) -> bytes:
        """What `value` is signed with."""
        return hmac.digest(key, value, "sha256")


def _derived(secret: bytes) -> bytes:
    return Signer(secret, salt="jielong.participant", digest_method=hashlib.sha256).derive_key()


def _work_key(secret: bytes, work: str) -> str:
    keyed = hashlib.blake2b(work.encode(), key=secret, digest_size=ID_BYTES)
    return to_base64(keyed.digest())


class _Token(NamedTuple):
    """What a token says: whose it is, its age in seconds, and the campaign it is bound to or ""."""

    person: str
    age: float
    campaign: str


def _binding(campaign: Campaign | None) -> str:
    if campaign is None or campaign.rehearsal:
        return ""
    return campaign.id if campaign.bound_tokens else ""


class Identity:
    """Makes and checks tokens: a person's secret id and the time, with a signature.

    A participant is a person in one campaign: the same token is another participant in another
    one, so that no campaign learns what somebody does elsewhere, and rooms, partners and numbers
    are a campaign's own.
    """

    def __init__(
        self,
        secrets: Sequence[bytes],
        aliases: dict[str, Aliases],
        token_days: float = 400,
        clock: Callable[[], float] = time,
    ) -> None:
        """Make and check the tokens of a service.

        Args:
            secrets: the same in every worker. The first one signs; the others are former ones,
                whose tokens are still good.
            aliases: words by language.
            token_days: so long after it was made a token is worth nothing.
            clock: gives seconds since 1970.
        """
        # The keys are derived once here, not again for every token; itsdangerous signs with the
        # last one.
        keys = [_derived(secret) for secret in reversed(secrets)]
        self._signer = Signer(keys, key_derivation="none", algorithm=_Algorithm())
        self._hmac = _Hmac(keys[-1])
        self._work_secrets = [hmac.digest(key, b"jielong.work", "sha256") for key in secrets]
        self._aliases = aliases
        self._seconds = token_days * DAY_SECONDS
        self._clock = clock

    def new_token(self, campaign: Campaign | None = None) -> str:
        """A token for somebody who has none; bound to the campaign if that has its own."""
        return self._token(new_id(), _binding(campaign))

    def new_rehearsal_token(self) -> str:
        """A token for one of the people of a rehearsal; good for nothing but that."""
        return self._token(REHEARSAL + new_id(), "")

    def is_rehearsal(self, token: str) -> bool:
        """Whether this is a token of ours for a rehearsal."""
        return token.startswith(REHEARSAL) and self.is_ours(token)

    def is_ours(self, token: str) -> bool:
        """Whether a token was made here, and not too long ago."""
        return self._read(token) is not None

    def is_good_in(self, token: str, campaign: Campaign) -> bool:
        """Whether a token is ours, and bound to the campaign exactly if that has its own."""
        found = self._read(token)
        return found is not None and found.campaign == _binding(campaign)

    def renewed(self, token: str) -> str:
        """The same person's token; a new one when this one of ours is older than a day."""
        found = self._read(token)
        if found is None or found.age < DAY_SECONDS:
            return token
        return self._token(found.person, found.campaign)

    def _token(self, person: str, campaign: str) -> str:
        """As the signer makes it, without the dozen calls that it takes for that."""
        made = f"{person}.{int(self._clock()):x}"
        signed = f"{made}.{campaign}" if campaign else made
        signature = to_base64(self._hmac.digest(signed.encode()))
        return f"{signed}.{signature.rstrip('=')}"

    def _read(self, token: str) -> _Token | None:
        """What a token says; None when it is not ours, or expired."""
        try:
            person, made, *bound = self._signer.unsign(token).decode().split(".")
            age = self._clock() - int(made, 16)
        except (BadSignature, UnicodeError, ValueError):
            return None
        return _Token(person, age, "".join(bound)) if age < self._seconds else None

    def participant(self, token: str, campaign: str) -> str:
        """Who the holder of a token of ours is in a campaign."""
        person = token.partition(".")[0]
        digest = hashlib.blake2b(f"{person} {campaign}".encode(), digest_size=ID_BYTES).digest()
        return to_base64(digest)

    def work_key(self, work: str) -> str:
        """What lets those who wrote a work see it while it is not public."""
        return _work_key(self._work_secrets[0], work)

    def is_work_key(self, key: str, work: str) -> bool:
        """Whether this is the key of the work."""
        keys = [_work_key(secret, work).encode() for secret in self._work_secrets]
        return any(hmac.compare_digest(key.encode(), each) for each in keys)

    def alias(self, participant: str, room: str, locale: str) -> str:
        """What a stranger in this room is called: the same all the time, another one elsewhere."""
        digest = hashlib.blake2b(f"{participant} {room}".encode(), digest_size=6).digest()
        words = self._aliases.get(language_of(locale)) or self._aliases["zh"]
        return words.pick(int.from_bytes(digest))
