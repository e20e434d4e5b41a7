"""Finished works in SQL: stored once each, found by id or newest first."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Row, and_, event, exists, or_, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from server.archive import schema
from server.relay.phrase import Phrase
from server.relay.transition import Hand
from server.store.works import FinishedWork

_pack = msgspec.msgpack.Encoder().encode
_read_phrase = msgspec.msgpack.Decoder(Phrase).decode
_read_ink = msgspec.msgpack.Decoder(list[msgspec.Raw]).decode


OPEN_ATTEMPTS, OPEN_PAUSE_SECONDS = 8, 0.25
"""Several workers may make the tables at once; who comes second tries again."""


class ArchiveError(Exception):
    """The database of works cannot be used; the message says why."""


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
        moment, _, work = text.partition("-")
        if not 0 <= int(moment) < 2**63:
            raise ValueError(f"{moment} is no moment")
        return cls(int(moment), work)


class Works:
    """The archive of finished works."""

    def __init__(self, url: str) -> None:
        """A database by its SQLAlchemy URL, `sqlite+aiosqlite://` or `postgresql+asyncpg://`.

        Raises:
            ArchiveError: there is no such kind of database.
        """
        try:
            self._engine: AsyncEngine = create_async_engine(url)
        except (SQLAlchemyError, ImportError) as error:
            raise _unusable(error) from error
        if self._engine.dialect.name == "sqlite":
            event.listen(self._engine.sync_engine, "connect", _prepare_sqlite)

    async def open(self) -> None:
        """Make the tables that are missing.

        Raises:
            ArchiveError: the database cannot be reached, or is of another version.
        """
        for attempt in range(OPEN_ATTEMPTS):
            try:
                await self._make_tables()
                return
            except (SQLAlchemyError, OSError) as error:
                if attempt == OPEN_ATTEMPTS - 1:
                    raise _unusable(error) from error
                await asyncio.sleep(OPEN_PAUSE_SECONDS)

    async def _make_tables(self) -> None:
        async with self._engine.begin() as connection:
            await connection.run_sync(schema.metadata.create_all)
            await connection.run_sync(schema.works_of_phrase.create, checkfirst=True)
            found = await connection.scalar(select(schema.version.c.version))
            if found is None:
                await self._insert_new(connection, schema.version, [{"version": 1}])
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
        async with self._engine.begin() as connection:
            await self._insert_new(connection, schema.works, rows)
            await self._insert_new(connection, schema.hands, hands)

    async def find(self, work_id: str) -> tuple[str, FinishedWork] | None:
        """A work and its campaign."""
        async with self._engine.connect() as connection:
            query = select(schema.works, _reported()).where(schema.works.c.id == work_id)
            row = (await connection.execute(query)).one_or_none()
            return (row.campaign, await self._work(connection, row)) if row else None

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
        async with self._engine.connect() as connection:
            rows = (await connection.execute(query)).all()
            return [await self._work(connection, row) for row in rows]

    async def report(self, work_id: str, participant: str, why: str) -> None:
        """Hold a work back for review, because one of its hands asks so."""
        row = {
            "work": work_id,
            "participant": participant,
            "why": why,
            "reported_at": time.time_ns() // 1_000_000,
        }
        async with self._engine.begin() as connection:
            await self._insert_new(connection, schema.reports, [row])

    async def close(self) -> None:
        """Give the connections back."""
        await self._engine.dispose()

    async def _work(self, connection: AsyncConnection, row: Row[Any]) -> FinishedWork:
        query = select(schema.hands).where(schema.hands.c.work == row.id)
        hands = (await connection.execute(query.order_by(schema.hands.c.number))).all()
        return FinishedWork(
            id=row.id,
            phrase=_read_phrase(row.phrase),
            hands=[Hand(hand.participant, hand.serial) for hand in hands],
            writers=list(row.writers),
            ink=_read_ink(row.ink),
            completed_at=row.completed_at,
            held=int(row.held or row.reported),
        )

    async def _insert_new(
        self, connection: AsyncConnection, table: Any, rows: list[dict[str, Any]]
    ) -> None:
        dialect = self._engine.dialect.name
        insert_into = postgresql_insert if dialect == "postgresql" else sqlite_insert
        await connection.execute(insert_into(table).on_conflict_do_nothing(), rows)


def _unusable(error: Exception) -> ArchiveError:
    why = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return ArchiveError(f"the database of works cannot be used: {why}")


def _reported() -> Any:
    reports = schema.reports.c
    return exists().where(reports.work == schema.works.c.id).label("reported")


def _prepare_sqlite(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=10000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
