"""`python -m tests.faults --deployment single --seconds 600 --seed 1`; writes its report."""

from __future__ import annotations

import argparse
import asyncio
import shutil
import sys
import tempfile
from pathlib import Path

import uvloop

from tests.faults import report
from tests.faults.deployments import DEPLOYMENTS
from tests.faults.run import Plan, run


def main() -> int:
    """Run and report; the exit status is 1 when a check failed."""
    words = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    words.add_argument("--deployment", choices=DEPLOYMENTS, default="single")
    words.add_argument("--seconds", type=float, default=600)
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--clients", type=int, default=Plan.clients)
    words.add_argument("--workers", type=int, default=Plan.workers)
    words.add_argument("--durability", choices=("memory", "aof", "replica"), default="memory")
    words.add_argument("--lanes", type=int, default=Plan.lanes)
    words.add_argument("--folder", type=Path, help="for data, logs and history, which then stay")
    words.add_argument("--results", type=Path, default=report.FOLDER, help="for the report")
    given = words.parse_args()
    folder = given.folder or Path(tempfile.mkdtemp(prefix="jielong-faults-"))
    folder.mkdir(parents=True, exist_ok=True)
    plan = Plan(
        given.deployment,
        given.seconds,
        given.seed,
        given.clients,
        given.workers,
        given.durability,
        given.lanes,
    )
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        outcome = runner.run(run(plan, folder))
    page = report.write(outcome, given.results)
    print(page.read_text(encoding="utf-8"))  # noqa: T201
    if outcome.results.valid and not given.folder:
        shutil.rmtree(folder)
    else:
        print(f"data, logs and history: {folder}")  # noqa: T201
    return 0 if outcome.results.valid else 1


sys.exit(main())
