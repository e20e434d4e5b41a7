"""The server that comes with the service, for as long as a test needs it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import redis.asyncio

from server.store.embedded import EmbeddedServer


@asynccontextmanager
async def started(data: Path) -> AsyncIterator[redis.asyncio.Redis]:
    """The folder's server, and a client of it."""
    server = EmbeddedServer(data)
    try:
        await server.start()
        async with redis.asyncio.Redis.from_url(server.url) as client:
            yield client
    finally:
        await server.stop()
