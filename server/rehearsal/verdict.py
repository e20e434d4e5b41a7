"""Whether the machine will do for the expected number of people. Pure."""

from __future__ import annotations

from typing import NamedTuple

from server.rehearsal.measured import Measured, Sample

JOIN_SECONDS, COMMIT_SECONDS = 1.0, 0.5
"""Within these, 95 of 100 people have their seat, and their character is kept."""

MOST_FAILED = 0.005
"""The share of requests that may fail."""

MOST_CPU, MOST_MEMORY = 0.7, 0.8
"""The shares of the machine that may be in use: the rest is for peaks."""

ENOUGH = 0.5
"""From this share of the people on, a sample tells what they cost."""

WINDOW_SECONDS = 10.0


class Cost(NamedTuple):
    """What the service used.

    Attributes:
        people: connected on average in the busiest window.
        cpu: cores in it.
        idle_cpu: cores before anybody came.
        memory: bytes at the most.
        idle_memory: bytes before anybody came.
        own_cpu: cores of the rehearsal itself in the busiest window.
    """

    people: float
    cpu: float
    idle_cpu: float
    memory: int
    idle_memory: int
    own_cpu: float

    def cpu_for(self, people: int) -> float:
        """Cores for so many people."""
        return self.idle_cpu + (self.cpu - self.idle_cpu) * people / max(1.0, self.people)

    def memory_for(self, people: int) -> float:
        """Bytes for so many people."""
        grown = max(0, self.memory - self.idle_memory)
        return self.idle_memory + grown * people / max(1.0, self.people)


class Verdict(NamedTuple):
    """The answer, and why.

    Attributes:
        will_do: whether the machine will do.
        reasons: what speaks against it.
        notes: what else one has to know.
    """

    will_do: bool
    reasons: list[str]
    notes: list[str]


def cost_of(samples: list[Sample], people: int) -> Cost | None:
    """What the service used; None where that is not known.

    Args:
        samples: in order; the first ones are from before anybody came.
        people: who took part at a time.
    """
    known = [it for it in samples if it.usage is not None]
    if len(known) < 3:
        return None
    before = [it for it in known if it.online == 0][:2]
    first, second = before if len(before) == 2 else known[:2]
    assert first.usage is not None and second.usage is not None
    idle = (second.usage.cpu - first.usage.cpu) / max(0.001, second.at - first.at)
    memory = max(it.usage.memory for it in known if it.usage)
    busiest = Cost(0, 0, idle, memory, first.usage.memory, 0)
    for i, end in enumerate(known):
        start = next((it for it in known[:i] if end.at - it.at <= WINDOW_SECONDS), None)
        if start is None or start.online < people * ENOUGH or end.usage is None:
            continue
        assert start.usage is not None
        seconds = end.at - start.at
        cpu = (end.usage.cpu - start.usage.cpu) / seconds
        if cpu > busiest.cpu:
            here = (start.online + end.online) / 2
            own = (end.own_cpu - start.own_cpu) / seconds
            busiest = busiest._replace(people=here, cpu=cpu, own_cpu=own)
    return busiest if busiest.people else None


def judge(
    measured: Measured,
    inexact: list[str],
    cost: Cost | None,
    expected: int,
    cores: int,
    memory: int,
) -> Verdict:
    """The verdict for `expected` people at a time on a machine with `cores` and `memory` bytes."""
    reasons, notes = [*inexact], []
    share = measured.failed / max(1, measured.failed + measured.answered)
    if share > MOST_FAILED:
        reasons.append(f"{share:.1%} of the requests failed; {MOST_FAILED:.1%} may")
    if not measured.answered:
        reasons.append("nothing was answered")
    for what, latency, most in (
        ("a seat", measured.joining, JOIN_SECONDS),
        ("the answer to a character", measured.committing, COMMIT_SECONDS),
    ):
        if latency.at(0.95) > most:
            found = latency.at(0.95) * 1_000
            reasons.append(
                f"5 of 100 wait longer than {found:.0f} ms for {what}; {most:.1f} s may be"
            )
    if cost is None:
        notes.append(
            "CPU and memory of the service are not known: it was idle, or runs on another machine"
        )
        return Verdict(not reasons, reasons, notes)
    cpu = cost.cpu_for(expected)
    if cpu > MOST_CPU * cores:
        reasons.append(
            f"{expected:,} people take {cpu:.1f} of {cores} cores; {MOST_CPU:.0%} may be in use"
        )
    if cost.memory_for(expected) > MOST_MEMORY * memory:
        needed, there = cost.memory_for(expected) / 2**30, memory / 2**30
        reasons.append(f"{expected:,} people take {needed:.1f} of {there:.1f} GiB of memory")
    per_person = (cost.cpu - cost.idle_cpu) / max(1.0, cost.people)
    if per_person > 0:
        most = round((MOST_CPU * cores - cost.idle_cpu) / per_person)
        notes.append(f"by its CPU this machine carries about {max(0, most):,} people at a time")
    if cost.own_cpu > 0.1:
        notes.append(
            f"the rehearsal itself took {cost.own_cpu:.1f} cores beside the service; from another "
            "machine it would disturb less"
        )
    return Verdict(not reasons, reasons, notes)
