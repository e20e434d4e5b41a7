"""The keys that sign tokens and links: the operator's, or one that all processes find in Redis."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from server.store import keys
from server.store.deployment import Deployment

BYTES = 32


async def shared_secrets(deployment: Deployment, configured: Sequence[str]) -> list[bytes]:
    """The `configured` secrets, if any; else the one in Redis, which the first process makes.

    Raises:
        RedisError, OSError: Redis cannot be asked.
    """
    if configured:
        return [secret.encode() for secret in configured]
    client = deployment.client(keys.SECRET)
    try:
        await client.set(keys.SECRET, secrets.token_bytes(BYTES), nx=True)
        secret = await client.get(keys.SECRET)
    finally:
        await client.aclose()
    assert isinstance(secret, bytes)
    return [secret]
