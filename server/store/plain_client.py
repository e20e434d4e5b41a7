"""A client of a node for the few plain commands outside the hot path."""

from __future__ import annotations

import asyncio

import redis.asyncio
import structlog

from server.store.deployment import Deployment

log = structlog.get_logger()


class PlainClient:
    """Connects when it is first used, and again after it was dropped."""

    def __init__(self, deployment: Deployment, key: str) -> None:
        """Of the node that has this key."""
        self._deployment = deployment
        self._key = key
        self._client: redis.asyncio.Redis | None = None
        self._closing: set[asyncio.Task[None]] = set()

    @property
    def redis(self) -> redis.asyncio.Redis:
        """What to call."""
        if self._client is None:
            self._client = self._deployment.client(self._key)
        return self._client

    def drop(self) -> None:
        """The key may have moved to another node; the next use is of that one."""
        if self._client is not None:
            client, self._client = self._client, None
            task = asyncio.get_running_loop().create_task(client.aclose())
            self._closing.add(task)
            task.add_done_callback(self._closed)

    async def close(self) -> None:
        """Close all connections."""
        self.drop()
        if self._closing:
            await asyncio.wait(self._closing)

    def _closed(self, task: asyncio.Task[None]) -> None:
        self._closing.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.warning("a client of redis was not closed in order", error=repr(error))
