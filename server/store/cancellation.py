"""Before Python 3.12 `asyncio.wait_for` may swallow a cancellation, and redis-py writes with it."""

from __future__ import annotations

import asyncio


def obey() -> None:
    """To be called in each round of a loop that awaits redis-py; else it could never be stopped.

    Raises:
        CancelledError: the current task was cancelled, though nothing it awaited said so.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
