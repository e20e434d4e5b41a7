"""One clock for workers on many machines: that of a lane which all of them ask."""

from __future__ import annotations

import time
from collections import deque
from typing import NamedTuple

REMEMBERED = 30
"""Answers of which the quickest counts; at one a second no clock drifts noticeably meanwhile."""

DRIFT_SECONDS = 0.05
"""Two clocks drift apart by less than this while an answer is remembered."""


class _Reading(NamedTuple):
    """One answer: how long it took in seconds, and how far ahead the lane's clock is."""

    took: float
    ahead: float


class SharedClock:
    """A lane's clock as this process knows it, to within half of its quickest answer.

    It never goes back.

    F. Cristian, "Probabilistic clock synchronization", Distributed Computing 3 (1989).
    """

    def __init__(self) -> None:
        """This machine's own clock, until the lane has answered."""
        self._last = 0
        self._ahead = time.time() - time.monotonic()
        self._readings: deque[_Reading] = deque(maxlen=REMEMBERED)

    def see(self, lane_ms: int, asked: float, answered: float) -> None:
        """The lane said `lane_ms` (since 1970) between these two monotonic times (seconds).

        Answers that cannot be right when this one is are forgotten: the server's clock was set.
        """
        reading = _Reading(answered - asked, lane_ms / 1_000 - (asked + answered) / 2)
        if self._readings and not _agree(min(self._readings), reading):
            self._readings.clear()
        self._readings.append(reading)
        self._ahead = min(self._readings).ahead

    def now(self) -> int:
        """Milliseconds since 1970."""
        self._last = max(self._last, round((time.monotonic() + self._ahead) * 1_000))
        return self._last


def _agree(one: _Reading, other: _Reading) -> bool:
    return abs(one.ahead - other.ahead) <= (one.took + other.took) / 2 + DRIFT_SECONDS
