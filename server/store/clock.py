"""One clock for workers on many machines: that of a server which all of them ask."""

from __future__ import annotations

import time
from collections import deque
from typing import NamedTuple

REMEMBERED = 30
"""Answers of which the quickest counts; at one a second no clock drifts noticeably meanwhile."""


class _Reading(NamedTuple):
    """One answer: how long it took in seconds, and how far ahead the server's clock is."""

    took: float
    ahead: float


class SharedClock:
    """A server's clock as this process knows it, to within half of its quickest answer.

    F. Cristian, "Probabilistic clock synchronization", Distributed Computing 3 (1989).
    """

    def __init__(self) -> None:
        """This machine's own clock, until the server has answered."""
        self._ahead = time.time() - time.monotonic()
        self._readings: deque[_Reading] = deque(maxlen=REMEMBERED)

    def see(self, server_ms: int, asked: float, answered: float) -> None:
        """The server said `server_ms` (since 1970) between these two monotonic times (seconds)."""
        ahead = server_ms / 1_000 - (asked + answered) / 2
        self._readings.append(_Reading(answered - asked, ahead))
        self._ahead = min(self._readings).ahead

    def now(self) -> int:
        """Milliseconds since 1970."""
        return round((time.monotonic() + self._ahead) * 1_000)
