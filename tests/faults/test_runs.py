"""Short runs with fixed seeds; `make faults` runs long ones."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
import uvloop

from tests.faults import report
from tests.faults.run import Plan, run


@pytest.mark.timeout(240)
@pytest.mark.parametrize(
    "plan",
    [
        Plan("single", seconds=40, seed=2, persons=80),
        Plan("cluster", seconds=40, seed=3, persons=80, durability="replica"),
        Plan("sentinel", seconds=30, seed=5, persons=60, durability="replica"),
    ],
    ids=lambda plan: plan.deployment,
)
def test_no_promise_is_broken_whatever_fails(plan: Plan, tmp_path: Path) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        outcome = runner.run(run(plan, tmp_path))
    page = report.write(outcome, tmp_path / "results").read_text(encoding="utf-8")
    assert outcome.verdict.clean, page
    assert len(outcome.recovery.records) >= 0.9 * len(outcome.faults), page
    assert outcome.books.relays >= 5 * plan.seconds, page
