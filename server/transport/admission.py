"""Lets WebSockets in and out a few at a time: a rush leaves time for those who are inside."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from time import monotonic
from typing import NamedTuple

SLICE_SECONDS = 0.001
"""So long at once is for those at the door; then those inside have their turn."""

SEEN_OFF_AT_ONCE = 4
"""What it takes to close so many, and to tell of it, comes later, and is about a slice."""

CROWD, CROWD_SECONDS = 32, 0.01
"""While so many hang up within such a time, hearing of it is work enough: nobody is seen off."""

LONGEST_STAY_SECONDS = 5.0
"""Once somebody has waited for so long to be seen off, five times as many go at once: a seat is not
to be held for long by somebody who is gone."""

SHARE = 1 / 4
"""Of the time is for the door at most: whoever came in has to be greeted and seated, too."""

LEAST_SHARE = 1 / 24
"""However much those inside have to do, or nobody ever came in."""

LATE_SECONDS = 0.0005
"""Whenever it is the door's turn by so much later than was asked for, those inside are waiting, and
have as much time again. `bench/storm.py` shows what it does for them."""

LONGEST_WAIT_SECONDS = 5.0
"""Whoever has waited for so long is turned away, which costs little. Else, while more come than can
be let in, all wait until they give up, and the service works for none of them."""

FIRST_RETURN_SECONDS, LAST_RETURN_SECONDS = 5.0, 120.0
"""Whoever is turned away is asked to come back within the first; while the rush goes on, the time
doubles as often as it goes by, up to the last. Else those outside, who grow in number, would take
more and more of the worker with asking again."""


class _Leaving(NamedTuple):
    since: float
    leave: Callable[[], None]


class _Waiting(NamedTuple):
    since: float
    enter: Callable[[], None]
    turn_away: Callable[[float], None]


class AdmissionControl:
    """Of one worker. Whoever waits holds a descriptor, which bounds the queue.

    Attributes:
        turned_away: how many so far.
    """

    def __init__(self, longest_wait: float = LONGEST_WAIT_SECONDS) -> None:
        """Nobody waits yet, nor ever for longer than `longest_wait` seconds."""
        self.turned_away = 0
        self._longest_wait = longest_wait
        self._waiting: deque[_Waiting] = deque()
        self._leaving: deque[_Leaving] = deque()
        self._busy = False
        self._due = 0.0
        self._return_seconds = FIRST_RETURN_SECONDS
        self._grown_at = self._turned_away_at = 0.0

    def admit(self, enter: Callable[[], None], turn_away: Callable[[float], None]) -> None:
        """Have `enter` called soon, in the order of arrival.

        If it is not soon, `turn_away` is called instead, with the seconds within which to return.
        """
        self._waiting.append(_Waiting(monotonic(), enter, turn_away))
        self._attend()

    def see_off(self, leave: Callable[[], None]) -> None:
        """Have `leave` called soon; it goes before all who come."""
        self._leaving.append(_Leaving(monotonic(), leave))
        self._attend()

    def _attend(self) -> None:
        if not self._busy:
            self._busy = True
            self._due = monotonic()
            asyncio.get_running_loop().call_soon(self._attend_to_some)

    def _attend_to_some(self) -> None:
        start = monotonic()
        late = start - self._due
        later = 0.0
        try:
            later = self._see_some_off(start)
            self._let_some_in(start)
        finally:
            self._busy = bool(self._leaving or self._waiting)
            if self._busy:
                now = monotonic()
                pauses = min(1 / SHARE - 1 + late / LATE_SECONDS, 1 / LEAST_SHARE - 1)
                pause = (now - start + later) * pauses
                self._due = now + pause
                asyncio.get_running_loop().call_later(pause, self._attend_to_some)

    def _see_some_off(self, now: float) -> float:
        """How many seconds it will take later."""
        slow = self._leaving and now - self._leaving[0].since > LONGEST_STAY_SECONDS
        if not slow and self._is_crowd_leaving(now):
            return SLICE_SECONDS
        most = 5 * SEEN_OFF_AT_ONCE if slow else SEEN_OFF_AT_ONCE
        leaving = min(len(self._leaving), most)
        for _ in range(leaving):
            self._leaving.popleft().leave()
        return leaving / most * SLICE_SECONDS

    def _is_crowd_leaving(self, now: float) -> bool:
        leaving = self._leaving
        return len(leaving) >= CROWD and now - leaving[-CROWD].since < CROWD_SECONDS

    def _let_some_in(self, start: float) -> None:
        now = start
        while self._waiting and now < start + SLICE_SECONDS:
            since, enter, turn_away = self._waiting.popleft()
            if now - since > self._longest_wait:
                self.turned_away += 1
                turn_away(self._within(now))
            else:
                enter()
            now = monotonic()

    def _within(self, now: float) -> float:
        """How long those turned away at `now` may take to come back."""
        if now - self._turned_away_at > self._return_seconds:
            self._return_seconds, self._grown_at = FIRST_RETURN_SECONDS, now
        elif now - self._grown_at > self._return_seconds:
            self._return_seconds = min(2 * self._return_seconds, LAST_RETURN_SECONDS)
            self._grown_at = now
        self._turned_away_at = now
        return self._return_seconds
