"""Removes works that are older than their campaign wants; what was counted stays counted."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import structlog
from sqlalchemy import Select, exists, select, update

from server.archive import schema
from server.archive.database import ArchiveAwayError, Database
from server.archive.decisions import NO_REPORTS, UNDO_MS
from server.archive.picture_files import forget
from server.archive.review import Review
from server.archive.waiting import SHOWN, Shown

log = structlog.get_logger()

DAY_MS = 86_400_000

BATCH = 200
"""Works of one transaction: SQLite is locked for some milliseconds."""

LOOK_SECONDS = 3_600.0
"""Between looks. Each process begins at a moment of its own."""


class Retention:
    """Old works of one database."""

    def __init__(self, database: Database, pictures: Path) -> None:
        """`pictures` is the folder of this machine's pictures of works."""
        self._database = database
        self._review = Review(database)
        self._pictures = pictures

    async def run(self, days: Callable[[], Mapping[str, int]]) -> None:
        """Remove old works from time to time, until cancelled; `days` by campaign, at a look."""
        while True:
            await asyncio.sleep(LOOK_SECONDS * random.uniform(0.5, 1.5))
            try:
                await self.finish_decisions()
                for campaign, most in days().items():
                    if removed := await self.remove_old(campaign, most):
                        log.info("old works were removed", campaign=campaign, works=removed)
            except ArchiveAwayError as error:
                log.debug("works wait to be removed", error=str(error))

    async def remove_old(self, campaign: str, days: int) -> int:
        """Remove the works of a campaign that are older than so many days; how many.

        Raises:
            ArchiveAwayError: the database cannot be used now.
        """
        works = schema.works.c
        before = time.time_ns() // 1_000_000 - days * DAY_MS
        query = (
            select(works.id)
            .where(works.campaign == campaign, works.completed_at < before)
            .order_by(works.completed_at, works.id)
            .limit(BATCH)
        )
        return await self._remove_all(query)

    async def finish_decisions(self) -> int:
        """Remove for good what moderators removed and cannot get back any more; how many works.

        Who reported the works of their decisions is forgotten, too.

        Raises:
            ArchiveAwayError: the database cannot be used now.
        """
        works, decisions = schema.works.c, schema.decisions
        since = time.time_ns() // 1_000_000 - UNDO_MS
        lately = exists().where(decisions.c.work == works.id, decisions.c.decided_at > since)
        query = select(works.id).where(SHOWN[Shown.REMOVED], ~lately).limit(BATCH)
        old = update(decisions).where(
            decisions.c.decided_at <= since, decisions.c.reports != NO_REPORTS
        )
        async with self._database.writing() as connection:
            await connection.execute(old.values(reports=NO_REPORTS))
        return await self._remove_all(query)

    async def _remove_all(self, some: Select[tuple[str]]) -> int:
        """Remove what a query finds, until it finds nothing; how many works."""
        removed = 0
        while works := await self._ids(some):
            removed += len(await self._review.remove(works))
            await asyncio.to_thread(self._forget_pictures, works)
        return removed

    async def _ids(self, query: Select[tuple[str]]) -> list[str]:
        async with self._database.reading() as connection:
            return list(await connection.scalars(query))

    def _forget_pictures(self, works: list[str]) -> None:
        for work in works:
            forget(self._pictures, work)
