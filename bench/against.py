"""CPU of a whole relay in this checkout and in another one, in short turns of one run.

`python -m bench.against CHECKOUT [--turns 40] [--relays 300] [--in-flight 100]`

On a machine that others share, the CPU of the same work changes by a tenth from minute to minute.
So both services run at the same time, and the load goes to one and the other in turns of half a
second: this, other, other, this. Each pair of turns gives one ratio. The table has their median and
its 95 % confidence interval, from the order statistics of the ratios.

CHECKOUT is a folder with another commit, for instance of `git worktree add`. It runs with the
packages of this environment.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from math import sqrt
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

import uvloop

from bench import results
from bench.accounting import family, running_seconds
from bench.campaign import short_phrase
from bench.handwriting import character
from bench.processes import Program, service
from bench.relays import SEED, relay

Cost = dict[str, float]
"""Microseconds of CPU by part."""

SETTLE_SECONDS = 0.2
NORMAL_95 = 1.96


def used(program: Program) -> Cost:
    """Microseconds that the processes of the service have run, by part."""
    cost: defaultdict[str, float] = defaultdict(float)
    for pid, part in family(program.process.pid).items():
        cost[part] += running_seconds(pid) * 1e6
    return cost


async def turn(program: Program, phrase: str, inks: list[Any], given: Any) -> Cost:
    """Microseconds of CPU a relay in one turn; what is moved into SQL meanwhile counts, too."""
    before = used(program)
    await relay(program.ws, phrase, inks, given.relays, given.in_flight)
    await asyncio.sleep(SETTLE_SECONDS)
    after = used(program)
    return {part: (spent - before.get(part, 0.0)) / given.relays for part, spent in after.items()}


async def compare(given: Any, folder: Path) -> list[tuple[Cost, Cost]]:
    """Microseconds a relay, this and the other, for each pair of turns."""
    random = Random(SEED)
    inks = [character(random) for _ in range(50)]
    with ExitStack() as stack:
        this = stack.enter_context(service(folder / "this"))
        other = stack.enter_context(service(folder / "other", given.checkout.resolve()))
        phrase = short_phrase(this.http)
        for program in (this, other):
            await relay(program.ws, phrase, inks, given.relays, given.in_flight)
        pairs = []
        for number in range(given.turns):
            order = (this, other) if number % 2 == 0 else (other, this)
            cost = {id(program): await turn(program, phrase, inks, given) for program in order}
            pairs.append((cost[id(this)], cost[id(other)]))
        return pairs


def interval(values: Sequence[float]) -> tuple[float, float]:
    """The 95 % confidence interval of the median: the order statistics at n/2 -+ 0.98 sqrt(n)."""
    ordered, count = sorted(values), len(values)
    away = NORMAL_95 * sqrt(count) / 2
    low, high = int(count / 2 - away), int(count / 2 + away)
    return ordered[max(0, low)], ordered[min(count - 1, high)]


def table(ratios: Sequence[float], pairs: Sequence[tuple[Cost, Cost]]) -> Iterable[str]:
    """The lines to print, the ratio first."""
    low, high = interval(ratios)
    yield f"ratio {median(ratios):.3f}, 95 % interval {low:.3f} to {high:.3f}"
    yield "us a relay    this   other"
    for part in sorted(set().union(*(this | other for this, other in pairs))):
        this, other = (median(pair[which].get(part, 0.0) for pair in pairs) for which in (0, 1))
        yield f"{part:10} {this:7.0f} {other:7.0f}"


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(prog="python -m bench.against", description=__doc__)
    parser.add_argument("checkout", type=Path, help="the folder of the other commit")
    parser.add_argument("--turns", type=int, default=40)
    parser.add_argument("--relays", type=int, default=300, help="in a turn")
    parser.add_argument("--in-flight", type=int, default=100, help="participants at a time")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="jielong-") as folder:
        pairs = uvloop.run(compare(given, Path(folder)))
    ratios = [sum(this.values()) / sum(other.values()) for this, other in pairs]
    print("\n".join(table(ratios, pairs)))
    arguments = vars(given) | {"checkout": given.checkout.name}
    found = {"ratio": median(ratios), "interval": interval(ratios), "us_per_relay": pairs}
    print(results.write("against", {"arguments": arguments, **found}))


if __name__ == "__main__":
    main()
