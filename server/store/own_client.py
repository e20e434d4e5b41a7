"""A client of one node for short calls, each with a time limit, beside the lanes' connection."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

import redis.asyncio
from redis.exceptions import RedisError

from server.store.deployment import Deployment
from server.store.errors import StoreAwayError

CALL_SECONDS = 2.0

_T = TypeVar("_T")


class OwnClient:
    """Connects when it is first used; after a failure the next use looks for the node again."""

    def __init__(self, deployment: Deployment, key: str) -> None:
        """Of the node that has this key."""
        self._deployment = deployment
        self._key = key
        self._client: redis.asyncio.Redis | None = None

    @property
    def redis(self) -> redis.asyncio.Redis:
        """What to call; give its calls to `answer`."""
        if self._client is None:
            self._client = self._deployment.client(self._key)
        return self._client

    async def answer(self, call: Awaitable[_T]) -> _T:
        """Await a call.

        Raises:
            StoreAwayError: there was no answer within CALL_SECONDS.
        """
        try:
            async with asyncio.timeout(CALL_SECONDS):
                return await call
        except (RedisError, OSError) as error:
            await self.close()
            raise StoreAwayError from error

    async def close(self) -> None:
        """Close the connection."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()
