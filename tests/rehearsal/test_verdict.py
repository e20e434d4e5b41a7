"""What a rehearsal concludes from what it measured."""

from __future__ import annotations

import pytest

from server.rehearsal.measured import Measured, Sample, Usage
from server.rehearsal.verdict import Cost, cost_of, judge

GIB = 2**30
COST = Cost(people=100, cpu=0.6, idle_cpu=0.1, memory=GIB, idle_memory=GIB // 2, own_cpu=0.0)


def measured(join: float = 0.1, commit: float = 0.1, failures: int = 0) -> Measured:
    """A hundred joins and commits that took so long, and failures."""
    found = Measured()
    for _ in range(100):
        found.joining.add(join)
        found.committing.add(commit)
    if failures:
        found.failures["busy"] = failures
    return found


def test_a_machine_that_answers_in_time_and_has_room_will_do() -> None:
    verdict = judge(measured(), [], COST, 100, cores=2, memory=8 * GIB)
    assert verdict.will_do
    assert any("about 260 people" in note for note in verdict.notes)


@pytest.mark.parametrize(
    ("found", "expected", "reason"),
    [
        (measured(join=1.2), 100, "for a seat"),
        (measured(commit=0.7), 100, "for the answer to a character"),
        (measured(failures=2), 100, "1.0% of the requests failed"),
        (measured(), 300, "1.6 of 2 cores"),
        (measured(), 2_000, "10.5 of 8.0 GiB"),
        (Measured(), 100, "nothing was answered"),
    ],
)
def test_what_speaks_against_a_machine_is_said(found: Measured, expected: int, reason: str) -> None:
    verdict = judge(found, [], COST, expected, cores=2, memory=8 * GIB)
    assert not verdict.will_do
    assert any(reason in it for it in verdict.reasons)


def test_what_is_not_counted_exactly_speaks_against_any_machine() -> None:
    verdict = judge(measured(), ["3 works are missing"], COST, 1, cores=64, memory=64 * GIB)
    assert verdict.reasons == ["3 works are missing"]


def test_the_cost_is_that_of_the_busiest_seconds() -> None:
    rates = [0.1] * 4 + [0.4] * 6 + [0.9] * 6 + [0.4] * 6
    cpu, samples = 0.0, []
    for number, rate in enumerate(rates):
        online = 0 if number < 3 else 50
        samples.append(Sample(2.0 * number, online, Usage(cpu, GIB + number), 0.0))
        cpu += 2.0 * rate
    cost = cost_of(samples, 50)
    assert cost is not None
    assert (cost.people, round(cost.cpu, 2), round(cost.idle_cpu, 2)) == (50, 0.9, 0.1)
    assert (cost.memory, cost.idle_memory) == (GIB + len(rates) - 1, GIB)


def test_without_the_service_on_this_machine_the_rest_is_judged() -> None:
    assert cost_of([Sample(0.0, 0, None, 0.0)] * 5, 10) is None
    verdict = judge(measured(), [], None, 100, cores=2, memory=GIB)
    assert verdict.will_do
    assert "not known" in verdict.notes[0]
