"""Signs what browsers keep for the console, with the secret that all processes share."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

from itsdangerous import BadData, URLSafeTimedSerializer
from redis.exceptions import RedisError

from server.store.deployment import Deployment
from server.store.errors import StoreAwayError
from server.store.secret import shared_secrets


class Signing:
    """Asks Redis for the secret when it is needed first. Every method may raise StoreAwayError."""

    def __init__(self, deployment: Deployment, configured: Sequence[str]) -> None:
        """`configured` are the operator's secrets, if any; the first one signs."""
        self._deployment = deployment
        self._configured = configured
        self._secrets: list[bytes] = []

    async def sign(self, purpose: str, value: object) -> str:
        """Write a JSON value so that it can be read with the same purpose only."""
        serializer = await self._serializer(purpose)
        return str(serializer.dumps(value))

    async def read(self, purpose: str, signed: str | None, seconds: float) -> object:
        """The value that was signed no longer than so many seconds ago; None for any other."""
        if not signed:
            return None
        serializer = await self._serializer(purpose)
        try:
            value: object = serializer.loads(signed, max_age=int(seconds))
        except BadData:
            return None
        return value

    async def digest(self, purpose: str, value: bytes) -> bytes:
        """A keyed hash, 32 bytes."""
        secret = (await self._all())[0]
        return hmac.digest(secret, purpose.encode() + b"\0" + value, "sha256")

    async def _serializer(self, purpose: str) -> URLSafeTimedSerializer:
        # itsdangerous signs with the last one.
        keys = list(reversed(await self._all()))
        signer = {"digest_method": hashlib.sha256}
        return URLSafeTimedSerializer(keys, salt=f"jielong.console.{purpose}", signer_kwargs=signer)

    async def _all(self) -> list[bytes]:
        if not self._secrets:
            try:
                self._secrets = await shared_secrets(self._deployment, self._configured)
            except (RedisError, OSError) as error:
                raise StoreAwayError from error
        return self._secrets
