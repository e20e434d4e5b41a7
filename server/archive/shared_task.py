"""Tasks whose outcome several callers wait for, each of whom may be cancelled meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import TypeVar

T = TypeVar("T")


def start_shared(work: Coroutine[object, object, T], name: str) -> asyncio.Task[T]:
    """Start a task of this name; its callers await it within `asyncio.shield`.

    Every caller gets its error. When all of them were cancelled, nobody is told of it.
    """
    task = asyncio.create_task(work, name=name)
    task.add_done_callback(_retrieve)
    return task


def _retrieve(done: asyncio.Task[T]) -> None:
    """Mark the error as seen; asyncio would log one that nobody has retrieved."""
    if not done.cancelled():
        done.exception()
