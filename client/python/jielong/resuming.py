"""Replaces a lost connection by itself: one attempt after another, for a limited time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from .exceptions import JielongError

_LONGEST_SECONDS = 1e8
"""Three years: what an event loop still counts of an endless time."""


class Resuming:
    """The task of one session, whenever its connection is lost.

    Args:
        seconds: how long it tries after a loss; `math.inf` until it is cancelled, 0 not at all.
        replace: makes sure that the connection works, within so many seconds.
        failed: called with the reason when there was no connection in time, or never will be.

    Attributes:
        is_on: whether a lost connection is replaced at all.
    """

    def __init__(
        self,
        seconds: float,
        replace: Callable[[float], Awaitable[None]],
        failed: Callable[[JielongError], None],
    ) -> None:
        if seconds < 0:
            raise ValueError("the time for a new connection is 0 or more")
        self.is_on = seconds > 0
        self.seconds = min(seconds, _LONGEST_SECONDS)
        self._replace = replace
        self._failed = failed
        self._task: asyncio.Task[None] | None = None

    @property
    def is_at_work(self) -> bool:
        """Whether a lost connection is being replaced."""
        return self._task is not None and not self._task.done()

    def start(self) -> None:
        """Begin, unless it is at work."""
        if not self.is_at_work:
            self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Give up."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _run(self) -> None:
        try:
            await self._replace(self.seconds)
        except JielongError as error:
            self._failed(error)
        except Exception as error:
            self._failed(JielongError(f"resuming failed: {error!r}"))
            raise
