"""Polls for a condition that has no event, within a time limit."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

PAUSE_SECONDS = 0.02


async def eventually(holds: Callable[[], Awaitable[bool]], seconds: float = 20.0) -> None:
    """Wait until `holds` returns True."""
    async with asyncio.timeout(seconds):
        while not await holds():  # noqa: ASYNC110  (there is no event to wait for)
            await asyncio.sleep(PAUSE_SECONDS)
