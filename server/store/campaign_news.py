"""Tells every process of a service that its campaigns have changed, by one key in Redis."""

from __future__ import annotations

import secrets
from typing import Any

import redis.asyncio
from redis.exceptions import RedisError

from server.store import keys
from server.store.deployment import Deployment


class CampaignNews:
    """The key of one Redis. It is looked at twice a second, so that no news is missed for long."""

    def __init__(self, deployment: Deployment) -> None:
        """Connects when it is first used."""
        self._deployment = deployment
        self._client: redis.asyncio.Redis | None = None

    async def tell(self) -> None:
        """The campaigns have changed.

        Raises:
            RedisError, OSError: nobody can be told now.
        """
        await self._deployment.refresh()
        client = self._deployment.client(keys.CAMPAIGNS)
        try:
            await client.set(keys.CAMPAIGNS, secrets.token_hex(8))
        finally:
            await client.aclose()

    async def read(self) -> bytes | None:
        """A value that differs after every change; None before the first one.

        Raises:
            RedisError, OSError: Redis is away.
        """
        try:
            if self._client is None:
                await self._deployment.refresh()
                self._client = self._deployment.client(keys.CAMPAIGNS)
            value: Any = await self._client.get(keys.CAMPAIGNS)
        except (RedisError, OSError):
            await self.close()
            raise
        return value if isinstance(value, bytes) else None

    async def close(self) -> None:
        """Close the connection."""
        if self._client is not None:
            client, self._client = self._client, None
            await client.aclose()
