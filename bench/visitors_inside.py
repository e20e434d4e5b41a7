"""Relayed frames on their way, while visitors load the page from the same worker."""

from __future__ import annotations

import asyncio
import time
from random import Random
from statistics import median
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
    runs: int,
) -> list[dict[str, Any]]:
    """The ways of frames at every rate of visits; the first is without any.

    The rates take turns, and what is told of each is the median of its runs: the machine is not the
    same from one moment to the next.

    Args:
        worker: a service of one worker.
        requests: of one visit.
        rates: visits a second.
        pairs: of participants who are inside.
        frames: that each pair sends in a second.
        seconds: of ink at each rate in a run.
        runs: of each rate.
    """
    random = Random(SEED)
    met = [await meet_in_service(worker.ws, worker.ws, random, TimedPair) for _ in range(pairs)]
    target = Target("service", [worker], met)
    await send(target.pairs, WARM_UP_SECONDS, frames)
    await arrival(target)
    found: dict[float, list[dict[str, float]]] = {rate: [] for rate in (0.0, *rates)}
    for _ in range(runs):
        for rate, made in found.items():
            made.append(await _at_rate(target, requests, rate, frames, seconds))
            made[-1]["times_quiet"] = made[-1]["p99"] / found[0.0][-1]["p99"]
    return [
        {key: median(run[key] for run in made) for key in made[0]}
        | {"failed": sum(run["failed"] for run in made), "runs": made}
        for made in found.values()
    ]


async def _at_rate(
    target: Target, requests: list[Request], rate: float, frames: float, seconds: float
) -> dict[str, float]:
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
