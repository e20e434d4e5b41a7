"""The report of a rehearsal: figures for people and, as JSON, for programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from server.rehearsal.measured import Latency, Measured
from server.rehearsal.verdict import Cost, Verdict

SHARES = (0.5, 0.95, 0.99)


class Outcome(NamedTuple):
    """All that a rehearsal found.

    Attributes:
        people, expected: who took part at a time, and who are expected.
        seconds: how long it took.
        cores, memory: of this machine.
    """

    people: int
    expected: int
    seconds: float
    cores: int
    memory: int
    measured: Measured
    cost: Cost | None
    verdict: Verdict


def as_lines(outcome: Outcome) -> Iterator[str]:
    """The report, line by line."""
    measured, cost = outcome.measured, outcome.cost
    yield (
        f"{measured.came:,} people came, {outcome.people:,} at a time, in "
        f"{outcome.seconds / 60:.1f} minutes"
    )
    yield (
        f"{len(measured.works):,} works, {sum(map(len, measured.pledges.values())):,} pledges, "
        f"{len(measured.giving):,} donations"
    )
    yield ""
    yield f"{'milliseconds':<24}{'half':>8}{'95 %':>8}{'99 %':>8}{'answers':>10}"
    for name, latency in _latencies(measured):
        if len(latency):
            times = "".join(f"{latency.at(share) * 1_000:>8.0f}" for share in SHARES)
            yield f"{name:<24}{times}{len(latency):>10,}"
    yield ""
    if cost is not None:
        per_person = (cost.cpu - cost.idle_cpu) / max(1.0, cost.people) * 1_000
        yield (
            f"the service: {cost.cpu:.2f} of {outcome.cores} cores at {cost.people:.0f} people, "
            f"{per_person:.1f} thousandths of a core for each"
        )
        yield (
            f"its memory: {cost.memory / 2**20:,.0f} MiB, {cost.idle_memory / 2**20:,.0f} before "
            f"anybody came"
        )
    yield f"failures: {measured.failed}"
    for what, count in measured.failures.most_common(5):
        yield f"  {count} times {what}"
    yield ""
    yield from _verdict(outcome)


def _verdict(outcome: Outcome) -> Iterator[str]:
    will_do, reasons, notes = outcome.verdict
    answer = "will do" if will_do else "will not do"
    yield f"This machine {answer} for {outcome.expected:,} people at a time."
    yield from (f"  - {reason}" for reason in reasons)
    yield from (f"  note: {note}" for note in notes)


def as_json(outcome: Outcome) -> dict[str, Any]:
    """The same for programs; times in milliseconds."""
    measured = outcome.measured
    return {
        "people": outcome.people,
        "expected": outcome.expected,
        "seconds": round(outcome.seconds, 1),
        "came": measured.came,
        "works": len(measured.works),
        "pledges": {key: len(numbers) for key, numbers in measured.pledges.items()},
        "given": dict(measured.given),
        "failures": dict(measured.failures),
        "latencies": {
            name: {
                "answers": len(latency),
                **{f"p{share * 100:.0f}": round(latency.at(share) * 1_000, 1) for share in SHARES},
            }
            for name, latency in _latencies(measured)
        },
        "cost": outcome.cost._asdict() if outcome.cost else None,
        "cores": outcome.cores,
        "memory": outcome.memory,
        "will_do": outcome.verdict.will_do,
        "reasons": outcome.verdict.reasons,
        "notes": outcome.verdict.notes,
    }


def _latencies(measured: Measured) -> tuple[tuple[str, Latency], ...]:
    return (
        ("the page", measured.page),
        ("join to seat", measured.joining),
        ("commit to committed", measured.committing),
        ("pledge", measured.pledging),
        ("donation", measured.giving),
    )
