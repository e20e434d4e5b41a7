"""Participants who arrive whether or not the service keeps up, and what becomes of every one.

`python -m bench.joiners [--joiners 20000] [--rate 1000] [--pattern poisson|ramp|bursts]`

Each connects, greets, joins, writes, commits, sees the work completed and closes, over a WebSocket
of its own. At the end relays, participants, serial numbers and the archive must agree exactly.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from rich.console import Console
from rich.live import Live
from rich.table import Table

from bench import accounting, figures, results
from bench.campaign import campaign, short_phrase
from bench.crowd import arrivals, board, histogram, joiner, serials
from bench.crowd.board import Board
from bench.crowd.joiner import COUNTERS, LATENCIES
from bench.processes import service

SEED = 20_080_512
START_SECONDS = 2.0
"""For the load processes to be ready before the first arrival."""

TICK_SECONDS = 1.0
STALL_SECONDS = 60.0
"""A run in which nothing happens for so long is over."""

ARCHIVE_SECONDS = 600.0
COUNTERS_SECONDS = 2.5
"""Every worker reads the counters anew with its heartbeat, once a second."""

GAPS = 1_000_000
"""Serials that several lanes may be granted and never use."""


class InvalidRunError(Exception):
    """Something was lost, counted twice or left out; the results say what."""


@dataclass
class Second:
    """One second of a run.

    Attributes:
        at: seconds since the start.
        arrived, completed: participants in this second.
        open: connections at its end.
        latencies: p50 and p99 of each latency, in ms.
        cpu: seconds of CPU in it, by part.
    """

    at: float
    arrived: int
    completed: int
    open: int
    latencies: dict[str, tuple[float, float]]
    cpu: dict[str, float]


@dataclass
class Run:
    """A run as it goes on."""

    joiners: int
    seconds: list[Second] = field(default_factory=list)
    began: float = 0.0
    ended: float = 0.0
    cpu: Counter[str] = field(default_factory=Counter)
    machine: float = 0.0
    drain: float = 0.0
    errors: Counter[str] = field(default_factory=Counter)


@dataclass
class Served:
    """What is measured: where it is, and its processes and archive if they are on this machine."""

    http: str
    pid: int | None
    archive: Path | None

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        parts = urlsplit(self.http)
        return parts.hostname or "127.0.0.1", parts.port or 80

    def cpu(self) -> Counter[str]:
        """Seconds so far, by part and kind."""
        return accounting.cpu(accounting.family(self.pid)) if self.pid else Counter()

    def archived(self) -> tuple[int, int] | None:
        """Works and hands in SQL, if it can be read."""
        if self.archive is None:
            return None
        with closing(sqlite3.connect(f"file:{self.archive}?mode=ro", uri=True)) as database:
            works = database.execute("SELECT count(*) FROM works").fetchone()[0]
            hands = database.execute("SELECT count(*) FROM hands").fetchone()[0]
        return works, hands


@contextmanager
def deployment(given: Any, folder: Path) -> Iterator[Served]:
    """The service at `--url`, or one of our own."""
    if given.url:
        archive = Path(given.data) / "works.sqlite" if given.data else None
        yield Served(given.url.rstrip("/"), given.pid, archive)
        return
    data = Path(given.data).resolve() if given.data else folder / "data"
    chosen = {"workers": given.workers, "lanes": given.lanes, **settings(given)}
    with service(data, **chosen) as program:
        yield Served(program.http, program.process.pid, data / "works.sqlite")


def settings(given: Any) -> dict[str, str]:
    """`--set NAME=VALUE`, each a `JIELONG_NAME`."""
    return dict(pair.split("=", 1) for pair in given.set)


def measure(served: Served, given: Any) -> tuple[Run, dict[str, Any], Board]:
    """Let everybody take part; the run, what it must agree with, and the load's board."""
    before = campaign(served.http)["counters"]
    archived_before = served.archived()
    room = given.joiners if given.lanes == 1 else given.joiners + GAPS + given.joiners // 10
    wall = Board(given.processes, COUNTERS, LATENCIES, room)
    outcome = board.queue()
    start = time.monotonic() + START_SECONDS
    plans = [plan(served, before, given, number, start) for number in range(given.processes)]
    processes = [board.process(joiner.run, each, wall, outcome) for each in plans]
    for process in processes:
        process.start()
    run = Run(given.joiners)
    try:
        watch(run, served, wall, processes, start)
    finally:
        wall.stop()
    for process in processes:
        if process.exitcode:
            raise InvalidRunError("a load process failed; it has said why")
        run.errors.update(outcome.get(timeout=30)[1])
    for process in processes:
        process.join(30)
    return run, {"counters": before, "archive": archived_before}, wall


def plan(
    served: Served, before: dict[str, Any], given: Any, number: int, start: float
) -> joiner.Plan:
    """What process `number` does; `before` are the counters at the start."""
    host, port = served.address
    share = given.joiners // given.processes + (number < given.joiners % given.processes)
    return joiner.Plan(
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
        phrase=short_phrase(served.http),
        base=before["participants"],
        seed=given.seed + 1_000 * number,
        record=given.record,
        every=given.record_every,
    )


