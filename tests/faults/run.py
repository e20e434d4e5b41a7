"""One fault run, from empty folders to its results."""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.faults import check_command, checker, final_state, history
from tests.faults.clients import Clients
from tests.faults.deployments import DEPLOYMENTS, Deployment
from tests.faults.fault_types import FailoverOrdered, Fault, StoreKilled, StoreStopped
from tests.faults.history import History
from tests.faults.nemesis import Nemesis
from tests.faults.participant import PLEDGES
from tests.faults.proxy import Proxy
from tests.faults.recovery import Recovery
from tests.faults.results import Results
from tests.faults.schedule import schedule
from tests.faults.service_under_test import ServiceUnderTest

TURN_SECONDS = 10
GRACE_SECONDS = 15
LANE_RATE = 5
"""Joiners a second of one lane; low, so that more lanes open during a run."""

CAMPAIGN = "[[campaign]]\nid = 'default'\nrelays = ['write', 'pledge']\n" + "".join(
    f"[[campaign.pledge]]\nid = '{pledge}'\ntext = '{pledge}'\n" for pledge in PLEDGES
)
DRAIN_SECONDS = 2 * (TURN_SECONDS + GRACE_SECONDS)
"""Within this time every client has finished its room or lost its seat."""


@dataclass(frozen=True)
class Plan:
    """A plan of a run.

    Attributes:
        deployment: `single`, `cluster` or `sentinel`.
        durability: the service's setting: `memory`, `aof` or `replica`.
        lanes: most lanes; more of them open at the rate of the run.
    """

    deployment: str
    seconds: float
    seed: int
    clients: int = 300
    workers: int = 3
    durability: str = "memory"
    lanes: int = 1

    @property
    def may_lose(self) -> bool:
        """Whether the loss of a master may undo answered writes, by the durability setting."""
        return self.durability == "memory"


@dataclass
class Outcome:
    """The outcome of a run."""

    plan: Plan
    faults: list[Fault]
    seconds: float
    recovery: Recovery
    results: Results
    check: check_command.Check
    final_state: final_state.FinalState
    notes: dict[str, int]
    refusals: dict[str, int]


async def run(plan: Plan, folder: Path) -> Outcome:
    """Run a plan; its data, logs and history stay in `folder`."""
    deployment = DEPLOYMENTS[plan.deployment](folder / "store", plan.durability)
    faults = schedule(plan.seed, plan.seconds, deployment.fault_weights, deployment.fault_gap)
    recovery, results = Recovery(), Results()
    log = History(folder / "history.jsonl")
    async with contextlib.AsyncExitStack() as stack:
        stack.callback(deployment.end)
        await deployment.start()
        service, clients, nemesis = await _start(stack, plan, folder, deployment, log, recovery)
        began = time.monotonic()
        await clients.start()
        await nemesis.run(faults)
        await asyncio.sleep(max(0.0, began + plan.seconds - time.monotonic()))
        seconds = time.monotonic() - began
        late = await clients.drain(DRAIN_SECONDS)
        log.close()
        found = await final_state.read(deployment, service.data)
        await service.end(results)
        clients.report(late, results)
        check = await _check(plan, deployment, log.path, service.data, found, recovery, results)
    return Outcome(
        plan,
        faults,
        seconds,
        recovery,
        results,
        check,
        found,
        dict(clients.notes),
        dict(clients.refusals),
    )


async def _start(
    stack: contextlib.AsyncExitStack,
    plan: Plan,
    folder: Path,
    deployment: Deployment,
    log: History,
    recovery: Recovery,
) -> tuple[ServiceUnderTest, Clients, Nemesis]:
    """Start the service behind proxies; `stack` ends everything."""
    random = Random(f"{plan.seed} network")
    store_link = None
    if plan.deployment == "single":
        store_link = await _proxy(stack, deployment.nodes[0].port, random)
    campaigns = folder / "campaigns.toml"
    campaigns.write_text(CAMPAIGN, encoding="utf-8")
    service = ServiceUnderTest(
        folder / "service",
        campaigns=campaigns,
        workers=plan.workers,
        redis_url=f"redis://127.0.0.1:{store_link.port}" if store_link else deployment.url,
        turn_seconds=TURN_SECONDS,
        grace_seconds=GRACE_SECONDS,
        durability=plan.durability,
        replicas=deployment.replicas_each,
        lanes=plan.lanes,
        lane_rate=LANE_RATE,
    )
    stack.push_async_callback(service.shut_down)
    await service.start()
    network = await _proxy(stack, service.port, random)
    urls = [f"ws://127.0.0.1:{port}/ws" for port in (network.port, service.port)]
    clients = Clients(urls, plan.clients, plan.seed, log, recovery)
    stack.push_async_callback(clients.stop)
    nemesis = Nemesis(
        service,
        deployment,
        clients,
        network,
        store_link,
        recovery,
        needs_replicas=plan.durability == "replica",
    )
    return service, clients, nemesis


async def _check(
    plan: Plan,
    deployment: Deployment,
    log: Path,
    data: Path,
    found: final_state.FinalState,
    recovery: Recovery,
    results: Results,
) -> check_command.Check:
    """Check what the clients recorded, by our own rules and by `jielong check`."""
    observed = checker.Observations()
    observed.read(history.read(log))
    failovers = _failovers(recovery)
    checker.check(results, observed, found, failovers if plan.may_lose else [], recovery.outages())
    check = await check_command.check(log, deployment.url, data / "works.sqlite")
    excused = plan.may_lose and bool(failovers) and deployment.may_lose_writes
    results.expect(
        "jielong check finds nothing", not check.status, check.words[:1_500], excused=excused
    )
    return check


async def _proxy(stack: contextlib.AsyncExitStack, target: int, random: Random) -> Proxy:
    proxy = Proxy(target, random)
    await proxy.start()
    stack.callback(proxy.stop)
    return proxy


def _failovers(recovery: Recovery) -> list[float]:
    return [
        moment
        for record in recovery.records
        if isinstance(record.fault, StoreKilled | StoreStopped | FailoverOrdered)
        for moment in (record.began, record.over)
        if moment is not None
    ]
