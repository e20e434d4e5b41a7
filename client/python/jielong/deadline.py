"""A time limit for a whole operation, however many waits it takes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from .exceptions import TimedOut


class Deadline:
    """The moment by which an operation must be done.

    Args:
        what: names what is awaited in the exception's text.
        seconds: the time from now, in seconds.
    """

    def __init__(self, what: str, seconds: float) -> None:
        self.what = what
        self.seconds = seconds
        self._end = asyncio.get_running_loop().time() + seconds

    def left(self) -> float:
        """Seconds left, above 0.

        Raises:
            TimedOut: none are left.
        """
        left = self._end - asyncio.get_running_loop().time()
        if left <= 0:
            raise TimedOut(self.what, self.seconds)
        return left

    def allows(self, seconds: float) -> bool:
        """Whether that many seconds are still left."""
        return asyncio.get_running_loop().time() + seconds < self._end


@asynccontextmanager
async def within(seconds: float, what: str) -> AsyncIterator[None]:
    """Run the block for at most `seconds`, and raise TimedOut if it takes longer."""
    limit = asyncio.timeout(seconds)
    try:
        async with limit:
            yield
    except TimeoutError as error:
        if limit.expired():
            raise TimedOut(what, seconds) from error
        raise
