"""Arrival times of virtual users; they do not depend on the service (open model)."""

from __future__ import annotations

from typing import Any

import numpy as np

PATTERNS = ("poisson", "ramp", "bursts")

BURSTS = 4
BURST_SHARE = 0.8
BURST_SECONDS = 20.0
"""A burst is a push notification to many phones. `BURST_SHARE` of all users follow one; each of
them arrives at a random time after it, `BURST_SECONDS` in the mean. Assumed, not measured."""


def arrival_times(pattern: str, joiners: int, rate: float, seed: int) -> Any:
    """Arrival times of `joiners` in sorted seconds from the start, `rate` a second in the mean.

    Args:
        pattern: `poisson`, independent of each other at a steady rate; `ramp`, likewise with a
            rate that grows from 0 to twice the mean; `bursts`, four push notifications over a
            steady fifth.
        seed: the same seed gives the same times.
    """
    random = np.random.default_rng(seed)
    if pattern == "poisson":
        return np.cumsum(random.exponential(1 / rate, joiners))
    span = joiners / rate
    if pattern == "ramp":
        # n points of a Poisson process are n independent draws from its rate's shape (Cox & Lewis,
        # "The statistical analysis of series of events", 1966): here, the density 2 t / span**2.
        return np.sort(span * np.sqrt(random.random(joiners)))
    followers = random.random(joiners) < BURST_SHARE
    pushes = random.integers(0, BURSTS, joiners) * span / BURSTS
    after = random.exponential(min(BURST_SECONDS, span / BURSTS / 4), joiners)
    steady = random.random(joiners) * span
    return np.sort(np.where(followers, pushes + after, steady))


def writing_seconds(joiners: int, middle: float, seed: int) -> Any:
    """Seconds that each user writes a character: log-normal, median `middle`, sigma 0.5.

    95 of 100 lie between 0.4 and 2.7 times the median.
    """
    random = np.random.default_rng(seed)
    return middle * np.exp(0.5 * random.standard_normal(joiners))
