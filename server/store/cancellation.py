"""Before Python 3.12 `asyncio.wait_for` may swallow a cancellation, and redis-py writes with it."""

from __future__ import annotations

import asyncio


def raise_if_cancelled() -> None:
    """Call this in each round of a loop that awaits redis-py; otherwise it may never stop.

    Raises:
        CancelledError: the current task was cancelled, and nothing that it awaited raised this.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
