"""Sends visits to a program, and tells what they cost it."""

from __future__ import annotations

import time

from bench import accounting
from bench.invalid_run import InvalidRunError
from bench.load import histogram, shared_stats, visits
from bench.load.http import Request
from bench.load.shared_stats import SharedStats
from bench.processes import Program

SEED = 20_080_512
START_SECONDS = 1.0
SETTLE_SECONDS = 0.5
IDLE_SECONDS = 4.0
"""An idle service takes as much CPU in a second as some fifty visits."""


def running_seconds(target: Program) -> float:
    """CPU of the target's processes so far; Valkey is no part of a visit."""
    parts = accounting.family(target.process.pid)
    return sum(
        accounting.running_seconds(pid) for pid, part in parts.items() if part != accounting.VALKEY
    )


def measure(
    target: Program, requests: list[list[Request]], count: int, rate: float
) -> dict[str, float]:
    """So many visits: the target's CPU, its idle CPU included, bytes of one, how long it took.

    Args:
        target: what is visited.
        requests: of each kind of visitor; they take turns.
        count: of visits.
        rate: visits a second.

    Raises:
        InvalidRunError: one was not answered in full.
    """
    stats = SharedStats(1, visits.COUNTERS, visits.LATENCIES)
    outcome = shared_stats.queue()
    start = time.monotonic() + START_SECONDS
    scenario = visits.Scenario(
        host="127.0.0.1",
        port=target.port,
        start=start,
        visits=count,
        rate=rate,
        requests=requests,
        seed=SEED,
    )
    process = shared_stats.process(visits.run, scenario, stats, outcome)
    process.start()
    time.sleep(max(0.0, start - 0.05 - time.monotonic()))
    begun, before = time.monotonic(), running_seconds(target)
    deadline = start + 4 * count / rate + 10
    while stats.total("loaded") + stats.total("failed") < count and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(SETTLE_SECONDS)
    used, took = running_seconds(target) - before, time.monotonic() - begun
    stats.stop()
    outcome.get(timeout=30)
    process.join(30)
    if stats.total("loaded") < count:
        raise InvalidRunError(f"{count - stats.total('loaded')} of {count} visits failed")
    return {
        "used": used,
        "seconds": took,
        "visits": count,
        "bytes": stats.total("bytes") / count,
        "load_us": stats.total("cpu_us") / count,
        **{f"loaded_{name}_ms": value for name, value in _percentiles(stats).items()},
    }


def _percentiles(stats: SharedStats) -> dict[str, float]:
    found = histogram.percentiles(stats.latency("loaded"), (50, 99))
    return dict(zip(("p50", "p99"), found, strict=True))


def idle_share(target: Program) -> float:
    """Cores that the target uses when nobody comes."""
    begun, before = time.monotonic(), running_seconds(target)
    time.sleep(IDLE_SECONDS)
    return (running_seconds(target) - before) / (time.monotonic() - begun)
