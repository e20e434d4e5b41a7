"""Does what the schedule says, when it says so, and keeps a record of every fault."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable
from math import inf

from redis.exceptions import RedisError

from tests.faults import kinds
from tests.faults.crowd import Crowd
from tests.faults.deployments import Deployment
from tests.faults.fleet import Fleet
from tests.faults.kinds import Fault
from tests.faults.proxy import Proxy
from tests.faults.recovery import Record, Recovery
from tests.faults.valkey import Valkey


class Conductor:
    """Of one run."""

    def __init__(
        self,
        fleet: Fleet,
        deployment: Deployment,
        crowd: Crowd,
        network: Proxy,
        store_link: Proxy | None,
        recovery: Recovery,
        *,
        needs_replicas: bool,
    ) -> None:
        """`network` lies before the service, `store_link` between it and a single store.

        A service that `needs_replicas` tells nothing while one is away.
        """
        self._fleet = fleet
        self._deployment = deployment
        self._crowd = crowd
        self._network = network
        self._store_link = store_link
        self._recovery = recovery
        self._needs_replicas = needs_replicas

    async def play(self, faults: list[Fault]) -> None:
        """All of them, at their times; returns when the last is over.

        Raises:
            ExceptionGroup: a fault could not be done, which is a mistake of these tests.
        """
        loop = asyncio.get_running_loop()
        start = loop.time()
        async with asyncio.TaskGroup() as group:
            for fault in faults:
                await asyncio.sleep(max(0.0, start + fault.at - loop.time()))
                group.create_task(self._do(fault), name=fault.kind)

    async def _do(self, fault: Fault) -> None:
        match fault:
            case kinds.ClientVanished() | kinds.ClientDoubled() | kinds.SlowReader():
                self._do_to_client(fault)
            case kinds.NetworkCut() | kinds.NetworkFrozen() | kinds.NetworkSlowed():
                await self._do_to_network(fault)
            case (
                kinds.WorkerKilled()
                | kinds.WorkerStopped()
                | kinds.WorkersReplaced()
                | kinds.ServiceKilled()
            ):
                await self._do_to_workers(fault)
            case _:
                await self._do_to_store(fault)

    def _do_to_client(self, fault: Fault) -> None:
        loop = asyncio.get_running_loop()

        def record() -> str:
            self._recovery.happens(fault, lasting=False)
            return fault.kind

        match fault:
            case kinds.ClientVanished(where=where, state=state, away=away):
                self._crowd.hit(state, where, lambda person: person.vanish(away, record()))
            case kinds.ClientDoubled(where=where, state=state):

                def double(person: object) -> None:
                    self._doubling = loop.create_task(person.double(record()))  # type: ignore[attr-defined]

                self._crowd.hit(state, where, double)
            case kinds.SlowReader(where=where, state=state, seconds=seconds):

                def slow(person: object) -> None:
                    record()
                    person.read(False)  # type: ignore[attr-defined]
                    loop.call_later(seconds, person.read, True)  # type: ignore[attr-defined]

                self._crowd.hit(state, where, slow)

    async def _do_to_network(self, fault: Fault) -> None:
        match fault:
            case kinds.NetworkCut(share=share):
                self._recovery.happens(fault, lasting=False)
                self._network.cut(share)
            case kinds.NetworkFrozen(share=share, seconds=seconds):
                await self._during(fault, self._network.freeze(share, seconds))
            case kinds.NetworkSlowed(share=share, rate=rate, seconds=seconds):
                await self._during(fault, self._network.slow(share, rate, seconds))

    async def _do_to_workers(self, fault: Fault) -> None:
        match fault:
            case kinds.WorkerKilled(where=where):
                pid = await self._fleet.kill_worker(where)
                self._recovery.happens(fault, lasting=False).note = f"{pid}"
            case kinds.WorkerStopped(where=where, seconds=seconds):
                await self._during(fault, self._fleet.stop_worker(where, seconds))
            case kinds.WorkersReplaced():
                await self._fleet.replace()
                self._recovery.happens(fault, lasting=False)
            case kinds.ServiceKilled():
                await self._during(fault, self._fleet.kill())

    async def _do_to_store(self, fault: Fault) -> None:
        match fault:
            case kinds.StoreKilled(where=where, seconds=seconds):
                node = self._pick(await self._deployment.masters(), where)
                lasting = not self._deployment.loses
                await self._mended(await self._down(fault, node, seconds, lasting=lasting))
            case kinds.StoreStopped(where=where, seconds=seconds):
                node = self._pick(await self._deployment.masters(), where)
                record = self._breaks(fault, lasting=not self._deployment.loses)
                record.note = repr(node)
                node.stop()
                await asyncio.sleep(seconds)
                node.go_on()
                await self._mended(record)
            case kinds.ReplicaKilled(where=where, seconds=seconds):
                node = self._pick(await self._deployment.replicas(), where)
                await self._mended(await self._down(fault, node, seconds, lasting=False))
            case kinds.SentinelKilled(where=where, seconds=seconds):
                node = self._pick(self._deployment.sentinels, where)
                await self._mended(await self._down(fault, node, seconds, lasting=False))
            case kinds.FailoverOrdered():
                record = self._breaks(fault, lasting=False)
                try:
                    await self._deployment.order_failover()
                except RedisError as refusal:
                    record.note = str(refusal)
                await self._mended(record)
            case _:
                await self._do_to_store_link(fault)

    async def _do_to_store_link(self, fault: Fault) -> None:
        assert self._store_link is not None
        match fault:
            case kinds.StoreLinkCut(share=share):
                self._recovery.happens(fault, lasting=False)
                self._store_link.cut(share)
            case kinds.StoreLinkFrozen(seconds=seconds):
                await self._during(fault, self._store_link.freeze(1, seconds))
            case kinds.StoreLinkSlowed(rate=rate, seconds=seconds):
                await self._during(fault, self._store_link.slow(1, rate, seconds))
            case _:
                raise AssertionError(f"nobody knows how to do {fault}")

    async def _down(self, fault: Fault, node: Valkey, seconds: float, *, lasting: bool) -> Record:
        record = self._breaks(fault, lasting=lasting)
        record.note = repr(node)
        node.kill()
        await asyncio.sleep(seconds)
        await self._deployment.revive(node)
        return record

    def _breaks(self, fault: Fault, *, lasting: bool) -> Record:
        record = self._recovery.happens(fault, lasting=lasting)
        if self._needs_replicas:
            record.whole = inf
        return record

    async def _mended(self, record: Record) -> None:
        """One server is whole when it is back; a replicated store when it has its replicas."""
        if not self._deployment.loses:
            self._recovery.is_over(record)
        elif self._needs_replicas:
            await self._deployment.whole_again()
            record.whole = time.monotonic()

    async def _during(self, fault: Fault, doing: Awaitable[object]) -> Record:
        record = self._recovery.happens(fault, lasting=True)
        try:
            note = await doing
        finally:
            self._recovery.is_over(record)
        record.note = "" if note is None else f"{note}"
        return record

    @staticmethod
    def _pick(nodes: list[Valkey], where: float) -> Valkey:
        """The first, which serves the lane, three times out of four."""
        assert nodes, "there is no such server at this moment"
        if where < 0.75 or len(nodes) == 1:
            return nodes[0]
        return nodes[1 + int((where - 0.75) * 4 * (len(nodes) - 1))]
