"""Ends what a worker has open: in time, and without one end keeping another from its own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from typing import Any

import structlog
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from server.store.errors import StoreError

log = structlog.get_logger()

LAST_CALLS_SECONDS = 1.0


async def close(closing: Awaitable[None]) -> None:
    """Close something in time; what cannot be closed keeps nothing else open."""
    try:
        async with asyncio.timeout(LAST_CALLS_SECONDS):
            await closing
    except (StoreError, RedisError, SQLAlchemyError, OSError) as error:
        log.warning("not closed in order", error=repr(error))


async def cancel(tasks: Sequence[asyncio.Task[Any]]) -> None:
    """Cancel tasks until they end: a library may swallow one cancellation."""
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=LAST_CALLS_SECONDS)
