"""A reconnect storm: ten thousand clients lose their connection at once.

`python -m bench.storm [--clients 10000] [--writers 500] [--how sockets|worker] [--runs 5]`

The clients sit in rooms and resume with their tokens, with the page's backoff between tries. The
benchmark measures how long it takes until all are back, and how much longer the turns of other
participants take meanwhile. `sockets` closes the clients' connections. `worker` kills one worker,
which drops a share of clients and writers, and measures the turns of those who stay connected.
"""

from __future__ import annotations

import argparse
import os
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bench import accounting, results
from bench.campaign import short_phrase
from bench.load import histogram
from bench.load.generator import LoadGenerator
from bench.processes import Program, service

SETTLE_SECONDS = 3.0
LEAST_SECONDS = 5.0
"""Shortest time of turns after the cut, even if all clients are back before: enough for a p99."""

GOAL = 2.0
"""Most that the 99th percentile of others' turns may grow, as a factor."""


def measure(given: Any) -> dict[str, Any]:
    """Run one storm on its own service."""
    with (
        tempfile.TemporaryDirectory(prefix="jielong-") as folder,
        service(
            Path(folder),
            workers=given.workers,
            turn_seconds=3_600,
            grace_seconds=given.grace,
        ) as program,
    ):
        phrase = short_phrase(program.http)
        with LoadGenerator(
            program.http, phrase, seated=given.clients, rate=given.rate, low_priority=True
        ) as clients:
            clients.wait("seated", given.clients)
            with LoadGenerator(
                program.http, phrase, writers=given.writers, writing=given.writing, seed=99
            ) as writers:
                writers.wait("seated", given.writers)
                time.sleep(SETTLE_SECONDS)
                found = strike(program, clients, writers, given)
        return found | {"errors": dict(clients.errors), "errors_of_writers": dict(writers.errors)}


def strike(
    program: Program, clients: LoadGenerator, writers: LoadGenerator, given: Any
) -> dict[str, Any]:
    """Measure turns before, cut the clients off, and measure turns until all are back."""
    before = Window(program, writers)
    time.sleep(given.seconds)
    calm = before.close()
    cut = cut_sockets if given.how == "sockets" else kill_worker
    during = Window(program, writers)
    cut(program, clients)
    struck = time.monotonic()
    dropped = wait_for_loss(clients)
    clients.wait_until(lambda: clients.stats.total("back"), dropped, "back")
    took = time.monotonic() - struck
    time.sleep(max(0.0, LEAST_SECONDS - took))
    stormy = during.close()
    return {
        "dropped": dropped,
        "back": clients.stats.total("back"),
        "resumed": clients.stats.total("resumed"),
        "all_back_seconds": took,
        "back_ms": histogram.summary(clients.latency("back")),
        "before": calm,
        "during": stormy,
        "ratio_p99": stormy["turn_ms"]["p99"] / calm["turn_ms"]["p99"],
        "ratio_p50": stormy["turn_ms"]["p50"] / calm["turn_ms"]["p50"],
        "goal": GOAL,
    }


class Window:
    """Measures turns and CPU from its creation until `close`."""

    def __init__(self, program: Program, writers: LoadGenerator) -> None:
        """Start now."""
        self._program, self._writers = program, writers
        self._counts = writers.latency("committed")
        self._cpu = accounting.cpu(accounting.family(program.process.pid))
        self._start = time.monotonic()

    def close(self) -> dict[str, Any]:
        """End now and return the figures."""
        seconds = time.monotonic() - self._start
        counts = self._writers.latency("committed") - self._counts
        cpu = accounting.cpu(accounting.family(self._program.process.pid)) - self._cpu
        return {
            "seconds": seconds,
            "turn_ms": histogram.summary(counts),
            "cores": {k: v / seconds for k, v in accounting.by_part(cpu).items()},
        }


def cut_sockets(program: Program, clients: LoadGenerator) -> None:
    """Close the clients' side of every connection."""
    clients.stats.drop_at = time.monotonic()


def kill_worker(program: Program, clients: LoadGenerator) -> None:
    """Kill the first worker; the supervisor starts another one.

    Raises:
        RuntimeError: no other worker could take its clients.
    """
    workers = accounting.workers(program.process.pid)
    if len(workers) < 2:
        raise RuntimeError("a worker can be killed where there are two; see --workers")
    os.kill(workers[0], signal.SIGKILL)


def wait_for_loss(clients: LoadGenerator) -> int:
    """Wait until no more clients are dropped; return how many were."""
    count: Callable[[], int] = lambda: clients.stats.total("dropped")  # noqa: E731
    before = -1
    while (found := count()) != before or not found:
        before = found
        time.sleep(1.0)
    return found


def lines(found: dict[str, Any]) -> Iterator[str]:
    """The lines that are printed."""
    back = found["back_ms"]
    yield (
        f"{found['dropped']:,} cut off, {found['back']:,} back, {found['resumed']:,} in their rooms"
    )
    yield (
        f"back after, ms: p50 {back['p50']:.0f}  p99 {back['p99']:.0f}  max {back['max']:.0f}; "
        f"all after {found['all_back_seconds']:.1f} s"
    )
    for when in ("before", "during"):
        turn, cores = found[when]["turn_ms"], found[when]["cores"]
        used = "  ".join(f"{part} {value:.2f}" for part, value in cores.items())
        yield (
            f"turns {when:<7} {turn['count']:6,}  p50 {turn['p50']:.1f} ms  "
            f"p99 {turn['p99']:.1f} ms  max {turn['max']:.1f} ms   cores: {used}"
        )
    yield (
        f"ratio p50 {found['ratio_p50']:.2f}, p99 {found['ratio_p99']:.2f} "
        f"(goal: at most {found['goal']:.0f})"
    )
    yield f"errors: {found['errors'] or 'none'}, of writers: {found['errors_of_writers'] or 'none'}"


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.storm",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--clients", type=int, default=10_000, help="an even number")
    add("--writers", type=int, default=500, help="an even number")
    add("--how", choices=("sockets", "worker"), default="sockets")
    add("--workers", type=int, default=2)
    add("--grace", type=float, default=15.0, help="seconds for which seats are held")
    add("--writing", type=float, default=2.0, help="seconds to write a character")
    add("--rate", type=float, default=1_500.0, help="clients a second while they come")
    add("--seconds", type=float, default=15.0, help="of turns before")
    add("--runs", type=int, default=5, help="an odd number; the one in the middle is the result")
    given = parser.parse_args()
    runs = []
    for _ in range(given.runs):
        runs.append(measure(given))
        print("\n".join(lines(runs[-1])), flush=True)
    middle = sorted(runs, key=lambda run: float(run["ratio_p99"]))[len(runs) // 2]
    ratios = {name: [run[name] for run in runs] for name in ("ratio_p50", "ratio_p99")}
    print(f"in the middle: ratio p50 {middle['ratio_p50']:.2f}, p99 {middle['ratio_p99']:.2f}")
    print(results.write(f"storm-{given.how}", {"arguments": vars(given), "runs": ratios, **middle}))


if __name__ == "__main__":
    main()
