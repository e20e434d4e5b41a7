"""The key that signs tokens and links: the operator's, or one that all processes find in Redis."""

from __future__ import annotations

import secrets

from server.store import keys
from server.store.deployment import Deployment

BYTES = 32


async def shared_secret(deployment: Deployment, configured: str) -> bytes:
    """The `configured` one, if any; else the one in Redis, which the first who asks makes.

    Raises:
        RedisError, OSError: Redis cannot be asked.
    """
    if configured:
        return configured.encode()
    client = deployment.client(keys.SECRET)
    try:
        await client.set(keys.SECRET, secrets.token_bytes(BYTES), nx=True)
        secret = await client.get(keys.SECRET)
    finally:
        await client.aclose()
    assert isinstance(secret, bytes)
    return secret
