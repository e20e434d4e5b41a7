"""Farms of bots and a school of honest hands, each behind one address, with the defaults."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

import msgspec
from jielong import Pen

from bench import handwriting
from bench.attack.member import FAILURES, Member, RefusedError, Solve
from bench.attack.solvers import Cores, Devices
from bench.campaign import CAMPAIGN, campaign, short_phrase
from bench.processes import Program

SEED = 20_200_131
FARM_ADDRESS, SCHOOL_ADDRESS = "198.51.100.7", "203.0.113.7"
PAGE = 100


class Scribble:
    """Random strokes, whatever is asked."""

    def __init__(self, rng: random.Random) -> None:
        """Another scribble each time."""
        self._rng = rng

    def character(self, _: str) -> Sequence[Sequence[int]]:
        """Eight strokes."""
        return handwriting.character(self._rng)


@dataclass
class Outcome:
    """What came of a crowd.

    Attributes:
        works: that its members saw finished.
        at: when, in seconds from the beginning; a hand of the crowd each.
        failed: participations that came to no seat or to no work.
        refused: how often a member was asked to slow down.
        join_seconds: from the join to the seat, proof of work and refusals included.
        proof_seconds: what proofs took on devices of their own; none where the cores are shared.
    """

    works: int = 0
    at: list[float] = field(default_factory=list)
    failed: int = 0
    refused: int = 0
    join_seconds: list[float] = field(default_factory=list)
    proof_seconds: list[float] = field(default_factory=list)

    def summary(self, seconds: float) -> dict[str, Any]:
        """The figures of a crowd that was there for so many seconds."""
        waits = sorted(self.join_seconds) or [0.0]
        p99 = quantiles(waits, n=100)[98] if len(waits) > 1 else waits[0]
        minutes = [sum(start <= at < start + 60 for at in self.at) for start in range(int(seconds))]
        return {
            "hands": len(self.at),
            "hands_a_minute": round(len(self.at) * 60 / seconds, 1),
            "most_hands_in_a_minute": max(minutes, default=0),
            "hands_by_second": _by_second(self.at, seconds),
            "failed": self.failed,
            "refused": self.refused,
            "joins": len(self.join_seconds),
            "join_p50": round(median(waits), 3),
            "join_p99": round(p99, 3),
            "join_max": round(waits[-1], 3),
            "proofs": len(self.proof_seconds),
            "proof_max": round(max(self.proof_seconds, default=0.0), 2),
        }


class Crowd:
    """Members who take part again and again.

    Attributes:
        outcome: what came of it so far.
    """

    def __init__(
        self, address: str, members: int, pen: Callable[[random.Random], Any], *, pause: float
    ) -> None:
        """From one address; with a `pause` of so many seconds between two relays, on average.

        Those without a pause are a farm: new each time, and as fast as they are let.
        """
        self.outcome = Outcome()
        self._address = address
        self._members = members
        self._pen = pen
        self._pause = pause
        self._devices = Devices() if pause else None

    async def run(self, program: Program, phrase: str, seconds: float) -> None:
        """Take part for so many seconds."""
        solve = self._devices.solve if self._devices else Cores().solve
        start = asyncio.get_running_loop().time()
        tasks = [
            asyncio.create_task(self._keep_on(program.ws, phrase, SEED + number, start, solve))
            for number in range(self._members)
        ]
        await asyncio.wait(tasks, timeout=seconds)
        for task in tasks:
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.wait(tasks, timeout=10)
        if self._devices:
            self.outcome.proof_seconds = self._devices.seconds

    async def _keep_on(self, url: str, phrase: str, seed: int, start: float, solve: Solve) -> None:
        own, loop = random.Random(seed), asyncio.get_running_loop()
        member = Member(url, self._address, solve, keeps_token=self._pause > 0)
        pen, outcome = self._pen(own), self.outcome
        await asyncio.sleep(own.uniform(0, self._pause / 2))
        while True:
            if self._devices and member.token is None:
                self._devices.asked()
            try:
                await member.take_part(phrase, pen, at_once=not self._pause)
                outcome.at.append(loop.time() - start)
                outcome.join_seconds.append(member.waited)
            except (RefusedError, *FAILURES):
                outcome.failed += 1
            outcome.refused += member.refused
            member.refused = 0
            await asyncio.sleep(own.uniform(0.5, 1.5) * self._pause)


def farm(members: int) -> Crowd:
    """Scribblers: new each time, and as fast as they are let."""
    return Crowd(FARM_ADDRESS, members, Scribble, pause=0)


def forgers(members: int) -> Crowd:
    """The same, but with the ink of what is asked."""
    return Crowd(FARM_ADDRESS, members, Pen, pause=0)


def school(pupils: int, pause: float) -> Crowd:
    """Pupils, who are known after their first relay and write at the pace of hands."""
    return Crowd(SCHOOL_ADDRESS, pupils, Pen, pause=pause)


async def together(program: Program, crowds: dict[str, Crowd], seconds: float) -> dict[str, Any]:
    """Have crowds take part at the same time; their figures, and what the service counted."""
    phrase = short_phrase(program.http)
    await asyncio.gather(*(crowd.run(program, phrase, seconds) for crowd in crowds.values()))
    with ThreadPoolExecutor(1) as reader:
        loop = asyncio.get_running_loop()
        counters = (await loop.run_in_executor(reader, campaign, program.http))["counters"]
        public = await loop.run_in_executor(reader, public_works, program.http)
    figures: dict[str, Any] = {
        name: crowd.outcome.summary(seconds) for name, crowd in crowds.items()
    }
    return figures | {"counted_hands": counters["participants"], "public_works": public}


def public_works(http: str) -> int:
    """How many works everybody may see."""
    found, cursor = 0, ""
    while True:
        query = urlencode({"campaign": CAMPAIGN, "limit": PAGE, "cursor": cursor})
        with urlopen(f"{http}/api/works?{query}", timeout=10) as answer:
            page = msgspec.json.decode(answer.read())
        found += len(page["works"])
        cursor = page["next"]
        if not cursor:
            return found


def _by_second(at: Sequence[float], seconds: float) -> list[int]:
    counts = [0] * int(seconds)
    for one in at:
        if one < len(counts):
            counts[int(one)] += 1
    return counts
