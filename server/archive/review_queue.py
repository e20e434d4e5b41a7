"""The works that wait for a person, handed out to several moderators: each work to one of them.

A work that is handed out is leased for a while. A moderator who goes away keeps nobody waiting.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from sqlalchemy import ColumnElement, and_, delete, exists, insert, or_, select, union_all
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from server.archive import schema
from server.archive.database import Database
from server.archive.waiting import WAITS

LEASE_SECONDS = 120
"""How long a work is one moderator's; looking at it again begins anew."""

_works, _leases = schema.works.c, schema.review_leases.c


def _now() -> int:
    return time.time_ns() // 1_000_000


class ReviewQueue:
    """The queue of one database. Every method may raise ArchiveAwayError."""

    def __init__(self, database: Database, clock: Callable[[], int] = _now) -> None:
        """`clock` gives milliseconds since 1970."""
        self._database = database
        self._clock = clock

    async def take(self, moderator: str, most: int, campaign: str = "") -> list[str]:
        """The ids of at most so many works, oldest first, which are this moderator's for a while.

        Those that are the moderator's already come first. Nobody else gets them meanwhile.
        """
        async with self._database.writing() as connection:
            now = self._clock()
            free = await self._free(connection, moderator, most, campaign, now)
            return [work for work in free if await self._lease(connection, moderator, work, now)]

    async def lease(self, moderator: str, work: str) -> bool:
        """Have one work for a while; False if it is another one's."""
        async with self._database.writing() as connection:
            return await self._lease(connection, moderator, work, self._clock())

    async def give_back(self, moderator: str, works: Sequence[str]) -> None:
        """Let others have these works."""
        mine = and_(_leases.work.in_(works), _leases.moderator == moderator)
        async with self._database.writing() as connection:
            await connection.execute(delete(schema.review_leases).where(mine))

    async def put_off(self, work: str, seconds: int) -> None:
        """Let nobody have a work for a while; it still waits, and can be found."""
        row = {"work": work, "moderator": "", "until": self._clock() + seconds * 1_000}
        table = schema.review_leases
        async with self._database.writing() as connection:
            await connection.execute(delete(table).where(_leases.work == work))
            await connection.execute(insert(table).values(row))

    async def _free(
        self, connection: AsyncConnection, moderator: str, most: int, campaign: str, now: int
    ) -> list[str]:
        """The first works that wait and are nobody else's, each reason by an index of its own."""
        others = exists().where(
            _leases.work == _works.id, _leases.until > now, _leases.moderator != moderator
        )
        mine: ColumnElement[bool] = ~others
        if campaign:
            mine = and_(mine, _works.campaign == campaign)
        reasons = [
            select(_works.completed_at, _works.id)
            .where(reason, mine)
            .order_by(_works.completed_at, _works.id)
            .limit(most)
            .subquery()
            .select()
            for reason in WAITS
        ]
        rows = await connection.execute(union_all(*reasons))
        return [work for _, work in sorted({(at, work) for at, work in rows})][:most]

    async def _lease(
        self, connection: AsyncConnection, moderator: str, work: str, now: int
    ) -> bool:
        """Lease a work unless it is another one's; of two at once, one gets it."""
        sqlite = connection.dialect.name == "sqlite"
        leases = schema.review_leases
        inserting = (sqlite_insert if sqlite else postgresql_insert)(leases)
        until = now + LEASE_SECONDS * 1_000
        row = {"work": work, "moderator": moderator, "until": until}
        upsert = inserting.values(row).on_conflict_do_update(
            index_elements=[_leases.work],
            set_={"moderator": moderator, "until": until},
            where=or_(_leases.until <= now, _leases.moderator == moderator),
        )
        return (await connection.execute(upsert)).rowcount == 1
