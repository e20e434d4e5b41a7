"""A lane's stream of finished works: the archive reads it and acknowledges what it has stored."""

from __future__ import annotations

from time import monotonic
from typing import Any

import msgspec
import redis.asyncio
import structlog
from redis.asyncio.client import Pipeline
from redis.exceptions import RedisError, ResponseError

from server.relay.phrase import Phrase
from server.relay.transition import Hand
from server.store import keys
from server.store.deployment import CALL_SECONDS, Deployment
from server.store.durability import Guarantee
from server.store.errors import StoreAwayError

log = structlog.get_logger()

GROUP = "archive"
BATCH = 500
BLOCK_MS = 1_000
ABANDONED_MS = 10_000
"""Entries that a reader has read and not acknowledged for so long are taken over.

By this machine's clock, too: Redis counts the time by its wall clock, which may be set back.
"""


class FinishedWork(msgspec.Struct, array_like=True, frozen=True):
    """A finished work as the library puts it into the stream.

    Attributes:
        id: the room's id.
        phrase: what was written.
        hands: everyone who wrote a character, with serial numbers.
        writers: for each character, the index of its writer in `hands`.
        ink: for each character, its packed strokes.
        completed_at: milliseconds since 1970.
        held: not 0 when it was reported and waits for review.
    """

    id: str
    phrase: Phrase
    hands: list[Hand]
    writers: list[int]
    ink: list[msgspec.Raw]
    completed_at: int
    held: int


read_work = msgspec.msgpack.Decoder(FinishedWork).decode

Entry = tuple[bytes, FinishedWork]


class WorksStream:
    """The stream of one lane, read by a consumer group of all workers.

    Attributes:
        campaign: the campaign of the works.
        waiting: entries in the stream when it was read last, including those that were read.
    """

    def __init__(
        self, deployment: Deployment, guarantee: Guarantee, base: str, consumer: str
    ) -> None:
        """The stream of the lane `base`, for the reader `consumer`.

        Works that are not as durable as `guarantee` asks are not read: a failover may undo them.
        """
        self.campaign = keys.campaign_of(base)
        self._guarantee = guarantee
        self._wait_commands = guarantee.commands(base)
        self._deployment = deployment
        self._base = base
        self._key = keys.works(base)
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

    async def next(self) -> list[Entry]:
        """New works, waiting up to a second for one."""
        async with self.client.pipeline(transaction=False) as pipe:
            pipe.xreadgroup(GROUP, self._consumer, {self._key: ">"}, count=BATCH, block=BLOCK_MS)
            reply = await self._durable(pipe)
        return read_entries(reply[0][1]) if reply else []

    async def abandoned(self) -> list[Entry]:
        """Works that another worker has read and not stored."""
        abandoned = await self._abandoned_ids()
        if not abandoned:
            return []
        async with self.client.pipeline(transaction=False) as pipe:
            pipe.xclaim(self._key, GROUP, self._consumer, 0, abandoned)
            reply = await self._durable(pipe)
        return read_entries(reply)

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
        """Run `pipe`, which reads works; answers the reply, and updates `waiting`.

        Raises:
            StoreAwayError: the works are not durable in time; they are read again later.
        """
        pipe.xlen(self._key)
        for command in self._wait_commands:
            pipe.execute_command(*command)
        reply, self.waiting, *waited = await pipe.execute()
        if not self._guarantee.reached(waited):
            raise StoreAwayError
        return reply

    async def acknowledge(self, entries: list[Entry], relays: int) -> None:
        """These works are stored: delete them from the stream.

        `relays` works of the lane were ever stored. If Redis has counted fewer, it has lost some,
        and the lane is not used before it is compared with the archive.
        """
        ids = [entry_id for entry_id, _ in entries]
        async with self.client.pipeline(transaction=False) as pipe:
            pipe.xack(self._key, GROUP, *ids)
            pipe.xdel(self._key, *ids)
            pipe.hget(keys.counters(self._base), "relays")
            *_, counted = await pipe.execute()
        self.waiting = max(0, self.waiting - len(ids))
        if int(counted or 0) < relays:
            log.error("redis has counted fewer works than are stored", lane=self._base)
            await self.client.delete(keys.generation(self._base))

    async def newest(self, limit: int) -> list[FinishedWork]:
        """The newest works that are not stored yet.

        Raises:
            RedisError, OSError: they cannot be read; the next call looks for the node anew.
        """
        try:
            entries: Any = await self.client.xrevrange(self._key, count=limit)
        except (RedisError, OSError):
            await self.close()
            await self._deployment.refresh()
            raise
        return [work for _, work in read_entries(entries)]

    async def close(self) -> None:
        """Close the connection."""
        if self._client is not None:
            client, self._client = self._client, None
            await client.aclose()


def read_entries(reply: list[tuple[bytes, dict[bytes, Any] | None]]) -> list[Entry]:
    """The entries of a stream that this version can read.

    The others stay in the stream, not acknowledged. A worker of a newer version may be able to read
    them and takes them over; until then every attempt is an error in the log.
    """
    entries = []
    for entry_id, fields in reply:
        try:
            if fields:
                entries.append((entry_id, read_work(fields[b"work"])))
        except (KeyError, msgspec.DecodeError) as error:
            log.error("a work cannot be read", entry=entry_id.decode(), error=repr(error))
    return entries
