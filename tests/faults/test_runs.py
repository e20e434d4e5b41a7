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
        Plan("single", seconds=25, seed=2, clients=80),
        Plan("cluster", seconds=25, seed=3, clients=80, durability="replica"),
        Plan("sentinel", seconds=25, seed=5, clients=60, durability="replica"),
    ],
    ids=lambda plan: plan.deployment,
)
def test_no_promise_is_broken_whatever_fails(plan: Plan, tmp_path: Path) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        outcome = runner.run(run(plan, tmp_path))
    page = report.write(outcome, tmp_path / "results").read_text(encoding="utf-8")
    assert outcome.results.valid, page
    assert len(outcome.recovery.records) >= 0.9 * len(outcome.faults), page
    assert outcome.final_state.relays >= 5 * plan.seconds, page
