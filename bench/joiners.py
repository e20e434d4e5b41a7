"""Participants arrive at a given rate, whether or not the service keeps up (open model).

`python -m bench.joiners [--joiners 20000] [--rate 1000] [--pattern poisson|ramp|bursts]`

With `--visits` each one loads the page first, with what Chromium asks for and a cold cache.
Then each one connects, says `hello`, joins, writes, commits, sees the work completed and closes,
over its own WebSocket. At the end relays, participants, serial numbers and the archive must agree.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench import results
from bench.browser_visit import BrowserVisit, watch
from bench.campaign import campaign, short_phrase
from bench.invalid_run import InvalidRunError
from bench.load import arrivals, open_model, shared_stats
from bench.load.http import CONNECTIONS, for_host, spread
from bench.load.measurements import COUNTERS, LATENCIES
from bench.load.reconciliation import reconcile
from bench.load.report import lines, plot, report
from bench.load.shared_stats import SharedStats
from bench.load.target import Target
from bench.load.timeline import Run, monitor
from bench.processes import service

SEED = 20_080_512
START_SECONDS = 2.0
"""Time for the load processes to start before the first arrival."""

GAPS = 1_000_000
"""Serial numbers that several lanes may be granted and never use."""


@contextmanager
def deployment(given: Any, folder: Path) -> Iterator[Target]:
    """The service at `--url`, or one that is started here."""
    if given.url:
        archive = Path(given.data) / "works.sqlite" if given.data else None
        yield Target(given.url.rstrip("/"), given.pid, archive)
        return
    data = Path(given.data).resolve() if given.data else folder / "data"
    chosen = {"workers": given.workers, "lanes": given.lanes, **settings(given)}
    with service(data, **chosen) as program:
        yield Target(program.http, program.process.pid, data / "works.sqlite")


def settings(given: Any) -> dict[str, str]:
    """The settings of `--set NAME=VALUE`, each for `JIELONG_NAME`."""
    return dict(pair.split("=", 1) for pair in given.set)


def measure(target: Target, given: Any) -> tuple[Run, dict[str, Any], SharedStats]:
    """Run the load; return the run, the counts before it, and the load's statistics."""
    before = campaign(target.http)["counters"]
    archived_before = target.archived()
    visit = asyncio.run(watch(target.http)) if given.visits else None
    room = given.joiners if given.lanes == 1 else given.joiners + GAPS + given.joiners // 10
    stats = SharedStats(given.processes, COUNTERS, LATENCIES, room)
    outcome = shared_stats.queue()
    start = time.monotonic() + START_SECONDS
    scenarios = [
        scenario(target, before, given, number, start, visit) for number in range(given.processes)
    ]
    processes = [shared_stats.process(open_model.run, each, stats, outcome) for each in scenarios]
    for process in processes:
        process.start()
    run = Run(given.joiners)
    try:
        monitor(run, target, stats, processes, start)
    finally:
        stats.stop()
    for process in processes:
        if process.exitcode:
            raise InvalidRunError("a load process failed; see its output")
        run.errors.update(outcome.get(timeout=30)[1])
    for process in processes:
        process.join(30)
    return run, {"counters": before, "archive": archived_before}, stats


def scenario(
    target: Target,
    before: dict[str, Any],
    given: Any,
    number: int,
    start: float,
    visit: BrowserVisit | None,
) -> open_model.Scenario:
    """The scenario of process `number`; `before` are the counters at the start."""
    host, port = target.address
    address = f"{host}:{port}"
    share = given.joiners // given.processes + (number < given.joiners % given.processes)
    return open_model.Scenario(
        number=number,
        host=host,
        port=port,
        start=start,
        pattern=given.pattern,
        joiners=share,
        rate=given.rate / given.processes,
        writing=given.writing,
        parts=given.ink,
        pipelined=given.pipelined,
        phrase=short_phrase(target.http),
        base=before["participants"],
        seed=given.seed + 1_000 * number,
        record=given.record,
        every=given.record_every,
        visit=for_host(spread(visit.first, CONNECTIONS), address) if visit else [],
        later=for_host(visit.later, address) if visit else [],
    )


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.joiners",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--joiners", type=int, default=20_000)
    add("--rate", type=float, default=1_000, help="arrivals a second in the mean")
    add("--pattern", choices=arrivals.PATTERNS, default="poisson")
    add("--writing", type=float, default=1.0, help="median seconds to write a character")
    add("--ink", type=int, default=0, help="frames of live ink for each character")
    add("--visits", action="store_true", help="load the page first")
    add("--pipelined", action="store_true", help="send join with hello")
    add("--processes", type=int, default=1, help="load processes")
    add("--workers", type=int, default=2, help="of the service that is started")
    add("--lanes", type=int, default=1, help="of the campaign at most")
    add("--set", action="append", default=[], metavar="NAME=VALUE", help="a JIELONG_ setting")
    add("--url", default="", help="a running service instead, http://host:port")
    add("--pid", type=int, help="its supervisor or worker, for its CPU")
    add("--data", default="", help="the data folder, kept; with --url, for the archive")
    add("--record", metavar="FOLDER", help="keep histories for jielong check there")
    add("--record-every", type=int, default=100, help="of one in so many participants")
    add("--seed", type=int, default=SEED)
    add("--name", default="joiners", help="of the results")
    return parser.parse_args()


def main() -> None:
    """See the module."""
    given = arguments()
    with (
        tempfile.TemporaryDirectory(prefix="jielong-") as folder,
        deployment(given, Path(folder)) as target,
    ):
        run, before, stats = measure(target, given)
        exact, wrong = reconcile(run, target, stats, before, given.lanes)
    found = report(run, stats, exact)
    print("\n".join(lines(found)))
    path = results.write(given.name, {"arguments": vars(given), "wrong": wrong, **found})
    print(path)
    print(plot(run, path, f"{given.joiners:,} joiners, {given.pattern}, {given.workers} workers"))
    if wrong:
        sys.exit("not exact: " + "; ".join(wrong))


if __name__ == "__main__":
    main()
