"""The workers of a lane: their leases, and the seats of a worker whose lease ran out."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

from redis.exceptions import RedisError

from server.relay.room import Rules
from server.relay.transition import Transition
from server.store import keys
from server.store.answers import read_answer, rule_arguments
from server.store.call import AwaitedCall
from server.store.errors import StoreAwayError
from server.store.lanes import Lanes
from server.store.library import function
from server.store.raw_connection import Argument
from server.store.shards import Shards

HEARTBEAT_SECONDS = 1.0

REAP_BATCH = 500
"""Rooms looked through in one call."""

_HEARTBEAT, _RELEASE, _REAP, _SCALE = (
    function(name) for name in ("heartbeat", "release_lease", "reap", "scale_lanes")
)


@dataclass(frozen=True)
class HeartbeatReply:
    """The answer to a heartbeat.

    Attributes:
        online, writing: the gauges of all workers in this lane.
        fenced: the lease of this worker ran out.
        dead: workers whose lease ran out lately; their seats are to be reaped.
        ahead_ms: by how much the lane's time is ahead of the clock of Redis, which was set back.
    """

    online: int
    writing: int
    fenced: bool
    dead: list[str]
    ahead_ms: int


class Workers:
    """Heartbeats, and what follows from missing ones."""

    def __init__(self, shards: Shards) -> None:
        """Calls go out over `shards`."""
        self._shards = shards

    async def heartbeat(
        self, base: str, worker: str, online: int, writing: int, *, first: bool
    ) -> HeartbeatReply:
        """Renew the lease of `worker`; `first` when it has no lease yet."""
        arguments: list[Argument] = [0, worker, online, writing, int(first)]
        call = AwaitedCall(_HEARTBEAT, base, arguments, repeatable=False)
        self._shards.send(call)
        online, writing, fenced, dead, ahead_ms = await call.future
        names = [name.decode() for name in dead]
        return HeartbeatReply(online, writing, bool(fenced), names, ahead_ms)

    async def scale_lanes(
        self, lanes: Lanes, worker: str, rate: float, lane_rate: float, most: int
    ) -> None:
        """Tell lane 0 this worker's rate; update `lanes` and their clock.

        Args:
            lanes: the lanes of the campaign.
            worker: this worker.
            rate: its tickets a second.
            lane_rate: tickets a second that one lane is to carry.
            most: lanes at most.
        """
        arguments: list[Argument] = [0, worker, f"{rate:.1f}", f"{lane_rate:.1f}", most]
        call = AwaitedCall(_SCALE, lanes.first, arguments, repeatable=False)
        asked = time.monotonic()
        self._shards.send(call)
        open_, known, now = await call.future
        lanes.update(open_, known)
        lanes.clock.see(now, asked, time.monotonic())

    async def release(self, base: str, worker: str) -> None:
        """The worker ends in good order."""
        call = AwaitedCall(_RELEASE, base, [worker], repeatable=False)
        self._shards.send(call)
        await call.future

    async def live_rooms(self, base: str) -> list[str]:
        """Every room that may have a holder.

        Raises:
            StoreAwayError: the lane cannot be read.
        """
        client = self._shards.client(base)
        names = keys.live_rooms(base)
        async with client.pipeline(transaction=False) as pipe:
            for name in names:
                pipe.zrange(name, 0, -1)
            try:
                indexes = await pipe.execute()
            except (RedisError, OSError) as error:
                raise StoreAwayError from error
        return list(dict.fromkeys(room.decode() for index in indexes for room in index))

    async def reap(
        self, base: str, rules: Rules, worker: str, rooms: list[str]
    ) -> list[Transition]:
        """Disconnect the seats that a fenced worker has in these rooms."""
        transitions: list[Transition] = []
        for batch in _batches(rooms):
            arguments: list[Argument] = [*rule_arguments(rules), worker, *batch]
            call = AwaitedCall(_REAP, base, arguments, repeatable=True)
            self._shards.send(call)
            transitions += read_answer(await call.future).transitions
        return transitions


def _batches(rooms: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(rooms), REAP_BATCH):
        yield rooms[start : start + REAP_BATCH]
