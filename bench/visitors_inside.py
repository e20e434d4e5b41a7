"""Relayed frames on their way, while visitors load the page from the same worker."""

from __future__ import annotations

import asyncio
import time
from random import Random
from typing import Any, cast

import numpy as np

from bench import accounting
from bench.ink import Target, arrival, send
from bench.load import histogram, shared_stats, visits
from bench.load.http import Request
from bench.load.shared_stats import SharedStats
from bench.pairs import TimedPair, meet_in_service
from bench.processes import Program

SEED = 20_080_512
WARM_UP_SECONDS = 1.0
START_SECONDS = 1.5
DRAIN_SECONDS = 5.0
PERCENTS = (50, 99, 99.9)


async def relayed_beside_visits(
    worker: Program,
    requests: list[Request],
    rates: list[float],
    pairs: int,
    frames: float,
    seconds: float,
) -> list[dict[str, Any]]:
    """The ways of frames at every rate of visits; the first is without any.

    Args:
        worker: a service of one worker.
        requests: of one visit.
        rates: visits a second.
        pairs: of participants who are inside.
        frames: that each pair sends in a second.
        seconds: of ink at each rate.
    """
    random = Random(SEED)
    met = [await meet_in_service(worker.ws, worker.ws, random, TimedPair) for _ in range(pairs)]
    target = Target("service", [worker], met)
    await send(target.pairs, WARM_UP_SECONDS, frames)
    await arrival(target)
    found: list[dict[str, Any]] = []
    for rate in (0.0, *rates):
        at = await _at_rate(target, requests, rate, frames, seconds)
        at["times_quiet"] = at["p99"] / found[0]["p99"] if found else 1.0
        found.append(at)
    return found


async def _at_rate(
    target: Target, requests: list[Request], rate: float, frames: float, seconds: float
) -> dict[str, Any]:
    stats = SharedStats(1, visits.COUNTERS, visits.LATENCIES)
    outcome = shared_stats.queue()
    count = round(rate * seconds)
    start = time.monotonic() + START_SECONDS
    scenario = visits.Scenario(
        host="127.0.0.1",
        port=target.programs[0].port,
        start=start,
        visits=count,
        rate=max(rate, 1.0),
        requests=[requests],
        seed=SEED,
        low_priority=True,
    )
    process = shared_stats.process(visits.run, scenario, stats, outcome)
    process.start()
    await asyncio.sleep(start - time.monotonic())
    pid = target.programs[0].process.pid
    before = accounting.running_seconds(pid)
    await send(target.pairs, seconds, frames)
    took = time.monotonic() - start
    cores = (accounting.running_seconds(pid) - before) / took
    await arrival(target)
    until = time.monotonic() + DRAIN_SECONDS
    while stats.total("loaded") + stats.total("failed") < count and time.monotonic() < until:  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    stats.stop()
    await asyncio.to_thread(outcome.get, timeout=30)
    process.join(30)
    ways = np.concatenate([cast(TimedPair, pair).seconds for pair in target.pairs]) * 1_000
    names = [f"p{percent}" for percent in PERCENTS]
    return {
        "rate": rate,
        **dict(zip(names, map(float, np.percentile(ways, PERCENTS)), strict=True)),
        "frames": len(ways),
        "late": took / seconds - 1,
        "worker_cores": cores,
        "begun": stats.total("begun"),
        "failed": count - stats.total("loaded"),
        "visit_p99_ms": histogram.percentiles(stats.latency("loaded"), (99,))[0],
    }
