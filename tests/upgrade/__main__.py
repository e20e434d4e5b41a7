"""`make upgrade`: from the last release to this checkout, with people inside."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

import uvloop

from tests.upgrade.rolling import Plan, run
from tests.upgrade.versions import LAST_COMMIT


def main() -> int:
    """Run it and say what was found; the exit status is 1 when something was lost."""
    words = argparse.ArgumentParser(prog="python -m tests.upgrade", description=__doc__)
    words.add_argument("--commit", default=LAST_COMMIT, help="the version to begin with")
    words.add_argument("--seconds", type=float, default=Plan.seconds, help="before and after")
    words.add_argument("--clients", type=int, default=Plan.clients)
    words.add_argument("--workers", type=int, default=Plan.workers)
    given = words.parse_args()
    plan = Plan(given.commit, given.seconds, given.clients, given.workers)
    folder = Path(tempfile.mkdtemp(prefix="jielong-upgrade-"))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        outcome = runner.run(run(plan, folder))
    for line in outcome.lines():
        print(line)  # noqa: T201
    print(f"data, logs and history: {folder}")  # noqa: T201
    return 0 if outcome.results.valid else 1


sys.exit(main())
