"""Reports a run: as results, as printed lines, and as a plot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench import accounting, figures
from bench.load import histogram
from bench.load.measurements import COUNTERS, LATENCIES
from bench.load.shared_stats import SharedStats
from bench.load.timeline import Run, Second

MAX_POINTS = 900
"""Most points in time in the results; the plot has every second."""


def downsample(seconds: list[Second], most: int = MAX_POINTS) -> list[Second]:
    """At most `most` points: mean rates, largest latencies and most connections of each group."""
    every = -(-len(seconds) // most)
    parts = [seconds[i : i + every] for i in range(0, len(seconds), every)]
    return [_merge(part) for part in parts] if every > 1 else seconds


def _merge(part: list[Second]) -> Second:
    cpu: Counter[str] = Counter()
    for second in part:
        cpu.update(second.cpu)
    return Second(
        at=part[-1].at,
        arrived=round(sum(second.arrived for second in part) / len(part)),
        completed=round(sum(second.completed for second in part) / len(part)),
        open=max(second.open for second in part),
        latencies={
            name: (
                max(second.latencies[name][0] for second in part),
                max(second.latencies[name][1] for second in part),
            )
            for name in part[0].latencies
        },
        cpu={name: round(value / len(part), 4) for name, value in cpu.items()},
    )


def report(run: Run, stats: SharedStats, exact: dict[str, Any]) -> dict[str, Any]:
    """Everything that the results file holds."""
    completed = max(stats.total("completed"), 1)
    seconds = run.ended - run.began
    load = stats.total("cpu_us") / 1e6
    counts = stats.counts().sum(axis=0)
    used = accounting.by_part(run.cpu) | {"load": load}
    return {
        "seconds": seconds,
        "drain_seconds": run.drain,
        "arrivals_per_second": stats.total("arrived") / seconds,
        "peak_open": max(second.open for second in run.seconds),
        "latest_arrival_ms": int(stats.counters()[:, COUNTERS.index("late_us")].max()) / 1e3,
        "cpu_seconds": dict(run.cpu) | {"load": load, "machine": run.machine},
        "us_per_joiner": {part: value * 1e6 / completed for part, value in used.items()}
        | {"machine": run.machine * 1e6 / completed},
        "messages_per_joiner": stats.total("messages") / completed,
        "bytes_per_joiner": stats.total("bytes") / completed,
        "latencies_ms": {name: histogram.summary(counts[i]) for i, name in enumerate(LATENCIES)},
        "exact": exact,
        "timeline": downsample(run.seconds),
    }


def lines(found: dict[str, Any]) -> Iterator[str]:
    """The lines that are printed at the end."""
    yield (
        f"{found['exact']['joiners']:,} joiners in {found['seconds']:.1f} s "
        f"({found['arrivals_per_second']:.0f}/s), "
        f"at most {found['peak_open']:,} connected or turned away at once"
    )
    cpu = "  ".join(f"{part} {value:.0f}" for part, value in found["us_per_joiner"].items())
    yield f"us of CPU a joiner: {cpu}"
    yield "latency, ms      count      p50      p90      p99    p99.9      max"
    for name, values in found["latencies_ms"].items():
        if not values["count"]:
            continue
        yield f"{name:<11}{values['count']:>11,}" + "".join(
            f"{values[key]:>9.1f}" for key in ("p50", "p90", "p99", "p99.9", "max")
        )
    exact = found["exact"]
    yield f"relays {exact['relays']:,}  participants {exact['participants']:,}  " + "  ".join(
        f"{name} {value:,}" for name, value in exact["serials"].items()
    )


def plot(run: Run, path: Path, title: str) -> Path:
    """Plot the run by the second."""
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
