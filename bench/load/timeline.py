"""The timeline of a run: samples every second, shows the progress and keeps the samples."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from rich.console import Console
from rich.live import Live
from rich.table import Table

from bench import accounting
from bench.load import histogram
from bench.load.measurements import LATENCIES
from bench.load.shared_stats import SharedStats
from bench.load.target import Target

TICK_SECONDS = 1.0
STALL_SECONDS = 60.0
"""A run without any arrival or completion for this time has stalled and ends."""

ARCHIVE_SECONDS = 600.0


@dataclass
class Second:
    """A sample of one second of a run.

    Attributes:
        at: seconds since the start.
        arrived, completed: users in this second.
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
    """A run and its samples."""

    joiners: int
    seconds: list[Second] = field(default_factory=list)
    began: float = 0.0
    ended: float = 0.0
    cpu: Counter[str] = field(default_factory=Counter)
    machine: float = 0.0
    drain: float = 0.0
    errors: Counter[str] = field(default_factory=Counter)


def monitor(
    run: Run, target: Target, stats: SharedStats, processes: list[Any], start: float
) -> None:
    """Sample the run every second until all users who can have finished."""
    alone = run.joiners % 2
    console = Console(stderr=True)
    with Live(console=console, auto_refresh=False) as live:
        time.sleep(max(0.0, start - time.monotonic()))
        run.began = time.monotonic()
        cpu_before, machine_before = target.cpu(), accounting.machine_busy()
        sampler = Sampler(stats, cpu_before)
        moved = run.began
        next_tick = run.began + TICK_SECONDS
        while True:
            time.sleep(max(0.0, next_tick - time.monotonic()))
            next_tick += TICK_SECONDS
            second = sampler.sample(stats, target, run.began)
            run.seconds.append(second)
            live.update(progress(run, stats), refresh=console.is_terminal)
            if second.arrived or second.completed:
                moved = time.monotonic()
            finished = stats.total("arrived") == run.joiners and stats.total("open") <= alone
            stalled = time.monotonic() - moved > STALL_SECONDS
            if finished or stalled or not all(process.is_alive() for process in processes):
                break
        run.ended = time.monotonic()
        drain(run, target, stats)
        run.cpu = target.cpu() - cpu_before
        run.machine = accounting.machine_busy() - machine_before


class Sampler:
    """Takes samples: the difference to the statistics of a second ago."""

    def __init__(self, stats: SharedStats, cpu: Counter[str]) -> None:
        """Begin with the statistics at the start of the run."""
        self._arrived = self._completed = 0
        self._counts = np.zeros_like(stats.counts().sum(axis=0))
        self._cpu = cpu
        self._load = 0

    def sample(self, stats: SharedStats, target: Target, began: float) -> Second:
        """The sample since the last call."""
        arrived, completed = stats.total("arrived"), stats.total("completed")
        counts, cpu, load = stats.counts().sum(axis=0), target.cpu(), stats.total("cpu_us")
        new = counts - self._counts
        second = Second(
            at=round(time.monotonic() - began, 3),
            arrived=arrived - self._arrived,
            completed=completed - self._completed,
            open=stats.total("open"),
            latencies={
                name: tuple(histogram.percentiles(new[i], (50, 99)))  # type: ignore[misc]
                for i, name in enumerate(LATENCIES)
            },
            cpu=accounting.by_part(cpu - self._cpu) | {"load": (load - self._load) / 1e6},
        )
        self._arrived, self._completed, self._counts = arrived, completed, counts
        self._cpu, self._load = cpu, load
        return second


def drain(run: Run, target: Target, stats: SharedStats) -> None:
    """Wait until every finished work is in SQL, since archiving is part of the cost."""
    works = stats.total("completed") // 2
    until = time.monotonic() + ARCHIVE_SECONDS
    while target.archive is not None and time.monotonic() < until:
        stored = target.archived()
        if stored is not None and stored[0] >= works:
            break
        time.sleep(TICK_SECONDS)
    run.drain = time.monotonic() - run.ended


def progress(run: Run, stats: SharedStats) -> Table:
    """A table of the progress: this second, and in all."""
    second = run.seconds[-1]
    table = Table(title=f"{second.at:.0f} s", title_justify="left")
    for name in ("", "this second", "so far"):
        table.add_column(name, justify="right" if name else "left")
    table.add_row(
        "arrived", f"{second.arrived:,}", f"{stats.total('arrived'):,} of {run.joiners:,}"
    )
    table.add_row("completed", f"{second.completed:,}", f"{stats.total('completed'):,}")
    table.add_row("open", f"{second.open:,}", "")
    table.add_row("turned away", "", f"{stats.total('turned_away'):,}")
    table.add_row("failed", "", f"{stats.total('failed'):,}")
    counts = stats.counts().sum(axis=0)
    for i, name in enumerate(LATENCIES):
        now = " / ".join(f"{value:.1f}" for value in second.latencies[name])
        all_ = " / ".join(f"{value:.1f}" for value in histogram.percentiles(counts[i], (50, 99)))
        table.add_row(f"{name}, p50 / p99 ms", now, all_)
    for part, seconds in second.cpu.items():
        table.add_row(f"{part}, % of a core", f"{seconds * 100:.0f}", "")
    return table
