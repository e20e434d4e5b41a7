"""Closes what a worker has open at its end: each part within a time limit, whatever others do."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence

import structlog
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from server.store.errors import StoreError

log = structlog.get_logger()

LAST_CALLS_SECONDS = 1.0
"""How long the last calls of each part may take."""


async def close(closing: Awaitable[None]) -> None:
    """Close a part in time; when that fails, the log says so and the other parts are closed."""
    try:
        async with asyncio.timeout(LAST_CALLS_SECONDS):
            await closing
    except (StoreError, RedisError, SQLAlchemyError, OSError) as error:
        log.warning("not closed in order", error=repr(error))


async def cancel(tasks: Sequence[asyncio.Task[object]]) -> None:
    """Cancel tasks until they end: a library may swallow one cancellation."""
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=LAST_CALLS_SECONDS)
