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


class _Waiting(NamedTuple):
    since: float
    enter: Callable[[], None]
    turn_away: Callable[[], None]


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

    def admit(self, enter: Callable[[], None], turn_away: Callable[[], None]) -> None:
        """Have `enter` called soon, in the order of arrival; or `turn_away`, if it is not soon."""
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
                turn_away()
            else:
                enter()
            now = monotonic()
        self._busy = bool(self._waiting)
        if self._busy:
            asyncio.get_running_loop().call_later(now - start, self._let_in)
