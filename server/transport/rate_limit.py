"""How many events a second are allowed."""

from __future__ import annotations

from typing import NamedTuple


class Rate(NamedTuple):
    """A rate that many buckets share, in seconds.

    Attributes:
        interval: between two events.
        tolerance: by which events may come earlier.
    """

    interval: float
    tolerance: float

    @classmethod
    def of(cls, per_second: float, burst: float) -> Rate:
        """So many events a second, and a burst of so many at once."""
        return cls(1 / per_second, (burst - 1) / per_second)


class TokenBucket:
    """Allows events at a rate, by the generic cell rate algorithm (ITU-T I.371).

    The algorithm keeps one number: when the bucket will be full again.
    """

    __slots__ = ("_full_at", "_rate")

    def __init__(self, rate: Rate) -> None:
        """A full bucket."""
        self._rate = rate
        self._full_at = 0.0

    def take(self, now: float) -> bool:
        """Whether one more event is allowed at `now`, in seconds of any steady clock."""
        interval, tolerance = self._rate
        full_at = self._full_at
        if full_at <= now:
            self._full_at = now + interval
            return True
        if full_at - now > tolerance:
            return False
        self._full_at = full_at + interval
        return True

    def retry_ms(self, now: float) -> int:
        """Milliseconds until the next event is allowed."""
        return max(1, round((self._full_at - self._rate.tolerance - now) * 1_000))
