"""How much later a frame of live ink arrives than through bare picows, at half load.

`python -m bench.latency [--pairs 600] [--seconds 5] [--runs 5]`

The same pairs and frames as in `bench.ink`; here every frame's way is timed, from the call that
sends it to the call that takes it. What the load and the kernel add is in the floor's, too, so the
difference is the service's.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any, cast

import numpy as np
import uvloop

from bench import results
from bench.ink import BARE, ONE, TWO, Target, arrival, seat_everybody, send
from bench.pairs import TimedPair
from bench.processes import Usage

PAIRS = 600
"""They keep a worker busy for nearly half a core."""

WARM_UP_SECONDS = 1.0
PERCENTS = (50, 99, 99.9)
GOALS_MS = {ONE: 5.0, TWO: 10.0}


async def compare(given: Any, folder: Path) -> dict[str, list[dict[str, float]]]:
    """Every run of every target, in turns: percentiles in ms, and the cores that were used."""
    found: dict[str, list[dict[str, float]]] = {}
    with ExitStack() as stack:
        targets = await seat_everybody(given.pairs, folder, stack, TimedPair)
        for target in targets:
            await send(target.pairs, WARM_UP_SECONDS)
            await arrival(target)
        for _ in range(given.runs):
            for target in targets:
                found.setdefault(target.name, []).append(await measure(target, given.seconds))
    return found


async def measure(target: Target, seconds: float) -> dict[str, float]:
    """One run of one target."""
    loop = asyncio.get_running_loop()
    before, start = target.usage(), loop.time()
    await send(target.pairs, seconds)
    took = loop.time() - start
    await arrival(target)
    used: Usage = target.usage() - before
    ways = np.concatenate([cast(TimedPair, pair).seconds for pair in target.pairs]) * 1_000
    values = np.percentile(ways, PERCENTS)
    names = [f"p{percent}" for percent in PERCENTS]
    return dict(zip(names, map(float, values), strict=True)) | {
        "frames": float(len(ways)),
        "late": took / seconds - 1,
        "cores": used.total / took,
    }


def summarize(runs: dict[str, list[dict[str, float]]]) -> dict[str, dict[str, Any]]:
    """Medians; what is added is the difference to the floor in the same run."""
    return {
        name: {key: median(run[key] for run in found) for key in found[0]}
        | {
            "added_p99": median(
                run["p99"] - floor["p99"] for run, floor in zip(found, runs[BARE], strict=True)
            ),
            "goal_ms": GOALS_MS.get(name),
            "runs": found,
        }
        for name, found in runs.items()
    }


def table(summary: dict[str, dict[str, Any]]) -> Iterable[str]:
    """The lines to print."""
    yield "added at p99, ms   goal      p50      p99    p99.9   cores"
    for name, found in summary.items():
        goal = f"{found['goal_ms']:.0f}" if found["goal_ms"] else ""
        yield (
            f"{found['added_p99']:16.2f} {goal:>6} {found['p50']:8.2f} {found['p99']:8.2f}"
            f" {found['p99.9']:8.2f} {found['cores']:7.2f}  {name}"
        )


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(prog="python -m bench.latency", description=__doc__)
    parser.add_argument("--pairs", type=int, default=PAIRS)
    parser.add_argument("--seconds", type=float, default=5, help="of ink for each target in a run")
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="jielong-") as folder:
        summary = summarize(uvloop.run(compare(given, Path(folder))))
    print("\n".join(table(summary)))
    print(results.write("latency", {"arguments": vars(given), "targets": summary}))


if __name__ == "__main__":
    main()
