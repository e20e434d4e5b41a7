"""Admission control: WebSockets open and close a few at a time, so that a rush delays no turn.

`bench/storm.py` measures what each constant here does for the participants who stay connected.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from time import monotonic
from typing import NamedTuple

SLICE_SECONDS = 0.001
"""Longest time in one event-loop pass for connections that open; then other work runs."""

CLOSED_AT_ONCE = 4
"""Connections closed in one pass. What follows a close runs later and takes about a slice."""

BURST, BURST_SECONDS = 32, 0.01
"""While so many peers hang up within such a time, reading that they did is work enough for a pass,
and none is closed."""

LONGEST_CLOSE_SECONDS = 5.0
"""Once a connection has waited for so long to be closed, five times as many are closed in a pass:
the seat of a participant who is gone must not stay taken for long."""

SHARE = 1 / 4
"""Largest share of the time for opening and closing; the rest greets and seats participants."""

LEAST_SHARE = 1 / 24
"""Smallest share, however busy the worker is; otherwise nobody would ever be admitted."""

LATE_SECONDS = 0.0005
"""When a pass begins by so much later than planned, other work is waiting, and gets as much more
time."""

LONGEST_WAIT_SECONDS = 5.0
"""Longest wait of a connection; then it is rejected, which costs little. Otherwise, while more
arrive than can be admitted, all would wait until they give up, and nobody would get in."""

FIRST_RETRY_SECONDS, LAST_RETRY_SECONDS = 5.0, 120.0
"""A rejected client is asked to retry within the first; the time doubles while the rush goes on, up
to the last. Otherwise the retries of a growing crowd would take more and more of the worker."""


class _Closing(NamedTuple):
    since: float
    close: Callable[[], None]


class _Waiting(NamedTuple):
    since: float
    accept: Callable[[], None]
    reject: Callable[[float], None]


class AdmissionControl:
    """Admission control of one worker.

    Each waiting connection holds a file descriptor, so the descriptor limit bounds the queue.

    Attributes:
        rejected: connections rejected so far.
    """

    def __init__(self, longest_wait: float = LONGEST_WAIT_SECONDS) -> None:
        """No connection waits for longer than `longest_wait` seconds."""
        self.rejected = 0
        self._longest_wait = longest_wait
        self._waiting: deque[_Waiting] = deque()
        self._closing: deque[_Closing] = deque()
        self._scheduled = False
        self._due = 0.0
        self._retry_seconds = FIRST_RETRY_SECONDS
        self._grown_at = self._rejected_at = 0.0

    def admit(self, accept: Callable[[], None], reject: Callable[[float], None]) -> None:
        """Call `accept` soon, in the order of arrival.

        If that is not possible in time, call `reject` with the seconds within which to retry.
        """
        self._waiting.append(_Waiting(monotonic(), accept, reject))
        self._schedule()

    def release(self, close: Callable[[], None]) -> None:
        """Call `close` soon, before any connection is accepted."""
        self._closing.append(_Closing(monotonic(), close))
        self._schedule()

    def _schedule(self) -> None:
        if not self._scheduled:
            self._scheduled = True
            self._due = monotonic()
            asyncio.get_running_loop().call_soon(self._run_slice)

    def _run_slice(self) -> None:
        start = monotonic()
        late = start - self._due
        later = 0.0
        try:
            later = self._close_some(start)
            self._accept_some(start)
        finally:
            self._scheduled = bool(self._closing or self._waiting)
            if self._scheduled:
                now = monotonic()
                pauses = min(1 / SHARE - 1 + late / LATE_SECONDS, 1 / LEAST_SHARE - 1)
                pause = (now - start + later) * pauses
                self._due = now + pause
                asyncio.get_running_loop().call_later(pause, self._run_slice)

    def _close_some(self, now: float) -> float:
        """Close a few; the seconds of work that will follow from it."""
        overdue = self._closing and now - self._closing[0].since > LONGEST_CLOSE_SECONDS
        if not overdue and self._is_burst(now):
            return SLICE_SECONDS
        most = 5 * CLOSED_AT_ONCE if overdue else CLOSED_AT_ONCE
        count = min(len(self._closing), most)
        for _ in range(count):
            self._closing.popleft().close()
        return count / most * SLICE_SECONDS

    def _is_burst(self, now: float) -> bool:
        closing = self._closing
        return len(closing) >= BURST and now - closing[-BURST].since < BURST_SECONDS

    def _accept_some(self, start: float) -> None:
        now = start
        while self._waiting and now < start + SLICE_SECONDS:
            since, accept, reject = self._waiting.popleft()
            if now - since > self._longest_wait:
                self.rejected += 1
                reject(self._retry_within(now))
            else:
                accept()
            now = monotonic()

    def _retry_within(self, now: float) -> float:
        """Seconds within which the clients rejected at `now` are asked to retry."""
        if now - self._rejected_at > self._retry_seconds:
            self._retry_seconds, self._grown_at = FIRST_RETRY_SECONDS, now
        elif now - self._grown_at > self._retry_seconds:
            self._retry_seconds = min(2 * self._retry_seconds, LAST_RETRY_SECONDS)
            self._grown_at = now
        self._rejected_at = now
        return self._retry_seconds
