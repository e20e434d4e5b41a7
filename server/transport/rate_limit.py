"""How many events a second are allowed."""

from __future__ import annotations


class TokenBucket:
    """Allows `rate` events a second and `burst` at once, by the generic cell rate algorithm
    (ITU-T I.371), which keeps one number: when the bucket will be full again.
    """

    __slots__ = ("_full_at", "_interval", "_tolerance")

    def __init__(self, rate: float, burst: float) -> None:
        """A full bucket."""
        self._interval = 1 / rate
        self._tolerance = (burst - 1) / rate
        self._full_at = 0.0

    def take(self, now: float) -> bool:
        """Whether one more event is allowed at `now`, in seconds of any steady clock."""
        full_at = self._full_at
        if full_at <= now:
            self._full_at = now + self._interval
            return True
        if full_at - now > self._tolerance:
            return False
        self._full_at = full_at + self._interval
        return True

    def retry_ms(self, now: float) -> int:
        """Milliseconds until the next event is allowed."""
        return max(1, round((self._full_at - self._tolerance - now) * 1_000))
