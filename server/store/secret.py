"""The key that signs tokens."""

from __future__ import annotations

import secrets

from server.store import keys
from server.store.deployment import Deployment


async def shared_secret(deployment: Deployment, configured: str) -> bytes:
    """The operator's key, or one that all processes find in Redis.

    Raises:
        RedisError, OSError: Redis cannot be reached.
    """
    if configured:
        return configured.encode()
    client = deployment.client(keys.SECRET)
    await client.set(keys.SECRET, secrets.token_bytes(32), nx=True)
    secret = await client.get(keys.SECRET)
    await client.aclose()
    assert isinstance(secret, bytes)
    return secret
