"""Reviews reported works: lists them for an operator, releases them or removes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import delete, func, or_, select, update

from server.archive import schema
from server.archive.database import Database
from server.relay.ink import Stroke
from server.relay.phrase import Phrase

_waits = or_(schema.works.c.held, schema.works.c.id.in_(select(schema.reports.c.work)))

_read_phrase = msgspec.msgpack.Decoder(Phrase).decode
_read_ink = msgspec.msgpack.Decoder(list[list[Stroke]]).decode


class HeldWork(NamedTuple):
    """A work that no page shows before it is reviewed.

    Attributes:
        id: of the work.
        campaign: of the work.
        phrase: of the work.
        ink: the strokes of each character.
        completed_at: milliseconds since 1970.
        reasons: why its writers reported the finished work; none when one of them reported the
            other during the relay.
    """

    id: str
    campaign: str
    phrase: Phrase
    ink: list[list[Stroke]]
    completed_at: int
    reasons: list[str]


class Review:
    """The review of one database. Every method may raise ArchiveAwayError."""

    def __init__(self, database: Database) -> None:
        """Review the works of `database`."""
        self._database = database

    async def held(self, most: int) -> list[HeldWork]:
        """The works that wait for review, oldest first."""
        works, reports = schema.works.c, schema.reports.c
        query = (
            select(schema.works).where(_waits).order_by(works.completed_at, works.id).limit(most)
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(query)).all()
            reasons: dict[str, list[str]] = {row.id: [] for row in rows}
            told = select(reports.work, reports.why).where(reports.work.in_(reasons))
            for work, why in await connection.execute(told.order_by(reports.reported_at)):
                reasons[work].append(why)
        return [
            HeldWork(
                row.id,
                row.campaign,
                _read_phrase(row.phrase),
                _read_ink(row.ink),
                row.completed_at,
                reasons[row.id],
            )
            for row in rows
        ]

    async def waiting(self) -> int:
        """How many works wait."""
        query = select(func.count()).select_from(schema.works).where(_waits)
        async with self._database.reading() as connection:
            return int(await connection.scalar(query) or 0)

    async def release(self, ids: Sequence[str]) -> list[str]:
        """Show these works again; the ids that were found."""
        return await self._with_each(ids, removed=False)

    async def remove(self, ids: Sequence[str]) -> list[str]:
        """Remove these works for good, reported or not; the ids that were found.

        Counters and serial numbers stay as they are.
        """
        return await self._with_each(ids, removed=True)

    async def _with_each(self, ids: Sequence[str], *, removed: bool) -> list[str]:
        works, hands, reports = schema.works, schema.hands, schema.reports
        done: list[str] = []
        async with self._database.writing() as connection:
            for work in ids:
                await connection.execute(delete(reports).where(reports.c.work == work))
                if removed:
                    await connection.execute(delete(hands).where(hands.c.work == work))
                    result = await connection.execute(delete(works).where(works.c.id == work))
                else:
                    shown = update(works).where(works.c.id == work).values(held=False)
                    result = await connection.execute(shown)
                if result.rowcount:
                    done.append(work)
        return done
