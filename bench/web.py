"""What readers of works do to those who write: how late ink comes, and what holds the event loop.

`python -m bench.web [--pairs 100] [--works 300] [--rate 40] [--seconds 8] [--runs 3]`

Pairs relay live ink through one worker. In every other slice, readers ask for lists, pages and
pictures of works meanwhile. Each frame's way is timed, and a probe in the worker
(`bench/holds`) finds how long one callback held its event loop.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from random import Random
from statistics import median
from typing import Any, cast

import numpy as np
import uvloop

from bench import results
from bench.campaign import short_phrase
from bench.handwriting import character
from bench.ink import TURN_SECONDS, Target, arrival, send
from bench.pairs import TimedPair, meet_in_service
from bench.processes import Program, service
from bench.relays import SEED, relay, wait_for_archive

PROBE = Path(__file__).parent / "holds"
QUIET, READ = "nobody reads", "works are read"
IN_FLIGHT = 40
WARM_UP_SECONDS = 1.0
PERCENTS = (50, 99, 99.9, 100)
NAMES = ("p50", "p99", "p99.9", "longest")


def holds(program: Program, path: Path) -> list[float]:
    """Milliseconds that callbacks held the worker's loop since this was asked last."""
    pid = program.process.pid
    found = Path(f"{path}.{pid}")
    os.kill(pid, signal.SIGUSR1)
    while not found.exists():
        time.sleep(0.01)
    values = [seconds * 1_000 for seconds in json.loads(found.read_text())]
    found.unlink()
    return values


async def measure(target: Target, given: Any, path: Path, *, read: bool) -> dict[str, float]:
    """One slice."""
    program = target.programs[0]
    readers = None
    if read:
        command = [sys.executable, "-m", "bench.web_readers", program.http]
        command += [str(given.rate), str(given.seconds)]
        readers = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
        await asyncio.sleep(WARM_UP_SECONDS)
    holds(program, path)
    await send(target.pairs, given.seconds - 2 * WARM_UP_SECONDS)
    held = holds(program, path)
    await arrival(target)
    ways = np.concatenate([cast(TimedPair, pair).seconds for pair in target.pairs]) * 1_000
    row = {f"frame {name}": float(it) for name, it in zip(NAMES, _ranks(ways), strict=True)}
    row |= {f"hold {name}": float(it) for name, it in zip(NAMES, _ranks(held), strict=True)}
    row["holds over 2 ms"] = float(np.sum(np.array(held) > 2))
    if readers is not None:
        answered = json.loads((await readers.communicate())[0])
        row |= {f"answers {status}": float(count) for status, count in answered.items()}
    return row


def _ranks(values: Any) -> Any:
    return np.percentile(values, PERCENTS)


async def compare(given: Any, folder: Path) -> dict[str, list[dict[str, float]]]:
    """Both kinds of slices, in turns."""
    random = Random(SEED)
    inks = [character(random) for _ in range(50)]
    os.environ |= {"PYTHONPATH": str(PROBE), "BENCH_HOLDS": str(folder / "holds")}
    found: dict[str, list[dict[str, float]]] = {QUIET: [], READ: []}
    with service(folder / "service", turn_seconds=TURN_SECONDS) as program:
        await relay(program.ws, short_phrase(program.http), inks, given.works, IN_FLIGHT)
        await wait_for_archive(program, given.works)
        pairs = [
            await meet_in_service(program.ws, program.ws, random, TimedPair)
            for _ in range(given.pairs)
        ]
        target = Target("service", [program], pairs)
        await send(target.pairs, WARM_UP_SECONDS)
        await arrival(target)
        for _ in range(given.runs):
            for name, rows in found.items():
                rows.append(await measure(target, given, folder / "holds", read=name == READ))
    return found


def summarize(runs: dict[str, list[dict[str, float]]]) -> dict[str, dict[str, Any]]:
    """Medians of the runs; of what is longest, the longest."""
    return {
        name: {
            key: (max if "longest" in key else median)(row.get(key, 0.0) for row in rows)
            for key in dict.fromkeys(key for row in rows for key in row)
        }
        | {"runs": rows}
        for name, rows in runs.items()
    }


def table(summary: dict[str, dict[str, Any]]) -> Iterable[str]:
    """The lines to print."""
    keys = [key for key in summary[READ] if key != "runs"]
    for key in keys:
        quiet, read = summary[QUIET].get(key, 0.0), summary[READ][key]
        yield f"{quiet:10.2f} {read:10.2f}  {key}"


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(prog="python -m bench.web", description=__doc__)
    parser.add_argument("--pairs", type=int, default=100)
    parser.add_argument("--works", type=int, default=300, help="finished before")
    parser.add_argument("--rate", type=float, default=40, help="requests a second of all readers")
    parser.add_argument("--seconds", type=float, default=8, help="of each slice")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--before", type=Path, help="the result of another version, to keep beside")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="jielong-") as folder:
        summary = summarize(uvloop.run(compare(given, Path(folder))))
    print(f"{'quiet':>10} {'read':>10}  ms")
    print("\n".join(table(summary)))
    found: dict[str, Any] = {"slices": summary}
    if given.before is not None:
        found["before"] = json.loads(given.before.read_text())["slices"]
    arguments = {name: value for name, value in vars(given).items() if name != "before"}
    print(results.write("web", {"arguments": arguments, **found}))


if __name__ == "__main__":
    main()
