"""A rolling upgrade with people inside: both versions at once on one Redis and one database."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.faults import check_command, checker, final_state, history
from tests.faults.clients import Clients
from tests.faults.deployments import Single
from tests.faults.history import History
from tests.faults.recovery import Recovery
from tests.faults.results import Results
from tests.faults.run import DRAIN_SECONDS, GRACE_SECONDS, TURN_SECONDS
from tests.faults.service_under_test import ServiceUnderTest
from tests.polling import eventually
from tests.service import SERVE
from tests.upgrade.versions import LAST_COMMIT, replace_by_this_one, unpack

REPLACED_SECONDS = 120.0
SEED = 1


@dataclass(frozen=True)
class Plan:
    """What is done.

    Attributes:
        commit: the version to begin with.
        seconds: how long each version runs alone, before and after.
        clients: participants at a time; they write, wait, leave, return and go like those of the
            fault runs.
    """

    commit: str = LAST_COMMIT
    seconds: float = 20.0
    clients: int = 60
    workers: int = 3


@dataclass
class Outcome:
    """What came of it.

    Attributes:
        before: relays that were finished before the first worker of this version.
        mixed: relays that were finished while both versions had workers.
        mixed_seconds: how long that was.
    """

    plan: Plan
    before: int
    mixed: int
    mixed_seconds: float
    refusals: dict[str, int]
    results: Results
    check: check_command.Check
    final: final_state.FinalState

    def lines(self) -> Iterator[str]:
        """A report for people."""
        checks = sum(self.results.checked.values())
        yield f"from {self.plan.commit[:7]}: {self.final.relays} relays, {checks} checks"
        yield f"  {self.before} relays before, {self.mixed} in {self.mixed_seconds:.1f} s of both"
        yield f"  refusals: {self.refusals or 'none'}"
        yield from (f"  LOST {violation}" for violation in self.results.violations)
        yield self.check.words


async def run(plan: Plan, folder: Path) -> Outcome:
    """Run a plan; its data, logs and history stay in `folder`."""
    app = folder / "app"
    unpack(plan.commit, app)
    recovery, results = Recovery(), Results()
    log = History(folder / "history.jsonl")
    deployment = Single(folder / "store", "memory")
    async with contextlib.AsyncExitStack() as stack:
        stack.callback(deployment.end)
        await deployment.start()
        service = ServiceUnderTest(
            folder / "service",
            workers=plan.workers,
            redis_url=deployment.url,
            turn_seconds=TURN_SECONDS,
            grace_seconds=GRACE_SECONDS,
            command=SERVE,
            cwd=app,
        )
        stack.push_async_callback(service.shut_down)
        await service.start()
        urls = [f"ws://127.0.0.1:{service.port}/ws"]
        clients = Clients(urls, plan.clients, SEED, log, recovery)
        stack.push_async_callback(clients.stop)
        await clients.start()
        await asyncio.sleep(plan.seconds)
        before = len(recovery.relays)
        began = time.monotonic()
        await _upgrade(service, app)
        mixed_seconds, mixed = time.monotonic() - began, len(recovery.relays) - before
        await asyncio.sleep(plan.seconds)
        await service.restart()
        await asyncio.sleep(plan.seconds)
        late = await clients.drain(DRAIN_SECONDS)
        log.close()
        found = await final_state.read(deployment, service.data)
        await service.end(results)
        clients.report(late, results)
        observed = checker.Observations()
        observed.read(history.read(log.path))
        checker.check(results, observed, found, [], [])
        check = await check_command.check(log.path, deployment.url, service.data / "works.sqlite")
        results.expect("jielong check finds nothing", not check.status, check.words)
    return Outcome(
        plan, before, mixed, mixed_seconds, dict(clients.refusals), results, check, found
    )


async def _upgrade(service: ServiceUnderTest, app: Path) -> None:
    """Install this version over the old one and replace the workers, one at a time."""
    old = set(service.workers)
    await asyncio.to_thread(replace_by_this_one, app)
    await service.replace_workers()

    async def all_replaced() -> bool:
        now = set(service.workers)
        return not old & now and len(now) == len(old)

    await eventually(all_replaced, REPLACED_SECONDS)
