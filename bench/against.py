"""CPU of a whole relay in this checkout and in another one, in short turns of one run.

`python -m bench.against CHECKOUT [--guard] [--starts 6] [--turns 20] [--relays 300]`

On a machine that others share, the CPU of the same work changes by a tenth from minute to minute.
So both services run at the same time, and the load goes to one and the other in turns of half a
second: this, other, other, this. What a service uses without relays is subtracted. Each pair of
turns gives one ratio, and each start of the services their median. The table has the median of the
starts and their range; for six of them it has the true median in 97 % of cases.

CHECKOUT is a folder with another commit, for instance of `git worktree add`. It runs with the
packages of this environment, and without the guard; so does this one, except with `--guard`. As in
`bench.relays` the guard then counts and checks everything, and lets a load from one address pass.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from random import Random
from statistics import median
from time import monotonic
from typing import Any

import uvloop

from bench import results
from bench.accounting import family, running_seconds
from bench.campaign import short_phrase
from bench.handwriting import character
from bench.processes import ROOT, Program, service
from bench.relays import GUARDED, SEED, relay

Cost = dict[str, float]
"""Microseconds of CPU by part."""

Compare = Callable[[Any, Path, int], Coroutine[Any, Any, list[tuple[Cost, Cost]]]]
"""Measures one start: from the arguments, a folder and the start's number, its pairs of turns."""

SETTLE_SECONDS = 0.2
IDLE_SECONDS = 3.0


def used(programs: Iterable[Program]) -> Cost:
    """Microseconds that the processes of these services have run, by part."""
    cost: defaultdict[str, float] = defaultdict(float)
    for program in programs:
        for pid, part in family(program.process.pid).items():
            cost[part] += running_seconds(pid) * 1e6
    return cost


async def spend(programs: Sequence[Program], work: Awaitable[object]) -> tuple[Cost, float]:
    """What the services use while something happens, and how long that takes in seconds."""
    began, before = monotonic(), used(programs)
    await work
    after, took = used(programs), monotonic() - began
    return {part: spent - before.get(part, 0.0) for part, spent in after.items()}, took


class Compared:
    """One of the two services."""

    def __init__(self, program: Program, idle: Cost) -> None:
        """`idle` is what it uses in a second without relays."""
        self._program = program
        self._idle = idle

    async def turn(self, phrase: str, inks: list[Any], given: Any) -> Cost:
        """Microseconds of CPU a relay in one turn; what is moved into SQL meanwhile counts, too."""

        async def relays() -> None:
            await relay(self._program.ws, phrase, inks, given.relays, given.in_flight)
            await asyncio.sleep(SETTLE_SECONDS)

        cost, took = await spend([self._program], relays())
        return {
            part: (spent - took * self._idle.get(part, 0.0)) / given.relays
            for part, spent in cost.items()
        }


async def settled(program: Program, phrase: str, inks: list[Any], given: Any) -> Compared:
    """The service after some relays, when it is idle again."""
    await relay(program.ws, phrase, inks, given.relays, given.in_flight)
    await asyncio.sleep(IDLE_SECONDS)
    idle, took = await spend([program], asyncio.sleep(IDLE_SECONDS))
    return Compared(program, {part: spent / took for part, spent in idle.items()})


async def compare(given: Any, folder: Path, start: int) -> list[tuple[Cost, Cost]]:
    """Microseconds a relay, this and the other, for each pair of turns of one start."""
    random = Random(SEED)
    inks = [character(random) for _ in range(50)]
    checkouts = {"this": ROOT, "other": given.checkout.resolve()}
    names = list(checkouts) if start % 2 == 0 else list(reversed(checkouts))
    settings: dict[str, dict[str, Any]] = {"this": GUARDED if given.guard else {}, "other": {}}
    with ExitStack() as stack:
        started = {
            name: stack.enter_context(service(folder / name, checkouts[name], **settings[name]))
            for name in names
        }
        phrase = short_phrase(started["this"].http)
        services = {
            name: await settled(program, phrase, inks, given) for name, program in started.items()
        }
        pairs = []
        for number in range(given.turns):
            order = names if number % 2 == 0 else list(reversed(names))
            cost = {name: await services[name].turn(phrase, inks, given) for name in order}
            pairs.append((cost["this"], cost["other"]))
        return pairs


def ratio_of(pairs: Iterable[tuple[Cost, Cost]]) -> float:
    """The median of the ratios."""
    return median(sum(this.values()) / sum(other.values()) for this, other in pairs)


def table(ratios: Sequence[float], pairs: Sequence[tuple[Cost, Cost]], what: str) -> Iterable[str]:
    """The lines to print, the ratio first; the costs are those of one `what`."""
    yield f"ratio {median(ratios):.3f}, {min(ratios):.3f} to {max(ratios):.3f} by start"
    yield f"us a {what:5}    this   other"
    for part in sorted(set().union(*(this | other for this, other in pairs))):
        this, other = (median(pair[which].get(part, 0.0) for pair in pairs) for which in (0, 1))
        yield f"{part:10} {this:7.1f} {other:7.1f}"


def run_starts(compare_once: Compare, given: Any) -> list[list[tuple[Cost, Cost]]]:
    """The pairs of turns of every start, each in a folder of its own."""
    starts = []
    for number in range(given.starts):
        with tempfile.TemporaryDirectory(prefix="jielong-") as folder:
            starts.append(uvloop.run(compare_once(given, Path(folder), number)))
    return starts


def report(name: str, what: str, given: Any, starts: list[list[tuple[Cost, Cost]]]) -> None:
    """Print what one `what` costs, and write the result `name`."""
    ratios = [ratio_of(pairs) for pairs in starts]
    print("\n".join(table(ratios, [pair for pairs in starts for pair in pairs], what)))
    arguments = vars(given) | {"checkout": given.checkout.name}
    found = {"ratio": median(ratios), "ratios": ratios, f"us_per_{what}": starts}
    print(results.write(name, {"arguments": arguments, **found}))


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(prog="python -m bench.against", description=__doc__)
    parser.add_argument("checkout", type=Path, help="the folder of the other commit")
    parser.add_argument("--guard", action="store_true", help="this one with the guard on")
    parser.add_argument("--starts", type=int, default=6, help="of both services")
    parser.add_argument("--turns", type=int, default=20, help="after each start")
    parser.add_argument("--relays", type=int, default=300, help="in a turn")
    parser.add_argument("--in-flight", type=int, default=100, help="participants at a time")
    given = parser.parse_args()
    name = "against-guard" if given.guard else "against"
    report(name, "relay", given, run_starts(compare, given))


if __name__ == "__main__":
    main()
