"""Every public work by its place in time, for the sitemap."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

from sqlalchemy import exists, func, literal_column, select

from server.archive import schema
from server.archive.database import Database
from server.archive.review_state import ReviewState

_works = schema.works.c
_PUBLIC = (
    _works.review == literal_column(str(ReviewState.PUBLIC.value)),
    ~_works.held,
    ~exists().where(schema.reports.c.work == _works.id),
)
"""The first of them is written out, so that the index of public works is used."""


class ListedWork(NamedTuple):
    """A public work.

    Attributes:
        id: of the work.
        completed_at: milliseconds since 1970.
    """

    id: str
    completed_at: int


class PublicList:
    """The public works of one database, oldest first. Its methods may raise ArchiveAwayError."""

    def __init__(self, database: Database) -> None:
        """Read from `database`."""
        self._database = database

    async def counts(self, campaigns: Collection[str]) -> dict[str, int]:
        """How many public works each of these campaigns has."""
        query: Any = (
            select(_works.campaign, func.count())
            .where(_works.campaign.in_(campaigns), *_PUBLIC)
            .group_by(_works.campaign)
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(query)).all()
        return {campaign: int(count) for campaign, count in rows}

    async def some(self, campaign: str, first: int, most: int) -> list[ListedWork]:
        """At most `most` works of a campaign, from number `first` on; 0 is the oldest one."""
        query = (
            select(_works.id, _works.completed_at)
            .where(_works.campaign == campaign, *_PUBLIC)
            .order_by(_works.completed_at, _works.id)
            .offset(first)
            .limit(most)
        )
        async with self._database.reading() as connection:
            return [ListedWork(*row) for row in await connection.execute(query)]
