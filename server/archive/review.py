"""A person's review of works: those that wait are listed, released, held, refused or removed."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Select, delete, func, literal_column, select, union, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.archive import confirmed_reports, schema
from server.archive.database import Database
from server.archive.review_state import ReviewState
from server.archive.waiting import WAITS
from server.plausible.verdict import Judgement
from server.relay.ink import Stroke
from server.relay.phrase import Phrase

_read_phrase = msgspec.msgpack.Decoder(Phrase).decode
_read_ink = msgspec.msgpack.Decoder(list[list[Stroke]]).decode
_read_judgements = msgspec.msgpack.Decoder(list[Judgement]).decode


class HeldWork(NamedTuple):
    """A work that is not public before a person has looked at it.

    Attributes:
        id: of the work.
        campaign: of the work.
        phrase: of the work.
        ink: the strokes of each character.
        completed_at: milliseconds since 1970.
        reported: whether one of its writers reported it, or the other during the relay.
        reasons: why they reported the finished work.
        judgements: what the check found of each character; none when it has not looked at it.
    """

    id: str
    campaign: str
    phrase: Phrase
    ink: list[list[Stroke]]
    completed_at: int
    reported: bool
    reasons: list[str]
    judgements: list[Judgement]


class Review:
    """The review of one database. Every method may raise ArchiveAwayError."""

    def __init__(self, database: Database) -> None:
        """Review the works of `database`."""
        self._database = database

    async def held(self, most: int) -> list[HeldWork]:
        """The works that wait for review, oldest first."""
        works = schema.works.c
        first = [
            select(works.id, works.completed_at)
            .where(reason)
            .order_by(works.completed_at, works.id)
            .limit(most)
            .subquery()
            .select()
            for reason in WAITS
        ]
        ids = select(union(*first).subquery().c.id)
        query = (
            select(schema.works)
            .where(works.id.in_(ids))
            .order_by(works.completed_at, works.id)
            .limit(most)
        )
        return await self._read(query)

    async def look(self, ids: Sequence[str]) -> list[HeldWork]:
        """These works, as far as they are there, whether or not they wait."""
        works = schema.works.c
        return await self._read(select(schema.works).where(works.id.in_(ids)))

    async def _read(self, query: Select[Any]) -> list[HeldWork]:
        reports = schema.reports.c
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
                bool(row.held or reasons[row.id]),
                reasons[row.id],
                _read_judgements(row.verdicts) if row.verdicts else [],
            )
            for row in rows
        ]

    async def waiting(self) -> int:
        """How many works wait."""
        ids = [select(schema.works.c.id).where(reason) for reason in WAITS]
        query = select(func.count()).select_from(union(*ids).subquery())
        async with self._database.reading() as connection:
            return int(await connection.scalar(query) or 0)

    async def unjudged(self) -> int:
        """How many works the check has not looked at yet."""
        unjudged = schema.works.c.review == literal_column(str(ReviewState.UNJUDGED.value))
        query = select(func.count()).select_from(schema.works).where(unjudged)
        async with self._database.reading() as connection:
            return int(await connection.scalar(query) or 0)

    async def release(self, ids: Sequence[str]) -> list[str]:
        """Make these works public, reported or not; the ids that were found."""
        return await self._decide(ids, ReviewState.PUBLIC)

    async def hold(self, ids: Sequence[str]) -> list[str]:
        """Take these works back until they are released; the ids that were found."""
        return await self._decide(ids, ReviewState.WAITING)

    async def refuse(self, ids: Sequence[str]) -> list[str]:
        """Leave these works to those who wrote them, and confirm reports; the ids found."""
        return await self._decide(ids, ReviewState.PRIVATE)

    async def remove(self, ids: Sequence[str]) -> list[str]:
        """Remove these works for good, reported or not, and confirm reports; the ids found.

        Counters and serial numbers stay as they are.
        """
        hands = schema.hands
        done: list[str] = []
        now = time.time_ns() // 1_000_000
        async with self._database.writing() as connection:
            for work in ids:
                await confirmed_reports.confirm(connection, work, now)
                await connection.execute(delete(hands).where(hands.c.work == work))
                if await _settled(connection, work, delete(schema.works)):
                    done.append(work)
        return done

    async def _decide(self, ids: Sequence[str], review: ReviewState) -> list[str]:
        decided = update(schema.works).values(held=False, review=review.value)
        done = []
        now = time.time_ns() // 1_000_000
        async with self._database.writing() as connection:
            for work in ids:
                if review is ReviewState.PRIVATE:
                    await confirmed_reports.confirm(connection, work, now)
                else:
                    await confirmed_reports.withdraw(connection, work)
                if await _settled(connection, work, decided):
                    done.append(work)
        return done


async def _settled(connection: AsyncConnection, work: str, change: Any) -> bool:
    """Drop the reports and the lease of a work and change it; False if it was not found."""
    for table in (schema.reports, schema.review_leases):
        await connection.execute(delete(table).where(table.c.work == work))
    result = await connection.execute(change.where(schema.works.c.id == work))
    return bool(result.rowcount)
