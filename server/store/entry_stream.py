"""A stream that the archive reads: entries are acknowledged, and deleted, when they are stored."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Any, Generic, TypeVar

import redis.asyncio
from redis.asyncio.client import Pipeline
from redis.exceptions import RedisError, ResponseError

from server.store import keys
from server.store.deployment import CALL_SECONDS, Deployment
from server.store.durability import Guarantee
from server.store.errors import StoreAwayError

GROUP = "archive"
BATCH = 500
BLOCK_MS = 1_000
ABANDONED_MS = 10_000
"""Entries that a reader has read and not acknowledged for so long are taken over.

By this machine's clock, too: Redis counts the time by its wall clock, which may be set back.
"""

LOOK_SECONDS = 0.1
"""Between looks for an entry that is not stored yet."""

Content = TypeVar("Content")
Reply = list[tuple[bytes, dict[bytes, Any] | None]]


class EntryStream(Generic[Content]):
    """One stream, read by a consumer group of all workers.

    Attributes:
        campaign: the campaign of its lane.
        waiting: entries in the stream when it was read last, including those that were read.
    """

    def __init__(
        self,
        deployment: Deployment,
        guarantee: Guarantee,
        base: str,
        consumer: str,
        key: str,
        read: Callable[[Reply], list[tuple[bytes, Content]]],
    ) -> None:
        """The stream `key` of the lane `base`, for the reader `consumer`; `read` reads entries.

        Entries that are not as durable as `guarantee` asks are not read: a failover may undo them.
        """
        self.campaign = keys.campaign_of(base)
        self._guarantee = guarantee
        self._wait_commands = guarantee.commands(base)
        self._deployment = deployment
        self._base = base
        self._key = key
        self._read = read
        self._client: redis.asyncio.Redis | None = None
        self._consumer = consumer
        self._seen_pending: dict[tuple[bytes, int], float] = {}
        self.waiting = 0

    @property
    def client(self) -> redis.asyncio.Redis:
        """A client of the node that has the stream."""
        if self._client is None:
            seconds = BLOCK_MS / 1_000 + CALL_SECONDS
            self._client = self._deployment.client(self._key, seconds=seconds)
        return self._client

    async def open(self) -> None:
        """Connect to the node that has the stream; create the consumer group if it is missing."""
        await self.close()
        await self._deployment.refresh()
        try:
            await self.client.xgroup_create(self._key, GROUP, id="0", mkstream=True)
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise

    async def next(self) -> list[tuple[bytes, Content]]:
        """New entries, waiting up to a second for one."""
        async with self.client.pipeline(transaction=False) as pipe:
            pipe.xreadgroup(GROUP, self._consumer, {self._key: ">"}, count=BATCH, block=BLOCK_MS)
            reply = await self._durable(pipe)
        return self._read(reply[0][1]) if reply else []

    async def abandoned(self) -> list[tuple[bytes, Content]]:
        """Entries that another worker has read and not stored."""
        abandoned = await self._abandoned_ids()
        if not abandoned:
            return []
        async with self.client.pipeline(transaction=False) as pipe:
            pipe.xclaim(self._key, GROUP, self._consumer, 0, abandoned)
            reply = await self._durable(pipe)
        return self._read(reply)

    async def _abandoned_ids(self) -> list[Any]:
        """Entries that were read long ago, or that are known for so long to have been read."""
        pending: Any = await self.client.xpending_range(self._key, GROUP, "-", "+", BATCH)
        now = monotonic()
        seen, self._seen_pending = self._seen_pending, {}
        abandoned: list[Any] = []
        for entry in pending:
            reading = entry["message_id"], entry["times_delivered"]
            since = self._seen_pending[reading] = seen.get(reading, now)
            if max(entry["time_since_delivered"], (now - since) * 1_000) >= ABANDONED_MS:
                abandoned.append(entry["message_id"])
        return abandoned

    async def _durable(self, pipe: Pipeline) -> Any:
        """Run `pipe`, which reads entries; answers the reply, and updates `waiting`.

        Raises:
            StoreAwayError: the entries are not durable in time; they are read again later.
        """
        pipe.xlen(self._key)
        for command in self._wait_commands:
            pipe.execute_command(*command)
        reply, self.waiting, *waited = await pipe.execute()
        if not self._guarantee.reached(waited):
            raise StoreAwayError
        return reply

    def _delete(self, pipe: Pipeline, entries: list[tuple[bytes, Content]]) -> None:
        """Have `pipe` delete entries that are stored."""
        ids = [entry_id for entry_id, _ in entries]
        pipe.xack(self._key, GROUP, *ids)
        pipe.xdel(self._key, *ids)
        self.waiting = max(0, self.waiting - len(ids))

    async def newest(self, limit: int) -> list[Content]:
        """What the newest entries have that are not stored yet.

        Raises:
            RedisError, OSError: they cannot be read; the next call looks for the node anew.
        """
        try:
            entries: Any = await self.client.xrevrange(self._key, count=limit)
        except (RedisError, OSError):
            await self.close()
            await self._deployment.refresh()
            raise
        return [content for _, content in self._read(entries)]

    async def stored(self) -> None:
        """Wait until everything that is in the stream now is stored.

        Raises:
            RedisError, OSError: it cannot be read.
        """
        last: Any = await self.client.xrevrange(self._key, count=1)
        while last:
            first: Any = await self.client.xrange(self._key, count=1)
            if not first or _place(first[0][0]) > _place(last[0][0]):
                return
            await asyncio.sleep(LOOK_SECONDS)

    async def close(self) -> None:
        """Close the connection."""
        if self._client is not None:
            client, self._client = self._client, None
            await client.aclose()


def _place(entry_id: bytes) -> tuple[int, int]:
    """The position of an entry: milliseconds, and a number within the same one."""
    milliseconds, _, number = entry_id.partition(b"-")
    return int(milliseconds), int(number)
