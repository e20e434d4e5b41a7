"""Injects the faults of a schedule at their times and records each of them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable
from math import inf

from redis.exceptions import RedisError

from tests.faults import fault_types
from tests.faults.client import Client
from tests.faults.clients import Clients
from tests.faults.deployments import Deployment
from tests.faults.fault_types import Fault
from tests.faults.proxy import Proxy
from tests.faults.recovery import Record, Recovery
from tests.faults.service_under_test import ServiceUnderTest
from tests.faults.valkey import Valkey


class Nemesis:
    """The nemesis of one run."""

    def __init__(
        self,
        service: ServiceUnderTest,
        deployment: Deployment,
        clients: Clients,
        network: Proxy,
        store_link: Proxy | None,
        recovery: Recovery,
        *,
        needs_replicas: bool,
    ) -> None:
        """`network` lies before the service, `store_link` between the service and a single store.

        A service that `needs_replicas` sends no answers while a replica is away.
        """
        self._service = service
        self._deployment = deployment
        self._clients = clients
        self._network = network
        self._store_link = store_link
        self._recovery = recovery
        self._needs_replicas = needs_replicas

    async def run(self, faults: list[Fault]) -> None:
        """Inject all faults at their times; return when the last one has ended.

        Raises:
            ExceptionGroup: a fault could not be injected, which is a mistake in these tests.
        """
        loop = asyncio.get_running_loop()
        start = loop.time()
        async with asyncio.TaskGroup() as group:
            for fault in faults:
                await asyncio.sleep(max(0.0, start + fault.at - loop.time()))
                group.create_task(self._inject(fault), name=fault.kind)

    async def _inject(self, fault: Fault) -> None:
        match fault:
            case (
                fault_types.ClientVanished()
                | fault_types.ClientDoubled()
                | fault_types.SlowReader()
            ):
                self._inject_client_fault(fault)
            case (
                fault_types.NetworkCut()
                | fault_types.NetworkFrozen()
                | fault_types.NetworkSlowed()
                | fault_types.LinesSilenced()
            ):
                await self._inject_network_fault(fault)
            case (
                fault_types.WorkerKilled()
                | fault_types.WorkerStopped()
                | fault_types.WorkersReplaced()
                | fault_types.ServiceKilled()
            ):
                await self._inject_worker_fault(fault)
            case _:
                await self._inject_store_fault(fault)

    def _inject_client_fault(self, fault: Fault) -> None:
        loop = asyncio.get_running_loop()

        def record() -> str:
            self._recovery.fault_began(fault, lasting=False)
            return fault.kind

        match fault:
            case fault_types.ClientVanished(where=where, state=state, away=away):
                self._clients.act_on(state, where, lambda client: client.disconnect(away, record()))
            case fault_types.ClientDoubled(where=where, state=state):
                self._clients.act_on(
                    state,
                    where,
                    lambda client: self._clients.start_task(client.connect_twice(record())),
                )
            case fault_types.SlowReader(where=where, state=state, seconds=seconds):

                def slow(client: Client) -> None:
                    record()
                    client.set_reading(False)
                    loop.call_later(seconds, client.set_reading, True)

                self._clients.act_on(state, where, slow)

    async def _inject_network_fault(self, fault: Fault) -> None:
        match fault:
            case fault_types.NetworkCut(share=share):
                self._recovery.fault_began(fault, lasting=False)
                self._network.cut(share)
            case fault_types.NetworkFrozen(share=share, seconds=seconds):
                await self._record_while(fault, self._network.freeze(share, seconds))
            case fault_types.LinesSilenced(share=share):
                self._recovery.fault_began(fault, lasting=False)
                self._network.silence(share)
            case fault_types.NetworkSlowed(share=share, rate=rate, seconds=seconds):
                await self._record_while(fault, self._network.slow(share, rate, seconds))

    async def _inject_worker_fault(self, fault: Fault) -> None:
        match fault:
            case fault_types.WorkerKilled(where=where):
                pid = await self._service.kill_worker(where)
                self._recovery.fault_began(fault, lasting=False).note = f"{pid}"
            case fault_types.WorkerStopped(where=where, seconds=seconds):
                await self._record_while(fault, self._service.stop_worker(where, seconds))
            case fault_types.WorkersReplaced():
                await self._service.replace_workers()
                self._recovery.fault_began(fault, lasting=False)
            case fault_types.ServiceKilled():
                await self._record_while(fault, self._service.kill())

    async def _inject_store_fault(self, fault: Fault) -> None:
        match fault:
            case fault_types.StoreKilled(where=where, seconds=seconds):
                node = self._pick(await self._deployment.masters(), where)
                lasting = not self._deployment.may_lose_writes
                await self._record_ended(
                    await self._kill_and_restart(fault, node, seconds, lasting=lasting)
                )
            case fault_types.StoreStopped(where=where, seconds=seconds):
                node = self._pick(await self._deployment.masters(), where)
                record = self._record_began(fault, lasting=not self._deployment.may_lose_writes)
                record.note = repr(node)
                node.stop()
                await asyncio.sleep(seconds)
                node.resume()
                await self._record_ended(record)
            case fault_types.ReplicaKilled(where=where, seconds=seconds):
                node = self._pick(await self._deployment.replicas(), where)
                await self._record_ended(
                    await self._kill_and_restart(fault, node, seconds, lasting=False)
                )
            case fault_types.SentinelKilled(where=where, seconds=seconds):
                node = self._pick(self._deployment.sentinels, where)
                await self._record_ended(
                    await self._kill_and_restart(fault, node, seconds, lasting=False)
                )
            case fault_types.ClockSetBack(where=where, seconds=seconds):
                node = self._pick(await self._deployment.masters(), where)
                assert node.clock is not None
                node.clock.set_back(seconds)
                self._recovery.fault_began(fault, lasting=False).note = f"{seconds} s"
            case fault_types.FailoverOrdered():
                record = self._record_began(fault, lasting=False)
                try:
                    await self._deployment.order_failover()
                except RedisError as refusal:
                    record.note = str(refusal)
                await self._record_ended(record)
            case _:
                await self._inject_store_link_fault(fault)

    async def _inject_store_link_fault(self, fault: Fault) -> None:
        assert self._store_link is not None
        match fault:
            case fault_types.StoreLinkCut(share=share):
                self._recovery.fault_began(fault, lasting=False)
                self._store_link.cut(share)
            case fault_types.StoreLinkFrozen(seconds=seconds):
                await self._record_while(fault, self._store_link.freeze(1, seconds))
            case fault_types.StoreLinkSlowed(rate=rate, seconds=seconds):
                await self._record_while(fault, self._store_link.slow(1, rate, seconds))
            case _:
                raise AssertionError(f"unknown fault {fault}")

    async def _kill_and_restart(
        self, fault: Fault, node: Valkey, seconds: float, *, lasting: bool
    ) -> Record:
        record = self._record_began(fault, lasting=lasting)
        record.note = repr(node)
        node.kill()
        await asyncio.sleep(seconds)
        await self._deployment.revive(node)
        return record

    def _record_began(self, fault: Fault, *, lasting: bool) -> Record:
        record = self._recovery.fault_began(fault, lasting=lasting)
        if self._needs_replicas:
            record.whole = inf
        return record

    async def _record_ended(self, record: Record) -> None:
        """A single server has recovered when it is back, a replicated one with all its replicas."""
        if not self._deployment.may_lose_writes:
            self._recovery.fault_ended(record)
        elif self._needs_replicas:
            await self._deployment.fully_replicated()
            record.whole = time.monotonic()

    async def _record_while(self, fault: Fault, injection: Awaitable[object]) -> Record:
        record = self._recovery.fault_began(fault, lasting=True)
        try:
            note = await injection
        finally:
            self._recovery.fault_ended(record)
        record.note = "" if note is None else f"{note}"
        return record

    @staticmethod
    def _pick(nodes: list[Valkey], where: float) -> Valkey:
        """The first node, which serves the lane, three times out of four."""
        assert nodes, "no server of this kind is there"
        if where < 0.75 or len(nodes) == 1:
            return nodes[0]
        return nodes[1 + int((where - 0.75) * 4 * (len(nodes) - 1))]