def watch(run: Run, served: Served, wall: Board, processes: list[Any], start: float) -> None:
    """Show and keep what happens, until all who can have gone."""
    alone = run.joiners % 2
    console = Console(stderr=True)
    with Live(console=console, auto_refresh=False) as live:
        time.sleep(max(0.0, start - time.monotonic()))
        run.began = time.monotonic()
        cpu_before, machine_before = served.cpu(), accounting.machine_busy()
        last = Last(wall, cpu_before)
        moved = run.began
        next_tick = run.began + TICK_SECONDS
        while True:
            time.sleep(max(0.0, next_tick - time.monotonic()))
            next_tick += TICK_SECONDS
            second = last.second(wall, served, run.began)
            run.seconds.append(second)
            live.update(progress(run, wall), refresh=console.is_terminal)
            if second.arrived or second.completed:
                moved = time.monotonic()
            finished = wall.total("arrived") == run.joiners and wall.total("open") <= alone
            stalled = time.monotonic() - moved > STALL_SECONDS
            if finished or stalled or not all(process.is_alive() for process in processes):
                break
        run.ended = time.monotonic()
        drain(run, served, wall)
        run.cpu = served.cpu() - cpu_before
        run.machine = accounting.machine_busy() - machine_before


class Last:
    """The board as it was a second ago."""

    def __init__(self, wall: Board, cpu: Counter[str]) -> None:
        """At the start."""
        self._arrived = self._completed = 0
        self._counts = np.zeros_like(wall.counts().sum(axis=0))
        self._cpu = cpu
        self._load = 0

    def second(self, wall: Board, served: Served, began: float) -> Second:
        """What changed since."""
        arrived, completed = wall.total("arrived"), wall.total("completed")
        counts, cpu, load = wall.counts().sum(axis=0), served.cpu(), wall.total("cpu_us")
        new = counts - self._counts
        second = Second(
            at=round(time.monotonic() - began, 3),
            arrived=arrived - self._arrived,
            completed=completed - self._completed,
            open=wall.total("open"),
            latencies={
                name: tuple(histogram.percentiles(new[i], (50, 99)))  # type: ignore[misc]
                for i, name in enumerate(LATENCIES)
            },
            cpu=accounting.by_part(cpu - self._cpu) | {"load": (load - self._load) / 1e6},
        )
        self._arrived, self._completed, self._counts = arrived, completed, counts
        self._cpu, self._load = cpu, load
        return second


def drain(run: Run, served: Served, wall: Board) -> None:
    """Wait until every finished work is in SQL: it belongs to the cost."""
    works = wall.total("completed") // 2
    until = time.monotonic() + ARCHIVE_SECONDS
    while served.archive is not None and time.monotonic() < until:
        stored = served.archived()
        if stored is not None and stored[0] >= works:
            break
        time.sleep(TICK_SECONDS)
    run.drain = time.monotonic() - run.ended


def progress(run: Run, wall: Board) -> Table:
    """How it goes: this second, and all so far."""
    second = run.seconds[-1]
    table = Table(title=f"{second.at:.0f} s", title_justify="left")
    for name in ("", "this second", "so far"):
        table.add_column(name, justify="right" if name else "left")
    table.add_row("arrived", f"{second.arrived:,}", f"{wall.total('arrived'):,} of {run.joiners:,}")
    table.add_row("completed", f"{second.completed:,}", f"{wall.total('completed'):,}")
    table.add_row("open", f"{second.open:,}", "")
    table.add_row("turned away", "", f"{wall.total('turned_away'):,}")
    table.add_row("failed", "", f"{wall.total('failed'):,}")
    counts = wall.counts().sum(axis=0)
    for i, name in enumerate(LATENCIES):
        now = " / ".join(f"{value:.1f}" for value in second.latencies[name])
        all_ = " / ".join(f"{value:.1f}" for value in histogram.percentiles(counts[i], (50, 99)))
        table.add_row(f"{name}, p50 / p99 ms", now, all_)
    for part, seconds in second.cpu.items():
        table.add_row(f"{part}, % of a core", f"{seconds * 100:.0f}", "")
    return table


