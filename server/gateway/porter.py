"""Lets WebSockets in a few at a time, so that a rush leaves time for those who are inside."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from time import monotonic

SLICE_SECONDS = 0.002
"""After so long of letting in, those inside have their turn for as long."""


class Porter:
    """Of one worker. Whoever waits holds a descriptor, which bounds the queue."""

    def __init__(self) -> None:
        """Nobody waits."""
        self._waiting: deque[Callable[[], None]] = deque()
        self._busy = False

    def admit(self, enter: Callable[[], None]) -> None:
        """Have `enter` called soon, in the order of arrival."""
        self._waiting.append(enter)
        if not self._busy:
            self._busy = True
            asyncio.get_running_loop().call_soon(self._let_in)

    def _let_in(self) -> None:
        start = monotonic()
        spent = 0.0
        while self._waiting and spent < SLICE_SECONDS:
            self._waiting.popleft()()
            spent = monotonic() - start
        self._busy = bool(self._waiting)
        if self._busy:
            asyncio.get_running_loop().call_later(spent, self._let_in)
