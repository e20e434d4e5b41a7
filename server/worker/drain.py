"""Drains a worker that stops: says goodbye to everybody and leaves every seat to its grace."""

from __future__ import annotations

import asyncio

from server.session.background import BackgroundTasks
from server.store.shards import Shards
from server.worker.disconnects import Disconnects
from server.worker.registry import Registry

POLL_SECONDS = 0.02


async def drain(
    registry: Registry,
    disconnects: Disconnects,
    tasks: BackgroundTasks,
    shards: Shards,
    seconds: float,
) -> bool:
    """Close every connection within a time limit.

    Returns:
        Whether the store knows of every seat; if not, other workers must reap those that are left.
    """
    for session in registry:
        session.say_goodbye("restart")
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds

    def calls_pending() -> bool:
        """Whether calls may still be answered; without the store none is."""
        return bool(tasks or disconnects or not shards.idle) and not shards.away

    while loop.time() < until and (registry or calls_pending()):  # noqa: ASYNC110
        await asyncio.sleep(POLL_SECONDS)
    in_order = not (registry or tasks or disconnects)
    for session in registry:
        session.connection.abort()
    return in_order
