"""How many finished works wait for the check of their characters, and for how long."""

from __future__ import annotations

import asyncio
import time

import structlog
from sqlalchemy import func, literal_column, select

from server.archive import schema
from server.archive.database import ArchiveAwayError, Database
from server.archive.review_state import ReviewState

log = structlog.get_logger()

READ_SECONDS = 10.0

_UNJUDGED = schema.works.c.review == literal_column(str(ReviewState.UNJUDGED.value))
"""A literal and no parameter: only then is the partial index used."""


class Backlog:
    """The works that the check has not looked at yet; the last figures stay in an outage.

    Attributes:
        works: how many.
    """

    def __init__(self, database: Database) -> None:
        """Those in `database`."""
        self._database = database
        self._oldest: int | None = None
        self.works = 0

    @property
    def age_seconds(self) -> float:
        """How long ago the oldest of them was finished; 0 without any."""
        return 0.0 if self._oldest is None else max(0.0, time.time() - self._oldest / 1_000)

    async def run(self) -> None:
        """Look again and again, for as long as the worker lives."""
        while True:
            try:
                await self.read()
            except ArchiveAwayError as error:
                log.debug("the backlog of the check cannot be read", error=str(error))
            await asyncio.sleep(READ_SECONDS)

    async def read(self) -> None:
        """Look once.

        Raises:
            ArchiveAwayError: the database cannot be read now.
        """
        query = select(func.count(), func.min(schema.works.c.completed_at)).where(_UNJUDGED)
        async with self._database.reading() as connection:
            self.works, self._oldest = (await connection.execute(query)).one()
