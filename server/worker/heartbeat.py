"""Heartbeats: renew this worker's leases, open and close lanes, and reap what dead workers left."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog
from redis.exceptions import RedisError

from server.session.background import BackgroundTasks
from server.session.campaigns import OpenCampaign
from server.store.counters import Counters
from server.store.errors import StoreError
from server.store.workers import HEARTBEAT_SECONDS, Workers
from server.worker.lease import LostLease
from server.worker.registry import Registry
from server.worker.router import Router

log = structlog.get_logger()

NOTEWORTHY_MS = 1_000
"""A time service sets clocks back by less, and the log says nothing of it."""


class Heartbeats:
    """The heartbeats of one worker, in every lane of every campaign."""

    def __init__(
        self,
        registry: Registry,
        router: Router,
        workers: Workers,
        counters: Counters,
        lost_lease: LostLease,
        tasks: BackgroundTasks,
        *,
        lane_rate: float,
        most_lanes: int,
    ) -> None:
        """One lane is to carry `lane_rate` tickets a second; there are at most `most_lanes`."""
        self._registry = registry
        self._router = router
        self._workers = workers
        self._counters = counters
        self._lost_lease = lost_lease
        self._tasks = tasks
        self._lane_rate = lane_rate
        self._most_lanes = most_lanes
        self._joins: dict[str, tuple[int, float]] = {}
        self._worker_in: dict[str, str] = {}
        self._ahead_ms: dict[str, int] = {}
        self._reaped: set[tuple[str, str]] = set()

    async def first(self) -> None:
        """Get a lease in every lane, before the first participant comes.

        Raises:
            StoreError, RedisError, OSError: a lane cannot be reached.
        """
        for campaign in self._registry.campaigns.values():
            await self.first_in(campaign)

    async def first_in(self, campaign: OpenCampaign) -> None:
        """Get a lease in every lane of a campaign, before its first participant comes.

        Raises:
            StoreError, RedisError, OSError: a lane cannot be reached.
        """
        if error := await self._send(campaign):
            raise error

    async def run(self) -> None:
        """Send heartbeats, for as long as the worker lives."""
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            sent = [self._send(campaign) for campaign in self._registry.campaigns.values()]
            for error in filter(None, await asyncio.gather(*sent)):
                log.debug("no heartbeat: the store is away", error=str(error))

    async def release(self) -> None:
        """Give up every lease: this worker ends in good order."""
        for campaign in self._registry.campaigns.values():
            for base in campaign.lanes.bases:
                await self._workers.release(base, self._registry.worker)

    async def _send(self, campaign: OpenCampaign) -> Exception | None:
        """Send heartbeats in every lane of a campaign; the error, if a lane is away.

        A lane that is away costs the lease in no other lane. The gauges are those of the whole
        campaign, and are counted in lane 0.
        """
        lanes = campaign.lanes
        scaling = self._workers.scale_lanes(
            lanes, self._registry.worker, self._rate(campaign), self._lane_rate, self._most_lanes
        )
        errors = [await _error_of(scaling)]
        gauges = campaign.online, campaign.seated
        heartbeats = [
            self._send_in(campaign, base, *((0, 0) if number else gauges))
            for number, base in enumerate(lanes.bases)
        ]
        errors += await asyncio.gather(*map(_error_of, heartbeats))
        return next(filter(None, errors), None)

    def _rate(self, campaign: OpenCampaign) -> float:
        """Tickets a second since this was asked last."""
        name, now = campaign.campaign.id, asyncio.get_running_loop().time()
        start = campaign.lanes.joins, now - HEARTBEAT_SECONDS
        joins, then = self._joins.get(name, start)
        self._joins[name] = campaign.lanes.joins, now
        return (campaign.lanes.joins - joins) / max(now - then, HEARTBEAT_SECONDS / 2)

    async def _send_in(self, campaign: OpenCampaign, base: str, online: int, writing: int) -> None:
        worker = self._registry.worker
        first = self._worker_in.get(base) != worker
        reply = await self._workers.heartbeat(base, worker, online, writing, first=first)
        self._worker_in[base] = worker
        self._counters.gauge(base, reply.online, reply.writing)
        self._notice_clock(base, reply.ahead_ms)
        if reply.fenced:
            await self._lost_lease.restart()
            return
        for dead in reply.dead:
            if (base, dead) not in self._reaped:
                self._reaped.add((base, dead))
                self._tasks.spawn(self._reap(campaign, base, dead))

    def _notice_clock(self, base: str, ahead_ms: int) -> None:
        set_back_ms = ahead_ms - self._ahead_ms.get(base, ahead_ms)
        self._ahead_ms[base] = ahead_ms
        if set_back_ms >= NOTEWORTHY_MS:
            log.warning(
                "the clock of Redis was set back; turns and graces last as long as before",
                lane=base,
                seconds=set_back_ms / 1_000,
            )

    async def _reap(self, campaign: OpenCampaign, base: str, worker: str) -> None:
        """The seats of a dead worker are away: its participants may return within the grace."""
        log.warning("reaping the seats of a dead worker", dead=worker, lane=base)
        self._router.resync_partners_of(worker)
        try:
            rooms = await self._workers.live_rooms(base)
            transitions = await self._workers.reap(base, campaign.rules, worker, rooms)
        except (StoreError, RedisError, OSError):
            self._reaped.discard((base, worker))
            raise
        self._router.deliver(base, transitions)


async def _error_of(call: Coroutine[Any, Any, None]) -> Exception | None:
    """Await a call; its error, if the store is away."""
    try:
        await call
    except (StoreError, RedisError, OSError) as error:
        return error
    return None
