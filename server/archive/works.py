"""Finished works in SQL: stored once each, found by id or newest first."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Row, and_, event, exists, or_, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from server.archive import schema
from server.archive.database import ArchiveError, first_line, known_options, make_engine
from server.relay.phrase import Phrase
from server.relay.transition import Hand
from server.store.works import FinishedWork

_pack = msgspec.msgpack.Encoder().encode
_read_phrase = msgspec.msgpack.Decoder(Phrase).decode
_read_ink = msgspec.msgpack.Decoder(list[msgspec.Raw]).decode


OPEN_ATTEMPTS, OPEN_PAUSE_SECONDS = 8, 0.25
"""Several workers may make the tables at once; who comes second tries again."""

READ_SECONDS = 5.0
"""The longest that a reader waits, for a turn and for the answer."""

WRITE_SECONDS = 15.0
"""The longest that a transaction may take."""

BUSY_SECONDS = 10
"""The longest that SQLite waits for another writer. Nothing can end this wait before."""

READERS = 8
"""How many read at once; the engine has connections beyond that for those who write."""

_CURSOR = re.compile(r"([0-9]{1,19})-([A-Za-z0-9_-]{1,32})")


class ArchiveAwayError(ArchiveError):
    """The database of works did not do what was asked, or not in time; try again later."""


@dataclass(frozen=True)
class Cursor:
    """A place in the list of works, newest first."""

    completed_at: int
    id: str

    def __str__(self) -> str:
        """What a client sends to go on from here."""
        return f"{self.completed_at}-{self.id}"

    @classmethod
    def parse(cls, text: str) -> Cursor:
        """Read what `str` wrote.

        Raises:
            ValueError: it was not written by `str`.
        """
        written = _CURSOR.fullmatch(text)
        if written is None or int(written[1]) >= 2**63:
            raise ValueError(f"{text!r} is no place in a list of works")
        return cls(int(written[1]), written[2])


class Works:
    """The archive of finished works.

    Whatever asks the database may raise ArchiveAwayError.
    """

    def __init__(self, url: str) -> None:
        """A database by its SQLAlchemy URL, `sqlite+aiosqlite://` or `postgresql+asyncpg://`.

        Raises:
            ArchiveError: the URL names no database that can be used.
        """
        self._engine = make_engine(url)
        if self._engine.dialect.name == "sqlite":
            event.listen(self._engine.sync_engine, "connect", _prepare_sqlite)
        self._readers = asyncio.Semaphore(READERS)

    async def open(self) -> None:
        """Make the tables that are missing.

        Raises:
            ArchiveError: the database cannot be reached, or is of another version.
        """
        for attempt in range(OPEN_ATTEMPTS):
            try:
                with known_options():
                    await self._make_tables()
                return
            except ArchiveAwayError:
                if attempt == OPEN_ATTEMPTS - 1:
                    raise
                await asyncio.sleep(OPEN_PAUSE_SECONDS)

    async def _make_tables(self) -> None:
        async with self._writing() as connection:
            await connection.run_sync(schema.metadata.create_all)
            await connection.run_sync(schema.works_of_phrase.create, checkfirst=True)
            found = await connection.scalar(select(schema.version.c.version))
            if found is None:
                await self._insert_new(connection, schema.version, [{"version": schema.VERSION}])
            elif found != schema.VERSION:
                raise ArchiveError(f"the database has version {found}, not {schema.VERSION}")

    async def store(self, campaign: str, works: list[FinishedWork]) -> None:
        """Store works; those that are stored already stay as they are."""
        rows = [
            {
                "id": work.id,
                "campaign": campaign,
                "phrase": _pack(work.phrase),
                "writers": bytes(work.writers),
                "ink": _pack(work.ink),
                "completed_at": work.completed_at,
                "held": bool(work.held),
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
        async with self._writing() as connection:
            await self._insert_new(connection, schema.works, rows)
            await self._insert_new(connection, schema.hands, hands)

    async def find(self, work_id: str) -> tuple[str, FinishedWork] | None:
        """A work and its campaign."""
        query = select(schema.works, _reported()).where(schema.works.c.id == work_id)
        async with self._reading() as connection:
            rows = (await connection.execute(query)).all()
            works = await _with_hands(connection, rows)
        return (rows[0].campaign, works[0]) if works else None

    async def newest(
        self,
        campaign: str,
        limit: int,
        before: Cursor | None = None,
        phrase: Phrase | None = None,
    ) -> list[FinishedWork]:
        """Works of a campaign (that write `phrase`) that are not held back, newest first."""
        works = schema.works.c
        query = (
            select(schema.works, _reported())
            .where(works.campaign == campaign, ~works.held, ~_reported())
            .order_by(works.completed_at.desc(), works.id.desc())
            .limit(limit)
        )
        if phrase is not None:
            query = query.where(works.phrase == _pack(phrase))
        if before is not None:
            query = query.where(
                or_(
                    works.completed_at < before.completed_at,
                    and_(works.completed_at == before.completed_at, works.id < before.id),
                )
            )
        async with self._reading() as connection:
            return await _with_hands(connection, (await connection.execute(query)).all())

    async def report(self, work_id: str, participant: str, why: str) -> None:
        """Hold a work back for review, because one of its hands asks so."""
        row = {
            "work": work_id,
            "participant": participant,
            "why": why,
            "reported_at": time.time_ns() // 1_000_000,
        }
        async with self._writing() as connection:
            await self._insert_new(connection, schema.reports, [row])

    async def close(self) -> None:
        """Give the connections back."""
        await self._engine.dispose()

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[AsyncConnection]:
        async with _in_time(READ_SECONDS), self._readers, self._engine.connect() as connection:
            yield connection

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[AsyncConnection]:
        async with _in_time(WRITE_SECONDS), self._engine.begin() as connection:
            yield connection

    async def _insert_new(
        self, connection: AsyncConnection, table: Any, rows: list[dict[str, Any]]
    ) -> None:
        dialect = self._engine.dialect.name
        insert_into = postgresql_insert if dialect == "postgresql" else sqlite_insert
        await connection.execute(insert_into(table).on_conflict_do_nothing(), rows)


async def _with_hands(connection: AsyncConnection, rows: Sequence[Row[Any]]) -> list[FinishedWork]:
    """The works of these rows, in their order, with the hands of all of them read at once."""
    if not rows:
        return []
    columns = schema.hands.c
    query = select(schema.hands).where(columns.work.in_([row.id for row in rows]))
    hands: dict[str, list[Hand]] = {row.id: [] for row in rows}
    for hand in await connection.execute(query.order_by(columns.work, columns.number)):
        hands[hand.work].append(Hand(hand.participant, hand.serial))
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


@asynccontextmanager
async def _in_time(seconds: float) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(seconds):
            yield
    except (SQLAlchemyError, OSError) as error:
        raise ArchiveAwayError(_why(error)) from error


def _why(error: Exception) -> str:
    return f"the database of works cannot be used: {first_line(error)}"


def _reported() -> Any:
    reports = schema.reports.c
    return exists().where(reports.work == schema.works.c.id).label("reported")


def _prepare_sqlite(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    busy = f"busy_timeout={BUSY_SECONDS * 1_000}"
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", busy):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
