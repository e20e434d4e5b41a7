"""A campaign's counters: exact totals from its lanes, gauges from the workers' heartbeats."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass

from server.relay.to_client import CounterValues
from server.store import keys
from server.store.call import AwaitedCall
from server.store.errors import StoreAwayError
from server.store.library import function
from server.store.shards import Shards

READ_SECONDS = 2.0
"""Longest wait for the totals; meanwhile the last ones are told."""

_TOTALS, _GAUGES = function("totals"), function("gauges")


@dataclass(slots=True)
class _Lane:
    campaign: str
    totals: tuple[int, int] = (0, 0)  # relays, participants
    online: int = 0
    writing: int = 0


class Counters:
    """The counters of every campaign as last read: the sums over its lanes.

    Totals are read durably, like the works that they count, so they never go backwards.
    """

    def __init__(self, shards: Shards) -> None:
        """Reads go out over `shards`."""
        self._shards = shards
        self._lanes: dict[str, _Lane] = {}
        self._by_campaign: defaultdict[str, list[_Lane]] = defaultdict(list)

    def last(self, campaign: str) -> CounterValues:
        """The counters as last read; zeros before the first time."""
        lanes = self._by_campaign[campaign]
        if len(lanes) == 1:  # the usual case, and asked for with every work
            lane = lanes[0]
            return CounterValues(*lane.totals, lane.online, lane.writing)
        return CounterValues(
            sum(lane.totals[0] for lane in lanes),
            sum(lane.totals[1] for lane in lanes),
            sum(lane.online for lane in lanes),
            sum(lane.writing for lane in lanes),
        )

    def advance(self, base: str, relays: int, participants: int) -> CounterValues:
        """Take totals over from a finished work of a lane, if they are newer."""
        lane = self._lane(base)
        lane.totals = max(lane.totals, (relays, participants))
        return self.last(lane.campaign)

    def gauge(self, base: str, online: int, writing: int) -> None:
        """Take gauges over from a heartbeat in a lane."""
        lane = self._lane(base)
        lane.online, lane.writing = online, writing

    async def read(self, campaign: str, bases: list[str]) -> CounterValues:
        """The totals of these lanes at this moment, with the gauges of the last heartbeats.

        Raises:
            StoreAwayError: one of them cannot be read in time.
            StoreError: Redis refused one of them.
        """
        calls = [AwaitedCall(_TOTALS, base, [], repeatable=True, durable=True) for base in bases]
        before = [self._lane(base).totals for base in bases]
        for call in calls:
            self._shards.send(call)
        try:
            async with asyncio.timeout(READ_SECONDS):
                answers = await asyncio.gather(*(call.future for call in calls))
        except TimeoutError as error:
            raise StoreAwayError from error
        for call, known, totals in zip(calls, before, map(tuple, answers), strict=True):
            lane = self._lane(call.base)
            # Totals taken over meanwhile may be of a work that finished after this reading.
            lane.totals = totals if lane.totals == known else max(lane.totals, totals)
        return self.last(campaign)

    async def read_gauges(self, base: str) -> None:
        """Take the gauges over from lane 0, for a process that sends no heartbeats.

        Raises:
            StoreAwayError: they cannot be read in time.
            StoreError: Redis refused the call.
        """
        call = AwaitedCall(_GAUGES, base, [0], repeatable=True)
        self._shards.send(call)
        try:
            async with asyncio.timeout(READ_SECONDS):
                online, writing = await call.future
        except TimeoutError as error:
            raise StoreAwayError from error
        self.gauge(base, online, writing)

    def _lane(self, base: str) -> _Lane:
        lane = self._lanes.get(base)
        if lane is None:
            lane = self._lanes[base] = _Lane(keys.campaign_of(base))
            self._by_campaign[lane.campaign].append(lane)
        return lane
