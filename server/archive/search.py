"""Finds works by what they are: for an export, and for those who review them."""

from __future__ import annotations

import heapq
from collections.abc import AsyncIterator
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.archive import schema
from server.archive.database import Database
from server.archive.review_state import ReviewState
from server.archive.waiting import SHOWN, Shown, reported
from server.archive.works import ArchivedWork, Cursor, archived, with_hands
from server.relay.phrase import Phrase

_works = schema.works.c
_read_phrase = msgspec.msgpack.Decoder(Phrase).decode

MOST_PHRASES = 2_000
"""Of a campaign, among which a text is looked for."""

MOST_MATCHES = 50
"""Phrases with the text that are looked into."""

PAGE = 500


class Wanted(NamedTuple):
    """What works are looked for; every condition holds.

    Attributes:
        campaign: its id; "" for all.
        shown: who may see them.
        since, until: completed from the first moment on, before the second; ms since 1970.
        text: in the phrase; "" for any.
        serial: of one of the hands; None for any.
        id: of the work; "" for any.
    """

    campaign: str = ""
    shown: Shown = Shown.ALL
    since: int | None = None
    until: int | None = None
    text: str = ""
    serial: int | None = None
    id: str = ""


class WorkSearch:
    """The search in one database. Every method may raise ArchiveAwayError."""

    def __init__(self, database: Database) -> None:
        """Look into `database`."""
        self._database = database

    async def page(
        self, wanted: Wanted, limit: int, before: Cursor | None = None
    ) -> list[ArchivedWork]:
        """At most so many of these works, newest first, from behind a place in the list."""
        query = _query(wanted, limit, before)
        async with self._database.reading() as connection:
            if not wanted.text:
                rows = list((await connection.execute(query)).all())
            else:
                rows = []
                for phrase in await _phrases(connection, wanted):
                    of_phrase = query.where(_works.phrase == phrase)
                    rows += (await connection.execute(of_phrase)).all()
                rows = heapq.nlargest(limit, rows, key=lambda row: (row.completed_at, row.id))
            works = await with_hands(connection, rows)
        return [
            archived(row.campaign, work, ReviewState(row.review))
            for row, work in zip(rows, works, strict=True)
        ]

    async def all(self, wanted: Wanted) -> AsyncIterator[ArchivedWork]:
        """All these works, newest first; a page of them is in memory at a time."""
        before: Cursor | None = None
        while page := await self.page(wanted, PAGE, before):
            for found in page:
                yield found
            last = page[-1].work
            before = Cursor(last.completed_at, last.id)

    async def count(self, wanted: Wanted) -> int:
        """How many works there are; counting a million takes a second."""
        counted = select(func.count()).select_from(schema.works)
        async with self._database.snapshot() as connection:
            if not wanted.text:
                return int(await connection.scalar(counted.where(*_conditions(wanted))) or 0)
            total = 0
            for phrase in await _phrases(connection, wanted):
                query = counted.where(*_conditions(wanted), _works.phrase == phrase)
                total += int(await connection.scalar(query) or 0)
            return total


def _query(wanted: Wanted, limit: int, before: Cursor | None) -> Select[Any]:
    query = select(schema.works, reported.label("reported")).where(*_conditions(wanted))
    if before is not None:
        behind = and_(_works.completed_at == before.completed_at, _works.id < before.id)
        # The first condition alone says where an index begins.
        query = query.where(
            _works.completed_at <= before.completed_at,
            or_(_works.completed_at < before.completed_at, behind),
        )
    return query.order_by(_works.completed_at.desc(), _works.id.desc()).limit(limit)


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions = [SHOWN[wanted.shown]]
    if wanted.campaign:
        conditions.append(_works.campaign == wanted.campaign)
    if wanted.since is not None:
        conditions.append(_works.completed_at >= wanted.since)
    if wanted.until is not None:
        conditions.append(_works.completed_at < wanted.until)
    if wanted.id:
        conditions.append(_works.id == wanted.id)
    if wanted.serial is not None:
        hands = schema.hands.c
        conditions.append(_works.id.in_(select(hands.work).where(hands.serial == wanted.serial)))
    return conditions


async def _phrases(connection: AsyncConnection, wanted: Wanted) -> list[bytes]:
    """The stored phrases with the text, each found with one step into the index of phrases."""
    campaigns = [wanted.campaign] if wanted.campaign else await _campaigns(connection)
    found: dict[bytes, None] = {}
    for campaign in campaigns:
        query = select(_works.phrase).where(_works.campaign == campaign)
        query = query.order_by(_works.phrase).limit(1)
        phrase = await connection.scalar(query)
        for _ in range(MOST_PHRASES):
            if phrase is None or len(found) == MOST_MATCHES:
                break
            if wanted.text.casefold() in _read_phrase(phrase).text.casefold():
                found[phrase] = None
            phrase = await connection.scalar(query.where(_works.phrase > phrase))
    return list(found)


async def _campaigns(connection: AsyncConnection) -> list[str]:
    columns = schema.lane_totals.c
    return list(await connection.scalars(select(columns.campaign).distinct()))
