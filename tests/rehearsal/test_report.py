"""How a rehearsal tells what it found."""

from __future__ import annotations

import re

from server.rehearsal.measured import Latency, Measured
from server.rehearsal.report import SHARES, Outcome, as_lines
from server.rehearsal.verdict import Cost, judge
from tests.docs.blocks import block

MIB, GIB = 2**20, 2**30
SHOWN = block("operate/rehearse.md: 141 people").code
CPU, CORES, PEOPLE = 0.12, 2, 60
PER_PERSON = (0.7 * CORES - CPU) / (827 - PEOPLE)
"""Of the CPU; it leads to the number of people that is shown."""


def latency(name: str) -> Latency:
    """One with the figures that are shown."""
    (row,) = re.findall(rf"^{name} +(.*)$", SHOWN, re.MULTILINE)
    *times, answers = map(int, row.split())
    found = Latency()
    for number in range(answers):
        within = sum(number > int(share * answers) for share in SHARES[:-1])
        found.add(times[within] / 1_000)
    return found


def test_the_report_of_the_documentation_word_for_word() -> None:
    measured = Measured()
    measured.came = 141
    measured.works = {f"work-{number}" for number in range(106)}
    measured.pledges = {"tea": set(range(59))}
    measured.page = latency("the page")
    measured.joining = latency("join to seat")
    measured.committing = latency("commit to committed")
    measured.pledging, measured.giving = latency("pledge"), latency("donation")
    idle = CPU - PEOPLE * PER_PERSON
    cost = Cost(PEOPLE, CPU, idle, memory=320 * MIB, idle_memory=314 * MIB, own_cpu=0.2)
    verdict = judge(measured, [], cost, PEOPLE, CORES, 8 * GIB)
    outcome = Outcome(PEOPLE, PEOPLE, 132.0, CORES, 8 * GIB, measured, cost, verdict)
    assert list(as_lines(outcome)) == SHOWN.splitlines()
