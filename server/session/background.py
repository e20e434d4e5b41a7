"""Background tasks that nobody waits for, with an owner that sees them fail."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from functools import partial
from typing import Any, Protocol

import structlog

from server.store.errors import StoreAwayError, StoreError

log = structlog.get_logger()


class Session(Protocol):
    """Whose task it is."""

    @property
    def described(self) -> dict[str, str]:
        """The campaign and the room, for the log."""


class BackgroundTasks:
    """The background tasks of one worker. A failure is logged, never silent."""

    def __init__(self) -> None:
        """None yet."""
        self._tasks: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        """How many run."""
        return len(self._tasks)

    def spawn(self, work: Coroutine[Any, Any, None], about: Session | None = None) -> None:
        """Run `work` in a task of its own; `about` is whose it is, for the log."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(partial(self._done, about))

    def _done(self, about: Session | None, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if task.cancelled():
            return
        error, context = task.exception(), {} if about is None else about.described
        if isinstance(error, StoreAwayError):
            log.debug(
                "a background task gave up: the store is away", **context
            )  # the store logs it once
        elif isinstance(error, StoreError):
            log.warning(
                "a background task gave up: the store refused a call", error=str(error), **context
            )
        elif error is not None:
            log.error("a background task failed", exc_info=error, **context)
