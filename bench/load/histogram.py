"""Latencies in logarithmic buckets, as HdrHistogram keeps them: one addition for each value, merged
by adding, percentiles to 0.8 %.

The layout is Gil Tene's (hdrhistogram.org): within each power of two, `2**BITS` buckets of equal
width. Values are microseconds, 0 to 2**31 (36 minutes); larger ones count as that.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

BITS = 7
_PER_OCTAVE = 1 << BITS
_LONGEST = (1 << 31) - 1
BUCKETS = (32 - BITS) << BITS


def bucket_of(microseconds: int) -> int:
    """The bucket of a value; a negative one counts as 0."""
    if microseconds < 2 * _PER_OCTAVE:
        return max(microseconds, 0)
    value = min(microseconds, _LONGEST)
    shift = value.bit_length() - BITS - 1
    return (shift << BITS) + (value >> shift)


def lowest_of(buckets: Any) -> Any:
    """The lowest value of each bucket, in microseconds."""
    buckets = np.asarray(buckets, dtype=np.int64)
    shift = np.maximum((buckets >> BITS) - 1, 0)
    return (buckets - (shift << BITS)) << shift


_LOWEST = lowest_of(np.arange(BUCKETS + 1))
_MIDDLE = (_LOWEST[:-1] + _LOWEST[1:] - 1) / 2


def percentiles(counts: Any, wanted: Sequence[float]) -> list[float]:
    """Values in milliseconds below which so many percent lie; of no values at all, 0."""
    sums = np.cumsum(np.asarray(counts, dtype=np.int64))
    total = int(sums[-1])
    if total == 0:
        return [0.0] * len(wanted)
    ranks = [max(1, int(np.ceil(total * percent / 100))) for percent in wanted]
    return [float(_MIDDLE[np.searchsorted(sums, rank)]) / 1_000 for rank in ranks]


def summary(counts: Any) -> dict[str, float | int]:
    """How many there are, and the percentiles that are reported, in milliseconds."""
    counts = np.asarray(counts, dtype=np.int64)
    total = int(counts.sum())
    names = ("p50", "p90", "p99", "p99.9", "max")
    values = percentiles(counts, (50, 90, 99, 99.9, 100))
    mean = float((counts * _MIDDLE).sum() / total) / 1_000 if total else 0.0
    return {"count": total, "mean": mean, **dict(zip(names, values, strict=True))}


def of(milliseconds: Iterable[float]) -> Any:
    """The counts of these values."""
    counts = np.zeros(BUCKETS, dtype=np.int64)
    for value in milliseconds:
        counts[bucket_of(round(value * 1_000))] += 1
    return counts
