"""What a worker does by the clock: heartbeats, deadlines of rooms, and silent or idle peers."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Coroutine
from typing import Any, TypeVar

import structlog
from redis.exceptions import RedisError

from server.relay.from_client import Leave
from server.relay.to_client import CounterValues
from server.session.campaigns import OpenCampaign
from server.session.handlers import seating
from server.session.session import Session
from server.store.errors import StoreError
from server.store.workers import HEARTBEAT_SECONDS
from server.transport import limits
from server.worker.hub import Hub
from server.worker.offers import Offers

log = structlog.get_logger()

_T = TypeVar("_T")

REMEMBER_SECONDS = 3_600
"""How often seated participants are looked up, so that the store does not forget them (2 h)."""

TICK_SECONDS = limits.INK_REFILL_MS / 1_000

EXPIRE_SECONDS = 0.2
"""How often this worker does what the clock asks of rooms."""

COUNTERS_PER_SECOND = 1_000
"""Counter messages a second while all are told; of many participants each hears them seldom."""

TOLD_AT_ONCE, CHECKED_AT_ONCE = 50, 250
"""Sessions that are seen to in one event-loop pass when all of them are."""

CHECKED_WITHIN_SECONDS = 0.7 * TICK_SECONDS
"""Many are checked over most of a second: workers on few cores would all want one at once."""


class Clockwork:
    """The periodic work of one hub."""

    def __init__(self, hub: Hub, offers: Offers, lane_rate: float, most_lanes: int) -> None:
        """For this hub; a lane is to carry `lane_rate` tickets a second, if `most_lanes` can."""
        self._hub = hub
        self._offers = offers
        self._lane_rate = lane_rate
        self._most_lanes = most_lanes
        self._joins: dict[str, tuple[int, float]] = {}
        self._beaten_as: dict[str, str] = {}
        self._reaped: set[tuple[str, str]] = set()
        self._told: dict[str, CounterValues] = {}
        self._counted = asyncio.Event()

    async def run(self) -> None:
        """All of it, for as long as the worker lives; not at the same moments as other workers."""
        await asyncio.sleep(random.uniform(0, TICK_SECONDS))
        async with asyncio.TaskGroup() as group:
            group.create_task(self._tick())
            group.create_task(self._expire())
            group.create_task(self._beat())
            group.create_task(self._count())
            group.create_task(self._tell_counters())

    async def first_beats(self) -> None:
        """Have a lease in every lane, and the totals, before the first participant comes."""
        for campaign in self._hub.campaigns:
            if error := await self._beat_for(campaign):
                raise error
            await self._count_in(campaign)

    async def depart(self) -> None:
        """Leave every lane in good order."""
        for campaign in self._hub.campaigns:
            for base in campaign.lanes.bases:
                await self._hub.workers.release(base, self._hub.worker)

    async def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        then = due = loop.time()
        while True:
            due = max(due + TICK_SECONDS, loop.time())
            await asyncio.sleep(due - loop.time())
            now = loop.time()
            some = self._hub.vigil.next_second()
            async for part in _in_parts(some, CHECKED_AT_ONCE, CHECKED_WITHIN_SECONDS):
                for session in filter(None, map(self._hub.session, part)):
                    self._check(session, now - then)
            then = now
            if self._hub.vigil.clock % REMEMBER_SECONDS == 0:
                self._hub.look_at_all_rooms()

    def _check(self, session: Session, seconds: float) -> None:
        """Ping who is silent, drop who stays so, and end what waits too long.

        Whoever is silent needs it next when one of that is due, and each second until all the ink
        of the `seconds` that go by is allowed again.
        """
        now, socket = self._hub.vigil.clock, session.socket
        session.listen()
        if session.pinged_at:
            if now - session.pinged_at >= limits.SILENCE_SECONDS:
                socket.abort()
        elif now - session.last_heard >= limits.SILENCE_SECONDS:
            session.pinged_at = now
            socket.ping()
        due = (session.pinged_at or session.last_heard) + limits.SILENCE_SECONDS
        place = session.place
        if place is not None and place.waiting:
            idle_at = session.last_message + limits.IDLE_SECONDS
            if now >= idle_at:
                seating.leave(session, Leave(place.room, keep=True))
                session.say_goodbye("idle")
            due = min(due, idle_at)
        session.expect(max(due, now + 1) if socket.refill_ink(seconds) else now + 1)

    async def _expire(self) -> None:
        """Every worker does what the clock asks of rooms, and once is enough."""
        while True:
            await asyncio.sleep(EXPIRE_SECONDS)
            await asyncio.gather(
                *(
                    self._expire_in(campaign, base)
                    for campaign in self._hub.campaigns
                    for base in campaign.lanes.bases
                )
            )

    async def _expire_in(self, campaign: OpenCampaign, base: str) -> None:
        lanes = campaign.lanes
        locales = campaign.locales if len(lanes.bases) > 1 else ()
        try:
            expired = await self._hub.rooms.expire(base, campaign.rules, locales)
        except StoreError:
            return  # it is done when the store is back
        lanes.see(base, expired.lonely, expired.kept)
        self._hub.deliver(base, expired.transitions)
        await self._offers.make(campaign, base, expired.alone_ms)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            beats = [self._beat_for(campaign) for campaign in self._hub.campaigns]
            for error in filter(None, await asyncio.gather(*beats)):
                log.debug("no heartbeat, the store is away", error=str(error))

    async def _count(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            for campaign in self._hub.campaigns:
                await self._count_in(campaign)
            self._counted.set()

    async def _count_in(self, campaign: OpenCampaign) -> None:
        try:
            await self._hub.counters.read(campaign.campaign.id, campaign.lanes.bases)
        except StoreError as error:
            log.debug("no totals, the store is away", error=str(error))

    async def _beat_for(self, campaign: OpenCampaign) -> Exception | None:
        """In every lane; the gauges are those of the whole campaign, and counted in lane 0.

        A lane that is away costs the lease in no other; what it said is the answer.
        """
        hub, lanes = self._hub, campaign.lanes
        rate = self._rate(campaign)
        spread = hub.workers.scale_lanes(lanes, hub.worker, rate, self._lane_rate, self._most_lanes)
        away = [await _unless_away(spread)]
        gauges = campaign.online, campaign.seated
        beats = [
            self._beat_in(campaign, base, *((0, 0) if number else gauges))
            for number, base in enumerate(lanes.bases)
        ]
        away += await asyncio.gather(*map(_unless_away, beats))
        return next(filter(None, away), None)

    def _rate(self, campaign: OpenCampaign) -> float:
        """Tickets a second since this was asked last."""
        name, now = campaign.campaign.id, asyncio.get_running_loop().time()
        joins, then = self._joins.get(name, (campaign.lanes.joins, now - HEARTBEAT_SECONDS))
        self._joins[name] = campaign.lanes.joins, now
        return (campaign.lanes.joins - joins) / max(now - then, HEARTBEAT_SECONDS / 2)

    async def _beat_in(self, campaign: OpenCampaign, base: str, online: int, writing: int) -> None:
        hub, worker = self._hub, self._hub.worker
        first = self._beaten_as.get(base) != worker
        beat = await hub.workers.heartbeat(base, worker, online, writing, first=first)
        self._beaten_as[base] = worker
        hub.counters.gauge(base, beat.online, beat.writing)
        if beat.fenced:
            await hub.restart_under_new_id()
            return
        for dead in beat.dead:
            if (base, dead) not in self._reaped:
                self._reaped.add((base, dead))
                hub.spawn(self._reap(campaign, base, dead))

    async def _reap(self, campaign: OpenCampaign, base: str, worker: str) -> None:
        hub = self._hub
        log.warning("reaping the seats of a worker that was given up", worker=worker)
        hub.look_at_rooms_with(worker)
        try:
            rooms = await hub.workers.live_rooms(base)
            transitions = await hub.workers.reap(base, campaign.rules, worker, rooms)
        except (StoreError, RedisError, OSError):
            self._reaped.discard((base, worker))
            raise
        hub.deliver(base, transitions)

    async def _tell_counters(self) -> None:
        """Tell everybody the counters that changed, at most once a second.

        Many hear them one after another, so that no turn waits until all have.
        """
        hub = self._hub
        while True:
            await self._counted.wait()
            self._counted.clear()
            last = {c.campaign.id: hub.counters.last(c.campaign.id) for c in hub.campaigns}
            news = {name for name, values in last.items() if self._told.get(name) != values}
            self._told = last
            if not news:
                continue
            seconds = hub.connections / COUNTERS_PER_SECOND
            async for sessions in _in_parts(hub.sessions, TOLD_AT_ONCE, seconds):
                hub.tell_counters([s for s in sessions if s.campaign.campaign.id in news])
            await asyncio.sleep(HEARTBEAT_SECONDS)


async def _in_parts(all_of_them: list[_T], at_once: int, seconds: float) -> AsyncIterator[list[_T]]:
    """A few in each pass of the event loop, so that no turn waits for all.

    It takes about `seconds`, or no time if they are few.
    """
    for first in range(0, len(all_of_them), at_once):
        yield all_of_them[first : first + at_once]
        if first + at_once < len(all_of_them):
            await asyncio.sleep(seconds * at_once / len(all_of_them))


async def _unless_away(call: Coroutine[Any, Any, None]) -> Exception | None:
    """Make a call; the error, if the store is away."""
    try:
        await call
    except (StoreError, RedisError, OSError) as error:
        return error
    return None
