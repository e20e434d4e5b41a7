"""Finished works in SQL: stored once each, found by id or newest first."""

from __future__ import annotations

import re
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import (
    Connection,
    Row,
    and_,
    exists,
    literal,
    literal_column,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from server.archive import schema, totals
from server.archive.database import ArchiveAwayError, Database, insert_rows
from server.archive.review_state import ReviewState
from server.relay.phrase import Phrase
from server.relay.transition import Hand
from server.store.errors import ArchiveUnreachableError
from server.store.lanes import number_of
from server.store.reconciliation import Archived
from server.store.works import FinishedWork

_pack = msgspec.msgpack.Encoder().encode
_read_phrase = msgspec.msgpack.Decoder(Phrase).decode
_read_ink = msgspec.msgpack.Decoder(list[msgspec.Raw]).decode

_PUBLIC = schema.works.c.review == literal_column(str(ReviewState.PUBLIC.value))
"""A literal and no parameter: only then is the partial index of public works used."""

CURSOR = r"^([0-9]{1,18})-([A-Za-z0-9_-]{1,32})$"
"""How a cursor is written: milliseconds since 1970, which fit 64 bits, and a work's id."""

_CURSOR = re.compile(CURSOR)


@dataclass(frozen=True)
class Cursor:
    """A position in the list of works, newest first."""

    completed_at: int
    id: str

    def __str__(self) -> str:
        """The cursor as a client sends it."""
        return f"{self.completed_at}-{self.id}"

    @classmethod
    def parse(cls, text: str) -> Cursor:
        """Read what `str` wrote.

        Raises:
            ValueError: it was not written by `str`.
        """
        written = _CURSOR.fullmatch(text)
        if written is None:
            raise ValueError(f"{text!r} is no place in a list of works")
        return cls(int(written[1]), written[2])


class ArchivedWork(NamedTuple):
    """A finished work as it was found.

    Attributes:
        campaign: of the work.
        work: the work itself.
        review: who may see it; what was reported waits, whatever its own state.
    """

    campaign: str
    work: FinishedWork
    review: ReviewState


class Works:
    """The archive of finished works.

    Every method may raise ArchiveAwayError.
    """

    def __init__(self, database: Database) -> None:
        """Store works in `database`."""
        self._database = database

    async def store(self, campaign: str, works: Sequence[FinishedWork], review: ReviewState) -> int:
        """Store works, whose review begins so; a work that is stored already stays unchanged.

        Answers how many works of the last one's lane were ever stored.
        """
        return await self._database.transact(partial(_store, campaign, works, review))

    async def compare(
        self, campaign: str, lane: int, works: Sequence[str], rooms: Sequence[str]
    ) -> Archived:
        """What is stored of a lane, and of these works and rooms.

        Raises:
            ArchiveUnreachableError: the database cannot be asked now.
        """
        try:
            async with self._database.snapshot() as connection:
                run = connection.run_sync
                stored = await run(totals.of_lane, campaign, lane)
                serial, lanes = await run(totals.of_campaign, campaign)
                known = await run(totals.known_works, works)
                finished = await _hands_of(connection, await run(totals.known_works, rooms))
        except ArchiveAwayError as error:
            raise ArchiveUnreachableError(str(error)) from error
        return Archived(
            stored.relays, stored.participants, serial, lanes, frozenset(known), finished
        )

    async def find(self, work_id: str) -> ArchivedWork | None:
        """A work, also one that is not public."""
        return (await self.find_all([work_id])).get(work_id)

    async def find_all(self, ids: Collection[str]) -> dict[str, ArchivedWork]:
        """Those of these works that are stored."""
        found: dict[str, ArchivedWork] = {}
        async with self._database.reading() as connection:
            for some in totals.batches(list(ids)):
                query = select(schema.works, _reported()).where(schema.works.c.id.in_(some))
                rows = (await connection.execute(query)).all()
                works = await with_hands(connection, rows)
                found |= {
                    row.id: archived(row.campaign, work, ReviewState(row.review))
                    for row, work in zip(rows, works, strict=True)
                }
        return found

    async def states(self, ids: Collection[str]) -> dict[str, ReviewState]:
        """The review state of those of these works that are stored or reported."""
        found: dict[str, ReviewState] = {}
        works, reports = schema.works.c, schema.reports.c
        reported = literal(ReviewState.UNJUDGED.value)
        async with self._database.reading() as connection:
            for some in totals.batches(list(ids)):
                stored = select(works.id, works.review, works.held).where(works.id.in_(some))
                told = select(reports.work, reported, true()).where(reports.work.in_(some))
                for work, review, held in await connection.execute(union_all(stored, told)):
                    if held or work not in found:
                        found[work] = ReviewState.WAITING if held else ReviewState(review)
        return found

    async def newest(
        self,
        campaign: str,
        limit: int,
        before: Cursor | None = None,
        phrase: Phrase | None = None,
    ) -> list[FinishedWork]:
        """Public works of a campaign (that write `phrase`), newest first."""
        works = schema.works.c
        query = (
            select(schema.works, _reported())
            .where(works.campaign == campaign, _PUBLIC, ~works.held, ~_reported())
            .order_by(works.completed_at.desc(), works.id.desc())
            .limit(limit)
        )
        if phrase is not None:
            query = query.where(works.phrase == _pack(phrase))
        if before is not None:
            # The first condition alone says where an index begins.
            query = query.where(
                works.completed_at <= before.completed_at,
                or_(
                    works.completed_at < before.completed_at,
                    and_(works.completed_at == before.completed_at, works.id < before.id),
                ),
            )
        async with self._database.reading() as connection:
            return await with_hands(connection, (await connection.execute(query)).all())

    async def report(self, work_id: str, participant: str, why: str) -> None:
        """Hold a work back for review, at the request of one of its writers."""
        row = {
            "work": work_id,
            "participant": participant,
            "why": why,
            "reported_at": time.time_ns() // 1_000_000,
        }
        async with self._database.writing() as connection:
            await connection.run_sync(insert_rows, schema.reports, [row])


def _store(
    campaign: str, works: Sequence[FinishedWork], review: ReviewState, connection: Connection
) -> int:
    totals.lock(connection, campaign, works)
    known = totals.known_works(connection, [work.id for work in works])
    new = {work.id: work for work in works if work.id not in known}
    _insert(connection, campaign, list(new.values()), review)
    totals.add(connection, campaign, new.values())
    return totals.of_lane(connection, campaign, number_of(works[-1].id)).relays


def _insert(
    connection: Connection,
    campaign: str,
    works: list[FinishedWork],
    review: ReviewState,
) -> None:
    rows = [
        {
            "id": work.id,
            "campaign": campaign,
            "phrase": _pack(work.phrase),
            "writers": bytes(work.writers),
            "ink": _pack(work.ink),
            "completed_at": work.completed_at,
            "held": bool(work.held),
            "review": review.value,
            "verdicts": None,
        }
        for work in works
    ]
    hands = [
        {
            "work": work.id,
            "number": number,
            "participant": hand.participant,
            "serial": hand.serial,
        }
        for work in works
        for number, hand in enumerate(work.hands)
    ]
    insert_rows(connection, schema.works, rows)
    insert_rows(connection, schema.hands, hands)


def archived(campaign: str, work: FinishedWork, review: ReviewState) -> ArchivedWork:
    """The work; it waits if it was reported, unless it is removed."""
    waits = work.held and review is not ReviewState.REMOVED
    return ArchivedWork(campaign, work, ReviewState.WAITING if waits else review)


async def with_hands(connection: AsyncConnection, rows: Sequence[Row[Any]]) -> list[FinishedWork]:
    """The works of these rows, in the same order; the hands of all are read in one query."""
    if not rows:
        return []
    hands = await _hands_of(connection, [row.id for row in rows])
    return [
        FinishedWork(
            id=row.id,
            phrase=_read_phrase(row.phrase),
            hands=hands[row.id],
            writers=list(row.writers),
            ink=_read_ink(row.ink),
            completed_at=row.completed_at,
            held=int(row.held or row.reported),
        )
        for row in rows
    ]


async def _hands_of(connection: AsyncConnection, ids: Collection[str]) -> dict[str, list[Hand]]:
    """The hands of these works, in their order."""
    hands: dict[str, list[Hand]] = {work: [] for work in ids}
    columns = schema.hands.c
    for some in totals.batches(list(ids)):
        query = select(schema.hands).where(columns.work.in_(some))
        for hand in await connection.execute(query.order_by(columns.work, columns.number)):
            hands[hand.work].append(Hand(hand.participant, hand.serial))
    return hands


def _reported() -> Any:
    reports = schema.reports.c
    return exists().where(reports.work == schema.works.c.id).label("reported")
