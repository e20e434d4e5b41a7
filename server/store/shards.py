"""The shards of a worker: one for everything, or on a Cluster one for each lane's node."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import redis.asyncio

from server.metrics.histogram import Histogram
from server.relay.pledges import MadePledge
from server.relay.transition import Hand
from server.store.call import Call
from server.store.deployment import Deployment
from server.store.durability import Guarantee
from server.store.errors import StoreAwayError
from server.store.reconciliation import NoArchive, Reconciler
from server.store.refusals import Reason
from server.store.shard import Shard


class Shards:
    """Sends every call to the node that serves its lane.

    Attributes:
        latency: of every call that was answered, from its sending on.
    """

    def __init__(
        self, deployment: Deployment, guarantee: Guarantee, reconciler: Reconciler | None = None
    ) -> None:
        """To no lane yet; `reconciler` compares lanes with the archive, if there is one."""
        self.latency = Histogram()
        self._deployment = deployment
        self._guarantee = guarantee
        self._reconciler = reconciler or Reconciler(deployment, NoArchive())
        self._by_lane: dict[str, Shard] = {}
        self._all: list[Shard] = []
        self._on_reconnect: list[Callable[[], None]] = []
        self._running: asyncio.TaskGroup | None = None

    def add(self, base: str) -> None:
        """Serve one more lane."""
        if base in self._by_lane:
            return
        if self._all and not self._deployment.spread:
            self._by_lane[base] = self._all[0]
            self._all[0].add(base)
            return
        shard = Shard(self._deployment, base, self._guarantee, self._reconciler, self.latency)
        shard.on_reconnect += self._on_reconnect
        self._by_lane[base] = shard
        self._all.append(shard)
        if self._running is not None:
            self._running.create_task(shard.run())

    def send(self, call: Call) -> None:
        """Queue a call; see `Shard.send`."""
        self._by_lane[call.base].send(call)

    def submit(self, call: Call) -> None:
        """Queue a call; if that is not possible, the call fails and nothing is raised."""
        try:
            self.send(call)
        except StoreAwayError as error:
            call.fail(error)

    def saw_serials(self, base: str, hands: Sequence[Hand]) -> None:
        """A work of the lane was finished; these serials must not be given again."""
        self._reconciler.saw(base, hands)

    def saw_pledge(self, base: str, made: MadePledge) -> None:
        """A pledge was made; its number must not be given again."""
        self._reconciler.pledges.saw(base, made)

    def client(self, base: str) -> redis.asyncio.Redis:
        """A client of the lane's node, for the few plain commands outside the hot path."""
        return self._by_lane[base].client

    @property
    def away(self) -> bool:
        """Whether any lane cannot be reached."""
        return any(shard.away for shard in self._all)

    @property
    def refusing(self) -> set[Reason]:
        """Why nodes serve no calls."""
        return {reason for shard in self._all if (reason := shard.refusing)}

    @property
    def trouble(self) -> str | None:
        """In a few words, why calls of some lane cannot be served; None when all can."""
        return next((trouble for shard in self._all if (trouble := shard.trouble)), None)

    @property
    def idle(self) -> bool:
        """Whether everything queued has been answered."""
        return all(shard.idle for shard in self._all)

    @property
    def durable(self) -> bool:
        """Whether writes in every lane become as durable as the operator wants, in time."""
        return all(shard.durable_in_time for shard in self._all)

    def on_reconnect(self, callback: Callable[[], None]) -> None:
        """Have `callback` called when a shard is connected again, or writes are durable again."""
        self._on_reconnect.append(callback)
        for shard in self._all:
            shard.on_reconnect.append(callback)

    async def run(self) -> None:
        """Send what is queued, for as long as the worker lives."""
        async with asyncio.TaskGroup() as group:
            self._running = group
            for shard in self._all:
                group.create_task(shard.run())

    async def drained(self) -> None:
        """Wait until everything queued has been answered."""
        for shard in self._all:
            await shard.drained()

    async def close(self) -> None:
        """Close the clients."""
        for shard in self._all:
            await shard.close()
