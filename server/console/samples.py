"""The figures of now, and of the last minutes: one process reads those every 2 s, for all who look.

The last minutes lie in Redis, the newest first, so that every web process has the same and a new
viewer sees what was before. While Redis or SQL is away there are none.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from typing import Any

import msgspec
import redis.asyncio
import structlog
from redis.exceptions import RedisError

from server.archive.database import ArchiveAwayError
from server.campaign.current_figures import Figures
from server.store import keys
from server.store.errors import StoreError
from server.store.funnel import read_funnel
from server.store.worker_statuses import WorkerStatuses
from server.web.campaigns import WebCampaigns

log = structlog.get_logger()

SAMPLE_SECONDS = 2.0
KEPT = 450
"""Samples in Redis: those of 15 minutes."""

NOW_SECONDS = 0.3
"""The figures of now are read again after this; reading takes a quarter of the time at most."""

_LOCK_MS = int(SAMPLE_SECONDS * 1_000) - 100


class CampaignSample(msgspec.Struct, array_like=True):
    """One campaign at a moment.

    Attributes:
        online, writing: participants connected, and those with a seat.
        waiting: rooms in which somebody waits for a partner.
        works: finished works.
        pledges: pledges made.
        donations: donations taken.
        raised: by currency, in its smallest unit.
        funnel: by step, the visits that ever reached it; see `session.funnel`.
        rehearsal: whether programs take part, who are counted nowhere else.
    """

    online: int = 0
    writing: int = 0
    waiting: int = 0
    works: int = 0
    pledges: int = 0
    donations: int = 0
    raised: dict[str, int] = {}
    funnel: dict[str, int] = {}
    rehearsal: bool = False


class Sample(msgspec.Struct, array_like=True):
    """All campaigns at a moment.

    Attributes:
        at: milliseconds since 1970.
        campaigns: by id.
        workers: those that have said something lately.
        cpu_ms: the CPU time that these have taken since they began.
    """

    at: int
    campaigns: dict[str, CampaignSample]
    workers: int = 0
    cpu_ms: int = 0

    def of(self, campaign: str) -> CampaignSample:
        """One campaign; the sum of all but rehearsals for "". One that was not there is empty."""
        if campaign:
            return self.campaigns.get(campaign, CampaignSample())
        return _sum(it for it in self.campaigns.values() if not it.rehearsal)


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Sample).decode


class Samples:
    """Takes the samples, and reads them."""

    def __init__(self, campaigns: WebCampaigns) -> None:
        """Of these campaigns."""
        self._campaigns = campaigns
        self._workers = WorkerStatuses(campaigns.deployment)
        self._clients: dict[str, redis.asyncio.Redis] = {}
        self._read: list[Sample] = []
        self._read_at = 0.0
        self._reading = asyncio.Lock()
        self._now: Sample | None = None
        self._now_until = 0.0
        self._taking = asyncio.Lock()

    async def run(self) -> None:
        """Take one every 2 s, unless another process does."""
        while True:
            try:
                await self._take()
            except (StoreError, ArchiveAwayError, RedisError, OSError) as error:
                log.debug("no figures for the console", error=repr(error))
                await self.close()
            await asyncio.sleep(SAMPLE_SECONDS)

    async def now(self) -> Sample:
        """All campaigns at this moment; one read for all who ask within NOW_SECONDS.

        Raises:
            StoreError, ArchiveAwayError, RedisError, OSError: they cannot be read now.
        """
        async with self._taking:
            began = time.monotonic()
            if self._now is None or began >= self._now_until:
                self._now = await self._read_now()
                took = time.monotonic() - began
                self._now_until = began + max(NOW_SECONDS, 4 * took)
            return self._now

    async def last(self) -> list[Sample]:
        """The samples of the last minutes, the oldest first; read once a second for all who ask.

        Raises:
            RedisError, OSError: Redis is away.
        """
        async with self._reading:
            now = time.monotonic()
            if not self._read or now - self._read_at >= SAMPLE_SECONDS / 2:
                client = self._client(keys.SAMPLES)
                packed: Any = await client.lrange(keys.SAMPLES, 0, KEPT - 1)
                self._read = [_decode(one) for one in reversed(packed)]
                self._read_at = now
            return self._read

    async def close(self) -> None:
        """Close the connections."""
        clients, self._clients = self._clients, {}
        for client in clients.values():
            await client.aclose()
        await self._workers.close()

    async def _take(self) -> None:
        client = self._client(keys.SAMPLES)
        if not await client.set(keys.SAMPLING, b"", nx=True, px=_LOCK_MS):
            return
        packed = _encode(await self._read_now())
        pipe = client.pipeline(transaction=False)
        pipe.lpush(keys.SAMPLES, packed)
        pipe.ltrim(keys.SAMPLES, 0, KEPT - 1)
        await pipe.execute()

    async def _read_now(self) -> Sample:
        names = list(self._campaigns.live)
        figures = await asyncio.gather(*map(self._campaigns.figures.of, names))
        at = time.time_ns() // 1_000_000
        read = zip(names, figures, strict=True)
        campaigns = {name: await self._of(name, one) for name, one in read}
        workers = await self._workers.all()
        cpu_ms = sum(round(1_000 * it.cpu_seconds) for it in workers)
        return Sample(at, campaigns, len(workers), cpu_ms)

    async def _of(self, name: str, figures: Figures) -> CampaignSample:
        live = self._campaigns.live[name]
        raised: dict[str, int] = {}
        for fund in live.campaign.funds:
            totals = figures.raised.get(fund.id)
            if totals is not None:
                raised[fund.currency] = raised.get(fund.currency, 0) + totals.raised
        return CampaignSample(
            online=figures.counters.online,
            writing=figures.counters.writing,
            waiting=await self._waiting(live.lanes.bases),
            works=figures.counters.relays,
            pledges=sum(figures.pledges.values()),
            donations=sum(totals.donations for totals in figures.raised.values()),
            raised=raised,
            funnel=await read_funnel(self._client(live.lanes.first), name),
            rehearsal=live.campaign.rehearsal,
        )

    async def _waiting(self, bases: list[str]) -> int:
        counts = [await self._client(base).zcard(keys.live_rooms(base)[0]) for base in bases]
        return sum(counts)

    def _client(self, key: str) -> redis.asyncio.Redis:
        """A client of the node that serves a key."""
        if key not in self._clients:
            self._clients[key] = self._campaigns.deployment.client(key)
        return self._clients[key]


def _sum(campaigns: Iterable[CampaignSample]) -> CampaignSample:
    total = CampaignSample(raised={}, funnel={})
    for one in campaigns:
        total.online += one.online
        total.writing += one.writing
        total.waiting += one.waiting
        total.works += one.works
        total.pledges += one.pledges
        total.donations += one.donations
        for sums, added in ((total.raised, one.raised), (total.funnel, one.funnel)):
            for name, number in added.items():
                sums[name] = sums.get(name, 0) + number
    return total
