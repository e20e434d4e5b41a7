"""Divides work on many sessions into batches, for several passes of the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import TypeVar

_T = TypeVar("_T")


async def in_batches(items: Sequence[_T], size: int, seconds: float) -> AsyncIterator[Sequence[_T]]:
    """Yield `items` in batches of `size`, so that no turn waits for all of them.

    It takes about `seconds`, or no time when they are one batch.
    """
    for first in range(0, len(items), size):
        yield items[first : first + size]
        if first + size < len(items):
            await asyncio.sleep(seconds * size / len(items))
