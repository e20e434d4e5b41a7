"""CPU of a frame of live ink in this checkout and in another one, in short turns of one run.

`python -m bench.against_ink CHECKOUT [--services 1] [--starts 6] [--turns 20] [--pairs 200]`

As `bench.against` for relays: both run at the same time, and pairs write at the rate of
`bench.ink` to one and the other in turns. With two services over one Valkey every frame goes from
one worker to the other.
"""

from __future__ import annotations

import argparse
import asyncio
from contextlib import ExitStack
from pathlib import Path
from random import Random
from typing import Any

from bench.against import IDLE_SECONDS, Cost, report, run_starts, spend
from bench.ink import SEED, TURN_SECONDS, Target, arrival, send
from bench.pairs import meet_in_service
from bench.processes import ROOT, service

INK_SECONDS = 0.4
"""In a turn."""


class Compared:
    """One of the two checkouts, with its pairs seated."""

    def __init__(self, target: Target) -> None:
        """Before `settle`."""
        self._target = target
        self._idle: Cost = {}

    async def settle(self) -> None:
        """Send some ink, and see what the connections cost in a second without any."""
        await self._send()
        await asyncio.sleep(IDLE_SECONDS)
        idle, took = await spend(self._target.programs, asyncio.sleep(IDLE_SECONDS))
        self._idle = {part: spent / took for part, spent in idle.items()}

    async def turn(self) -> Cost:
        """Microseconds of CPU a frame in one turn."""
        cost, took = await spend(self._target.programs, self._send())
        frames = sum(pair.sent for pair in self._target.pairs)
        return {
            part: (spent - took * self._idle.get(part, 0.0)) / frames
            for part, spent in cost.items()
        }

    async def _send(self) -> None:
        await send(self._target.pairs, INK_SECONDS)
        await arrival(self._target)


async def seated(stack: ExitStack, folder: Path, checkout: Path, given: Any) -> Compared:
    """The services of one checkout, with all pairs in their rooms."""
    first = stack.enter_context(service(folder / "first", checkout, turn_seconds=TURN_SECONDS))
    programs = [first]
    if given.services == 2:
        valkey = f"unix://{folder / 'first' / 'valkey.sock'}"
        settings = {"turn_seconds": TURN_SECONDS, "redis_url": valkey}
        programs.append(stack.enter_context(service(folder / "second", checkout, **settings)))
    random, target = Random(SEED), Target(checkout.name, programs, [])
    for number in range(given.pairs):
        ends = programs if number % 2 else programs[::-1]
        target.pairs.append(await meet_in_service(ends[0].ws, ends[-1].ws, random))
    compared = Compared(target)
    await compared.settle()
    return compared


async def compare(given: Any, folder: Path, start: int) -> list[tuple[Cost, Cost]]:
    """Microseconds a frame, this and the other, for each pair of turns of one start."""
    checkouts = {"this": ROOT, "other": given.checkout.resolve()}
    names = list(checkouts) if start % 2 == 0 else list(reversed(checkouts))
    with ExitStack() as stack:
        both = {name: await seated(stack, folder / name, checkouts[name], given) for name in names}
        pairs = []
        for number in range(given.turns):
            order = names if number % 2 == 0 else list(reversed(names))
            cost = {name: await both[name].turn() for name in order}
            pairs.append((cost["this"], cost["other"]))
        return pairs


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(prog="python -m bench.against_ink", description=__doc__)
    parser.add_argument("checkout", type=Path, help="the folder of the other commit")
    parser.add_argument("--services", type=int, choices=(1, 2), default=1, help="of each checkout")
    parser.add_argument("--starts", type=int, default=6, help="of both checkouts")
    parser.add_argument("--turns", type=int, default=20, help="after each start")
    parser.add_argument("--pairs", type=int, default=200, help="that write")
    given = parser.parse_args()
    name = "against-ink" if given.services == 1 else "against-ink-two-services"
    report(name, "frame", given, run_starts(compare, given))


if __name__ == "__main__":
    main()
