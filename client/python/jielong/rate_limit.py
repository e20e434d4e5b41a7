"""Keeps a time between actions."""

from __future__ import annotations

import asyncio


class RateLimit:
    """At most one action in an interval, which is in seconds and may differ each time."""

    def __init__(self) -> None:
        self._last = float("-inf")

    def allows(self, interval: float) -> bool:
        """Whether `wait` would return at once."""
        return self._last + interval <= asyncio.get_running_loop().time()

    async def wait(self, interval: float) -> None:
        """Wait until the interval since the last action has passed, and count the next."""
        loop = asyncio.get_running_loop()
        self._last = max(loop.time(), self._last + interval)  # reserved before another caller waits
        await asyncio.sleep(self._last - loop.time())
        self._last = max(self._last, loop.time())
