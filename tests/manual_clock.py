"""A clock that stands still until a test sets it."""

from __future__ import annotations


class ManualClock:
    """Reads as `now`, in the unit of the code that is tested."""

    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now