def exactness(
    run: Run, served: Served, wall: Board, before: dict[str, Any], lanes: int
) -> tuple[dict[str, Any], list[str]]:
    """What was counted, and everything in it that is not as it must be.

    One lane numbers its hands without gaps, in the order of the commits; several lanes are granted
    blocks, so numbers are left out, and one that comes later may be lower for a few seconds.
    """
    time.sleep(COUNTERS_SECONDS)
    counters = campaign(served.http)["counters"]
    relays = counters["relays"] - before["counters"]["relays"]
    hands = counters["participants"] - before["counters"]["participants"]
    completed = wall.total("completed")
    found: dict[str, Any] = {
        "joiners": run.joiners,
        "completed": completed,
        "left_alone": run.joiners % 2,
        "relays": relays,
        "participants": hands,
        "serials": serials.merge(list(wall.serials()), hands)
        | {name: wall.total(name) for name in ("outside", "early")},
        "failed": wall.total("failed"),
        "turned_away": wall.total("turned_away"),
        "errors": dict(run.errors),
    }
    found["serials"]["twice"] += wall.total("twice")
    expected = run.joiners - run.joiners % 2
    wrong = []
    if completed != expected:
        wrong.append(f"{expected} were to finish, {completed} did")
    if (relays, hands) != (completed // 2, completed):
        wrong.append(f"counted {relays} relays and {hands} participants for {completed} completed")
    bad = ("twice", "outside") if lanes > 1 else ("twice", "outside", "missing", "beyond", "early")
    wrong += [f"{found['serials'][name]} serials {name}" for name in bad if found["serials"][name]]
    archived = served.archived()
    if archived is not None and before["archive"] is not None:
        works, in_sql = (now - then for now, then in zip(archived, before["archive"], strict=True))
        found |= {"works_in_sql": works, "hands_in_sql": in_sql}
        if (works, in_sql) != (relays, hands):
            wrong.append(f"{works} works and {in_sql} hands in SQL")
    return found, wrong


def report(run: Run, wall: Board, exact: dict[str, Any]) -> dict[str, Any]:
    """Everything that the results keep."""
    completed = max(wall.total("completed"), 1)
    seconds = run.ended - run.began
    load = wall.total("cpu_us") / 1e6
    counts = wall.counts().sum(axis=0)
    used = accounting.by_part(run.cpu) | {"load": load}
    return {
        "seconds": seconds,
        "drain_seconds": run.drain,
        "arrivals_per_second": wall.total("arrived") / seconds,
        "peak_open": max(second.open for second in run.seconds),
        "latest_arrival_ms": int(wall.counters()[:, COUNTERS.index("late_us")].max()) / 1e3,
        "cpu_seconds": dict(run.cpu) | {"load": load, "machine": run.machine},
        "us_per_joiner": {part: value * 1e6 / completed for part, value in used.items()}
        | {"machine": run.machine * 1e6 / completed},
        "messages_per_joiner": wall.total("messages") / completed,
        "bytes_per_joiner": wall.total("bytes") / completed,
        "latencies_ms": {name: histogram.summary(counts[i]) for i, name in enumerate(LATENCIES)},
        "exact": exact,
        "timeline": run.seconds,
    }


def lines(found: dict[str, Any]) -> Iterator[str]:
    """What is printed at the end."""
    yield (
        f"{found['exact']['joiners']:,} joiners in {found['seconds']:.1f} s "
        f"({found['arrivals_per_second']:.0f}/s), at most {found['peak_open']:,} connected"
    )
    cpu = "  ".join(f"{part} {value:.0f}" for part, value in found["us_per_joiner"].items())
    yield f"us of CPU a joiner: {cpu}"
    yield "latency, ms      count      p50      p90      p99    p99.9      max"
    for name, values in found["latencies_ms"].items():
        yield f"{name:<11}{values['count']:>11,}" + "".join(
            f"{values[key]:>9.1f}" for key in ("p50", "p90", "p99", "p99.9", "max")
        )
    exact = found["exact"]
    yield f"relays {exact['relays']:,}  participants {exact['participants']:,}  " + "  ".join(
        f"{name} {value:,}" for name, value in exact["serials"].items()
    )


def plot(run: Run, path: Path, title: str) -> Path:
    """The run by the second."""
    at = [second.at for second in run.seconds]

    def rates(axis: Any) -> None:
        axis.plot(at, [second.arrived for second in run.seconds], label="arrived a second")
        axis.plot(at, [second.completed for second in run.seconds], label="completed a second")

    def connected(axis: Any) -> None:
        axis.plot(at, [second.open for second in run.seconds], label="connected, or turned away")

    def latencies(axis: Any) -> None:
        for name in ("seated", "committed"):
            for rank, style in enumerate((":", "-")):
                values = [second.latencies[name][rank] or None for second in run.seconds]
                axis.plot(at, values, style, label=f"{name} {('p50', 'p99')[rank]}, ms")
        axis.set_yscale("log")

    def cpu(axis: Any) -> None:
        parts = sorted({part for second in run.seconds for part in second.cpu})
        for part in parts:
            axis.plot(at, [second.cpu.get(part, 0) for second in run.seconds], label=part)
        axis.set_ylabel("cores")

    return figures.save(path, title, (rates, connected, latencies, cpu), "seconds")


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
        deployment(given, Path(folder)) as served,
    ):
        run, before, wall = measure(served, given)
        exact, wrong = exactness(run, served, wall, before, given.lanes)
    found = report(run, wall, exact)
    print("\n".join(lines(found)))
    path = results.write(given.name, {"arguments": vars(given), "wrong": wrong, **found})
    print(path)
    print(plot(run, path, f"{given.joiners:,} joiners, {given.pattern}, {given.workers} workers"))
    if wrong:
        sys.exit("not exact: " + "; ".join(wrong))


if __name__ == "__main__":
    main()
