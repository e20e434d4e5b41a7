"""An hour of the guard's rules by a clock that is set: farms with more cores, and a school.

The rules are the guard's own objects. A farm works on one proof with each core, and is new each
time; a school's pupils are known after their first relay. Every hand of a scribbling farm is bad,
and is judged after `VERDICT_SECONDS`.
"""

from __future__ import annotations

import heapq
import random
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from bench.attack.solvers import guard_rules
from server.guard.limits import MINUTE, Limit
from server.guard.pressure import Pressure
from server.guard.rates import NetworkRate, NetworkRates
from server.guard.verdicts import Verdicts
from server.session.joining import PACE_SECONDS
from server.transport.peer import Peer

HOUR_SECONDS = 3_600.0
START = 1_700_000_000.0
VERDICT_SECONDS = 5.0
RELAY_SECONDS = 2.0
"""What a farm needs for the rest of a relay, beside the proof."""

NATIVE = 2.0
"""How much faster a farm's code solves than the guard takes a common device to be."""

PUPIL_RELAY_SECONDS = 12.0


class Clock:
    """Seconds that the simulation sets."""

    def __init__(self) -> None:
        """At the beginning of a minute."""
        self.now = START - START % HOUR_SECONDS

    def __call__(self) -> float:
        """The time."""
        return self.now


@dataclass
class Hour:
    """What came of an hour.

    Attributes:
        by_minute: hands.
        refused: joins that were asked to slow down.
        asked: seconds of each proof.
    """

    by_minute: list[int] = field(default_factory=lambda: [0] * 60)
    refused: int = 0
    asked: list[float] = field(default_factory=list)

    def summary(self) -> dict[str, Any]:
        """The figures."""
        return {
            "hands_a_minute": round(sum(self.by_minute) / 60, 1),
            "most_hands_in_a_minute": max(self.by_minute),
            "by_minute": self.by_minute,
            "refused": self.refused,
            "proofs": len(self.asked),
            "proof_max": round(max(self.asked, default=0.0), 2),
        }


class Rules:
    """The guard's rules for one network, by a clock of their own."""

    def __init__(self) -> None:
        """The defaults, with nothing counted."""
        given = guard_rules()
        self.clock = Clock()
        self.peer = Peer(b"network")
        self.rates = NetworkRates(given.networks, given.usual_joins, self.clock)
        self.verdicts = Verdicts(self.rates.good_hands, self.rates.bad_hands, _nothing)
        none = NetworkRate(Limit("campaign", 0, MINUTE, 0), self.clock)
        self.pressure = Pressure(
            self.rates.newcomers, none, given.proof_seconds, self.verdicts.rise
        )

    def wait_ms(self, *, is_newcomer: bool) -> int:
        """As `Guard.join`."""
        wait = self.rates.hands.check(self.peer) if is_newcomer else 0
        return wait or self.rates.joins.check(self.peer)

    def ask(self) -> float:
        """A newcomer asks to join; the seconds of its proof."""
        seconds = self.pressure.seconds(self.peer, "")
        self.pressure.count(self.peer, "")
        return seconds


async def _nothing(_: object) -> dict[str, list[bool]]:
    return {}


def farm(tasks: int, cores: int, *, scribbles: bool) -> Hour:
    """An hour of a farm with so many cores."""
    rules, hour, order = Rules(), Hour(), count()
    begin = rules.clock.now
    core_free = [begin] * cores
    events: list[tuple[float, int, str]] = [(begin, next(order), "ask") for _ in range(tasks)]
    heapq.heapify(events)
    while events and events[0][0] < begin + HOUR_SECONDS:
        at, _, what = heapq.heappop(events)
        rules.clock.now = at
        if what == "judged":
            (rules.rates.bad_hands if scribbles else rules.rates.good_hands).count(rules.peer)
        elif what == "done":
            hour.by_minute[int((at - begin) // 60)] += 1
            rules.rates.hands.count(rules.peer)
            heapq.heappush(events, (at + VERDICT_SECONDS, next(order), "judged"))
            heapq.heappush(events, (at, next(order), "ask"))
        elif wait := rules.wait_ms(is_newcomer=True):
            hour.refused += 1
            heapq.heappush(events, (at + wait / 1_000, next(order), "ask"))
        else:
            seconds = rules.ask()
            rules.rates.joins.count(rules.peer)
            solved = at
            if seconds:
                hour.asked.append(seconds)
                solved = max(heapq.heappop(core_free), at) + seconds / NATIVE
                heapq.heappush(core_free, solved)
            heapq.heappush(events, (solved + RELAY_SECONDS, next(order), "done"))
    return hour


def school(pupils: int, pause: float, *, within: float) -> Hour:
    """An hour of a school whose pupils all come within so many seconds."""
    rules, hour, order, own = Rules(), Hour(), count(), random.Random(1)
    begin = rules.clock.now
    events = [(begin + own.uniform(0, within), next(order), -1.0) for _ in range(pupils)]
    heapq.heapify(events)
    while events and events[0][0] < begin + HOUR_SECONDS:
        at, _, last = heapq.heappop(events)
        rules.clock.now = at
        is_newcomer = last < 0 or at - last < PACE_SECONDS
        if wait := rules.wait_ms(is_newcomer=is_newcomer):
            hour.refused += 1
            heapq.heappush(events, (at + wait / 1_000, next(order), last))
            continue
        seconds = rules.ask() if is_newcomer else 0.0
        if seconds:
            hour.asked.append(seconds)
        rules.rates.joins.count(rules.peer)
        done = at + seconds + PUPIL_RELAY_SECONDS
        if done < begin + HOUR_SECONDS:
            hour.by_minute[int((done - begin) // 60)] += 1
            if is_newcomer:
                rules.rates.hands.count(rules.peer)
        heapq.heappush(events, (done + own.uniform(0.5, 1.5) * pause, next(order), at))
    return hour


def hours() -> dict[str, Any]:
    """The hours that are shown."""
    made = {
        f"farm of {cores} cores, {'scribbles' if scribbles else 'the ink that was asked'}": farm(
            40, cores, scribbles=scribbles
        )
        for cores in (2, 8, 64)
        for scribbles in (True, False)
    }
    made["school, all within a minute"] = school(300, 120, within=60)
    made["school, all within ten minutes"] = school(300, 120, within=600)
    return {name: hour.summary() for name, hour in made.items()}
