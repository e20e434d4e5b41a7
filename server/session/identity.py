"""Who is who: anonymous participants, their tokens, and the names that strangers see."""

from __future__ import annotations

import hashlib
import hmac
import os
from binascii import b2a_base64
from collections.abc import Callable, Sequence
from time import time
from typing import NamedTuple

from itsdangerous import BadSignature, Signer
from itsdangerous.signer import SigningAlgorithm

from server.catalogue import Aliases
from server.relay.campaign import Campaign
from server.relay.phrase import language_of

DAY_SECONDS = 86_400

ID_BYTES = 12
"""96 random bits: ids of participants and rooms and codes of invites cannot be guessed."""


_SECONDS = 0x7FFFFF
"""The bits of a time in seconds that a room's id begins with."""

REHEARSAL = "~"
"""The first character of tokens for rehearsals; no other one begins so."""


_URL_SAFE = bytes.maketrans(b"+/", b"-_")


def _base64(data: bytes) -> str:
    """URL-safe base64 with its padding, in half the time of the standard library's."""
    return b2a_base64(data, newline=False).translate(_URL_SAFE).decode("ascii")


def new_id() -> str:
    """An unguessable id, 16 characters of URL-safe base64."""
    return _base64(os.urandom(ID_BYTES))


def new_room_id() -> str:
    """An unguessable id, 20 characters of URL-safe base64, with ids of the same time beside it.

    A room's id becomes that of its work. It begins with the second, so that the archive's indexes
    grow in one place: with random ids each work changes pages of its own, and costs twice the CPU
    in an archive of 15,000. The seconds begin anew after 97 days; the first character is a letter.
    """
    second = int(time()) & _SECONDS
    return _base64(second.to_bytes(3) + os.urandom(ID_BYTES))


class _Hmac(SigningAlgorithm):
    """HMAC with SHA-256 in one call of OpenSSL: a third of what an object of Python's takes."""

    def get_signature(self, key: bytes, value: bytes) -> bytes:
        """What `value` is signed with."""
        return hmac.digest(key, value, "sha256")


def _derived(secret: bytes) -> bytes:
    return Signer(secret, salt="jielong.participant", digest_method=hashlib.sha256).derive_key()


def _work_key(secret: bytes, work: str) -> str:
    keyed = hashlib.blake2b(work.encode(), key=secret, digest_size=ID_BYTES)
    return _base64(keyed.digest())


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
        self._signer = Signer(keys, key_derivation="none", algorithm=_Hmac())
        self._key = keys[-1]
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
        signature = _base64(hmac.digest(self._key, signed.encode(), "sha256"))
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
        return _base64(digest)

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
