"""CPU of the server for one relayed frame of live ink, beside bare picows.

`python -m bench.ink [--pairs 300] [--seconds 8] [--runs 5]`
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

import uvloop

from bench import results
from bench.invalid_run import InvalidRunError
from bench.pairs import Pair, meet_in_bare, meet_in_service
from bench.processes import NOTHING, Program, Usage, bare_picows, service

SEED = 20_080_512
TURN_SECONDS = 3_600
PAIRS = 300
"""Enough to keep the service busy for a quarter of a core; the load needs as much."""

RATE = 50
"""Frames a second of one pair; a connection may send 60."""

TICK_SECONDS = 0.001
"""Pairs send at different moments, so that the server does not get all frames at once."""

SLICE_SECONDS = 1.0
"""Within a run the targets take turns this often, so that all of them see the same machine."""

ARRIVAL_SECONDS = 5.0
LATE = 1.25
"""A slice that took longer than planned by this factor tells of the load, not of the server: it
is thrown away and done again, at most as often as there are slices in a run."""

BARE, BARE_UVLOOP = "bare picows", "bare picows, uvloop's transports"
ONE, TWO = "service", "service, across two workers"
GOALS = {ONE: 1.3, TWO: 3.0}


@dataclass
class Run:
    """What one target used in one run, slice after slice.

    Attributes:
        idle: CPU with the same connections and no ink, over `idle_seconds`.
        used: CPU with ink, over `seconds`, for `frames`.
        discarded: slices in which the load was late.
    """

    idle: Usage = NOTHING
    idle_seconds: float = 0.0
    used: Usage = NOTHING
    seconds: float = 0.0
    frames: int = 0
    discarded: int = 0


@dataclass
class Target:
    """What is measured: its processes, the pairs on it, and what was found."""

    name: str
    programs: list[Program]
    pairs: list[Pair]
    runs: list[Run] = field(default_factory=list)

    def usage(self) -> Usage:
        """Of all processes."""
        return sum((program.usage() for program in self.programs), NOTHING)

    def us_per_frame(self) -> list[Usage]:
        """Microseconds of CPU a frame in every run, less what the connections cost by themselves.

        The kernel counts in steps of 10 ms, so idle is averaged over all runs.
        """
        idle_seconds = sum(run.idle_seconds for run in self.runs)
        idle = sum((run.idle for run in self.runs), NOTHING) * (1 / idle_seconds)
        return [(run.used - idle * run.seconds) * (1_000_000 / run.frames) for run in self.runs]


async def measure_idle(target: Target, seconds: float) -> None:
    """A while without ink."""
    run, before = target.runs[-1], target.usage()
    await asyncio.sleep(seconds)
    run.idle += target.usage() - before
    run.idle_seconds += seconds


async def measure_ink(target: Target, seconds: float, patience: int) -> None:
    """A while with ink.

    Raises:
        InvalidRunError: the figures would be worth nothing.
    """
    loop, run = asyncio.get_running_loop(), target.runs[-1]
    while True:
        start, before = loop.time(), target.usage()
        await send(target.pairs, seconds)
        took = loop.time() - start
        await arrival(target)
        if took <= seconds * LATE:
            break
        run.discarded += 1
        if run.discarded > patience:
            raise InvalidRunError("the load cannot keep its pace; try fewer pairs")
    run.used += target.usage() - before
    run.seconds += loop.time() - start
    run.frames += sum(pair.sent for pair in target.pairs)


async def send(pairs: list[Pair], seconds: float, rate: float = RATE) -> None:
    """Every pair sends `rate` frames a second, each in its own millisecond."""
    for pair in pairs:
        pair.reset()
    phases = round(1 / rate / TICK_SECONDS)
    in_phase = [pairs[phase::phases] for phase in range(phases)]
    loop = asyncio.get_running_loop()
    start = loop.time()
    for tick in range(round(seconds / TICK_SECONDS)):
        wait = start + tick * TICK_SECONDS - loop.time()
        if wait > 0:
            await asyncio.sleep(wait)
        for pair in in_phase[tick % phases]:
            pair.send_next()


async def arrival(target: Target) -> None:
    """Wait for the last frames.

    Raises:
        InvalidRunError: some did not come, or came altered.
    """
    loop, pairs = asyncio.get_running_loop(), target.pairs
    until = loop.time() + ARRIVAL_SECONDS
    while loop.time() < until and any(pair.received < pair.sent for pair in pairs):  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    sent, received, wrong = (
        sum(getattr(pair, name) for pair in pairs) for name in ("sent", "received", "wrong")
    )
    if received != sent or wrong:
        logs = "\n".join(program.log.read_text()[-2_000:] for program in target.programs)
        raise InvalidRunError(
            f"{target.name}: {sent} sent, {received} received, {wrong} altered\n{logs}"
        )


async def compare(pairs: int, seconds: float, runs: int, folder: Path) -> list[Target]:
    """Start everything, seat everybody, and measure in turns."""
    slices = max(1, round(seconds / SLICE_SECONDS))
    with ExitStack() as stack:
        targets = await seat_everybody(pairs, folder, stack)
        for target in targets:
            await send(target.pairs, SLICE_SECONDS)
            await arrival(target)
        for _ in range(runs):
            for target in targets:
                target.runs.append(Run())
                await measure_idle(target, seconds / 4)
            for _ in range(slices):
                for target in targets:
                    await measure_ink(target, seconds / slices, patience=slices)
    return targets


async def seat_everybody(
    pairs: int, folder: Path, stack: ExitStack, kind: type[Pair] = Pair
) -> list[Target]:
    """All targets with their pairs connected; bare picows first."""
    bare = stack.enter_context(bare_picows(folder / "bare", "relay"))
    uvloops = stack.enter_context(bare_picows(folder / "uvloop", "relay", "--uvloop"))
    one = stack.enter_context(service(folder / "one", turn_seconds=TURN_SECONDS))
    left = stack.enter_context(service(folder / "left", turn_seconds=TURN_SECONDS))
    valkey = f"unix://{folder / 'left' / 'valkey.sock'}"
    right = stack.enter_context(
        service(folder / "right", turn_seconds=TURN_SECONDS, redis_url=valkey)
    )
    random = Random(SEED)
    targets = [Target(BARE, [bare], []), Target(BARE_UVLOOP, [uvloops], [])]
    targets += [Target(ONE, [one], []), Target(TWO, [left, right], [])]
    for number in range(pairs):
        ends = (left.ws, right.ws) if number % 2 else (right.ws, left.ws)
        targets[0].pairs.append(await meet_in_bare(bare.ws, number, random, kind))
        targets[1].pairs.append(await meet_in_bare(uvloops.ws, number, random, kind))
        targets[2].pairs.append(await meet_in_service(one.ws, one.ws, random, kind))
        targets[3].pairs.append(await meet_in_service(*ends, random, kind))
    return targets


def summarize(targets: list[Target]) -> dict[str, dict[str, Any]]:
    """Medians and ratios; the floor is bare picows in the same run."""
    return {target.name: _summary(target, targets[0]) for target in targets}


def _summary(target: Target, floor: Target) -> dict[str, Any]:
    costs = target.us_per_frame()
    ratios = [
        cost.total / bare.total for cost, bare in zip(costs, floor.us_per_frame(), strict=True)
    ]
    return {
        "ratio": median(ratios),
        "goal": GOALS.get(target.name),
        "us_per_frame": median(cost.total for cost in costs),
        "us_per_frame_server": median(cost.server for cost in costs),
        "us_per_frame_valkey": median(cost.store for cost in costs),
        "core_percent": median(run.used.total / run.seconds * 100 for run in target.runs),
        "idle_core_percent": median(run.idle.total / run.idle_seconds * 100 for run in target.runs),
        "frame_bytes": sum(pair.frame_bytes for pair in target.pairs) / len(target.pairs),
        "runs": [
            {"ratio": ratio, "us_server": cost.server, "us_valkey": cost.store, **asdict(run)}
            for ratio, cost, run in zip(ratios, costs, target.runs, strict=True)
        ],
    }


def table(summary: dict[str, dict[str, Any]]) -> Iterable[str]:
    """The lines to print, the ratio first."""
    yield "ratio   goal   us/frame   server   valkey   core"
    for name, found in summary.items():
        goal = f"{found['goal']:.1f}" if found["goal"] else ""
        yield (
            f"{found['ratio']:5.2f} {goal:>6} {found['us_per_frame']:10.2f}"
            f" {found['us_per_frame_server']:8.2f} {found['us_per_frame_valkey']:8.2f}"
            f" {found['core_percent']:5.0f}%  {name}"
        )


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(prog="python -m bench.ink", description=__doc__)
    parser.add_argument("--pairs", type=int, default=PAIRS)
    parser.add_argument("--seconds", type=float, default=8, help="of ink for each target in a run")
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="jielong-") as folder:
        targets = uvloop.run(compare(given.pairs, given.seconds, given.runs, Path(folder)))
    summary = summarize(targets)
    print("\n".join(table(summary)))
    print(results.write("ink", {"arguments": vars(given), "targets": summary}))


if __name__ == "__main__":
    main()
