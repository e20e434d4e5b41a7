"""Brings the database's tables to this version's form before any worker of this machine starts."""

from __future__ import annotations

import asyncio

from server.archive.database import Database


async def migrate(url: str, stopping: asyncio.Event) -> None:
    """Migrate the database, which may take longer than a worker's start; end when told to stop.

    Raises:
        ArchiveError: the database cannot be reached, or a later version has made its tables.
    """
    database = Database(url)
    opening = asyncio.create_task(database.open())
    stopped = asyncio.create_task(stopping.wait())
    try:
        await asyncio.wait((opening, stopped), return_when=asyncio.FIRST_COMPLETED)
        if opening.done():
            opening.result()
    finally:
        for task in (opening, stopped):
            task.cancel()
        await asyncio.wait((opening, stopped))
        await database.close()
