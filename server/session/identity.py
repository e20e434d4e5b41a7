"""Who is who: anonymous participants, their tokens, and the names that strangers see."""

from __future__ import annotations

import hashlib
import hmac
import os
from base64 import urlsafe_b64encode

from itsdangerous import BadSignature, Signer
from itsdangerous.signer import SigningAlgorithm

from server.catalogue import Aliases
from server.relay.phrase import language_of

ID_BYTES = 12
"""96 random bits: ids of participants and rooms and codes of invites cannot be guessed."""


def new_id() -> str:
    """An unguessable id, 16 characters of URL-safe base64."""
    return urlsafe_b64encode(os.urandom(ID_BYTES)).decode()


class _Hmac(SigningAlgorithm):
    """HMAC with SHA-256 in one call of OpenSSL: a third of what an object of Python's takes."""

    def get_signature(self, key: bytes, value: bytes) -> bytes:
        """What `value` is signed with."""
        return hmac.digest(key, value, "sha256")


class Identity:
    """Makes and checks tokens: a person's secret id with a signature.

    A participant is a person in one campaign: the same token is another participant in another
    one, so that no campaign learns what somebody does elsewhere, and rooms, partners and numbers
    are a campaign's own.
    """

    def __init__(self, secret: bytes, aliases: dict[str, Aliases]) -> None:
        """`secret` is the same in every worker; `aliases` are words by language."""
        salted = Signer(secret, salt="jielong.participant", digest_method=hashlib.sha256)
        # The key is derived once here, not again for every token.
        key = salted.derive_key()
        self._signer = Signer(key, key_derivation="none", algorithm=_Hmac())
        self._work_secret = hmac.digest(secret, b"jielong.work", "sha256")
        self._aliases = aliases

    def new_token(self) -> str:
        """A token for somebody who has none."""
        return self._signer.sign(new_id()).decode()

    def is_ours(self, token: str) -> bool:
        """Whether a token was made here."""
        try:
            self._signer.unsign(token)
        except (BadSignature, UnicodeError):
            return False
        return True

    def participant(self, token: str, campaign: str) -> str:
        """Who the holder of a token of ours is in a campaign."""
        person = token.rpartition(".")[0]
        digest = hashlib.blake2b(f"{person} {campaign}".encode(), digest_size=ID_BYTES).digest()
        return urlsafe_b64encode(digest).decode()

    def work_key(self, work: str) -> str:
        """What lets those who wrote a work see it while it is not public."""
        digest = hmac.digest(self._work_secret, work.encode(), "sha256")
        return urlsafe_b64encode(digest[:ID_BYTES]).decode()

    def is_work_key(self, key: str, work: str) -> bool:
        """Whether this is the key of the work."""
        return hmac.compare_digest(key.encode(), self.work_key(work).encode())

    def alias(self, participant: str, room: str, locale: str) -> str:
        """What a stranger in this room is called: the same all the time, another one elsewhere."""
        digest = hashlib.blake2b(f"{participant} {room}".encode(), digest_size=6).digest()
        words = self._aliases.get(language_of(locale)) or self._aliases["zh"]
        return words.pick(int.from_bytes(digest))
