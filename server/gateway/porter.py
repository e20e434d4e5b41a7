"""Lets WebSockets in a few at a time, so that a rush leaves time for those who are inside."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from time import monotonic
from typing import NamedTuple

SLICE_SECONDS = 0.002
"""After so long of letting in, those inside have their turn for as long."""

LONGEST_WAIT_SECONDS = 5.0
"""Whoever has waited for so long is turned away, which costs little. Else, while more come than can
be let in, all wait until they give up, and the service works for none of them."""


FIRST_RETURN_SECONDS, LAST_RETURN_SECONDS = 5.0, 120.0
"""Whoever is turned away is asked to come back within the first; while the rush goes on, the time
doubles as often as it goes by, up to the last. Else those outside, who grow in number, would take
more and more of the worker with asking again."""


class _Waiting(NamedTuple):
    since: float
    enter: Callable[[], None]
    turn_away: Callable[[float], None]


class Porter:
    """Of one worker. Whoever waits holds a descriptor, which bounds the queue.

    Attributes:
        turned_away: how many so far.
    """

    def __init__(self, longest_wait: float = LONGEST_WAIT_SECONDS) -> None:
        """Nobody waits yet, nor ever for longer than `longest_wait` seconds."""
        self.turned_away = 0
        self._longest_wait = longest_wait
        self._waiting: deque[_Waiting] = deque()
        self._busy = False
        self._return_seconds = FIRST_RETURN_SECONDS
        self._grown_at = self._turned_away_at = 0.0

    def admit(self, enter: Callable[[], None], turn_away: Callable[[float], None]) -> None:
        """Have `enter` called soon, in the order of arrival.

        If it is not soon, `turn_away` is called instead, with the seconds within which to return.
        """
        self._waiting.append(_Waiting(monotonic(), enter, turn_away))
        if not self._busy:
            self._busy = True
            asyncio.get_running_loop().call_soon(self._let_in)

    def _let_in(self) -> None:
        start = now = monotonic()
        while self._waiting and now < start + SLICE_SECONDS:
            since, enter, turn_away = self._waiting.popleft()
            if now - since > self._longest_wait:
                self.turned_away += 1
                turn_away(self._within(now))
            else:
                enter()
            now = monotonic()
        self._busy = bool(self._waiting)
        if self._busy:
            asyncio.get_running_loop().call_later(now - start, self._let_in)

    def _within(self, now: float) -> float:
        """How long those turned away at `now` may take to come back."""
        if now - self._turned_away_at > self._return_seconds:
            self._return_seconds, self._grown_at = FIRST_RETURN_SECONDS, now
        elif now - self._grown_at > self._return_seconds:
            self._return_seconds = min(2 * self._return_seconds, LAST_RETURN_SECONDS)
            self._grown_at = now
        self._turned_away_at = now
        return self._return_seconds
