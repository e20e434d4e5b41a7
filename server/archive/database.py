"""The database that `JIELONG_DATABASE_URL` names; a wrong URL is one line that says what to do."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, event
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from server.archive import migration
from server.archive.outage import Outages, Use
from server.archive.remedies import missing_columns, remedy
from server.archive.writer_thread import Result, WriterThread
from server.extras import install

OPEN_ATTEMPTS, OPEN_PAUSE_SECONDS = 8, 0.25
"""SQLite refuses a process that waits for another one's migration for too long; it tries again."""

MIGRATE_SECONDS = 3_600.0
"""The longest that a migration may take, or wait for another process's."""

SNAPSHOT_SECONDS = 30.0
"""The longest that a comparison of a whole lane may take."""

READ_SECONDS = 5.0
"""The longest that a reader waits, for a turn and for the answer."""

WRITE_SECONDS = 15.0
"""The longest that a transaction may take."""

BUSY_SECONDS = 10
"""The longest that SQLite waits for another writer. Nothing can end this wait before."""

ROWS_AT_ONCE = 500
"""In one statement of SQLite; it takes 32,766 values (3.32 and later)."""

READERS = 8
"""How many read at once; the engine has connections beyond that for those who write."""

THREAD_SECONDS = 1.0
"""The longest that a thread of a failed connection is waited for."""

_IN_MEMORY = (None, "", ":memory:")
"""Names of databases of SQLite that only one connection sees."""

_THREAD = "_connection_worker_thread"
"""In the name of every thread of aiosqlite."""

_WRITE = "write postgresql+asyncpg://user:password@host/name, or nothing for SQLite"


class ArchiveError(Exception):
    """The database of works cannot be used; the message says why."""


class ArchiveAwayError(ArchiveError):
    """The database of works did not answer in time, or refused; try again later."""


class Database:
    """Connections to read and to write, each with a time limit.

    Every use of one may raise ArchiveAwayError.

    Attributes:
        outages: what it cannot be used for now; the log says so once.
    """

    def __init__(self, url: str) -> None:
        """By its SQLAlchemy URL, `sqlite+aiosqlite://` or `postgresql+asyncpg://`.

        Raises:
            ArchiveError: the URL names no database that can be used.
        """
        self._engine = make_engine(url)
        self._writer: WriterThread | None = None
        if self._engine.dialect.name == "sqlite":
            event.listen(self._engine.sync_engine, "connect", _prepare_sqlite)
            if self._engine.url.database not in _IN_MEMORY:
                self._writer = WriterThread(self._engine.url, _prepare_sqlite)
        self._readers = asyncio.Semaphore(READERS)
        self.outages = Outages()

    async def open(self, *, anew: bool = True) -> None:
        """Bring the tables to this version's form; create SQLite's file, unless `anew` is False.

        Raises:
            ArchiveError: the database cannot be reached, or a later version has made its tables.
        """
        if not anew:
            must_be_there(self._engine)
        for attempt in range(OPEN_ATTEMPTS):
            try:
                with known_options():
                    await self._migrate()
                return
            except ArchiveAwayError as error:
                if attempt == OPEN_ATTEMPTS - 1:
                    await _end_of_connecting()
                    what_to_do = remedy(self._engine.url, str(error))
                    raise ArchiveAwayError(
                        "; ".join(filter(None, (str(error), what_to_do)))
                    ) from error
                await asyncio.sleep(OPEN_PAUSE_SECONDS)

    async def close(self) -> None:
        """Close the connections."""
        if self._writer is not None:
            await self._writer.close()
        await self._engine.dispose()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection to read with; few are open at a time."""
        async with self._in_time(Use.READ, READ_SECONDS), self._reader() as connection:
            yield connection

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[AsyncConnection]:
        """A connection whose statements all see the same moment."""
        async with (
            self._in_time(Use.READ, SNAPSHOT_SECONDS),
            self._engine.connect() as connection,
        ):
            if self._engine.dialect.name == "postgresql":
                await connection.execution_options(isolation_level="REPEATABLE READ")
            else:
                await connection.exec_driver_sql("BEGIN")
            yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """A connection within a transaction, which is committed at the end."""
        async with self._in_time(Use.WRITE, WRITE_SECONDS), self._engine.begin() as connection:
            yield connection

    async def transact(self, do: Callable[[Connection], Result]) -> Result:
        """Run `do` within a transaction, which is committed at the end. It must not await.

        With SQLite all of it runs in one thread: aiosqlite goes to its thread and back up to four
        times for each statement, which costs more than the statement.
        """
        async with self._in_time(Use.WRITE, WRITE_SECONDS):
            if self._writer is not None:
                return await self._writer.transact(do)
            async with self._engine.begin() as connection:
                return await connection.run_sync(do)

    async def _migrate(self) -> None:
        """Bring the tables to the form of this version, once another process has done its part."""
        try:
            async with self.reading() as connection:
                current = await connection.run_sync(migration.is_current)
            if not current:
                async with self._migrating() as connection:
                    await connection.run_sync(migration.migrate)
        except migration.UnknownRevisionError as error:
            raise ArchiveError(
                f"the database of works has revision {error.revision}, which this jielong does not "
                "know: start the jielong that made it, or name another database with "
                "JIELONG_DATABASE_URL"
            ) from error
        async with self.reading() as connection:
            if missing := await connection.run_sync(missing_columns):
                raise ArchiveError(
                    f"the database of works lacks columns; add them: {'; '.join(missing)}"
                )

    @asynccontextmanager
    async def _migrating(self) -> AsyncIterator[AsyncConnection]:
        async with self._in_time(Use.WRITE, MIGRATE_SECONDS), self._engine.begin() as connection:
            yield connection

    @asynccontextmanager
    async def _reader(self) -> AsyncIterator[AsyncConnection]:
        async with self._readers, self._engine.connect() as connection:
            yield connection

    @asynccontextmanager
    async def _in_time(self, use: Use, seconds: float) -> AsyncIterator[None]:
        """Turn what the driver raises, and a use that takes too long, into ArchiveAwayError."""
        try:
            async with asyncio.timeout(seconds):
                yield
        except (SQLAlchemyError, OSError, sqlite3.Error) as error:
            # SQLAlchemy leaves what goes wrong while a connection is prepared as it is.
            late = f"it did not answer within {seconds:.0f} s"
            why = late if isinstance(error, TimeoutError) else first_line(error)
            if not isinstance(error, IntegrityError):  # that is an answer
                self.outages.failed(use, why, remedy(self._engine.url, why))
            raise ArchiveAwayError(f"the database of works cannot be used: {why}") from error
        self.outages.served(use)


async def _end_of_connecting() -> None:
    """Wait for the threads of connections that could not be made.

    aiosqlite does not wait for them. One that answers when the event loop has been closed writes a
    traceback to standard error.
    """
    threads = [each for each in threading.enumerate() if _THREAD in each.name]
    await asyncio.gather(*(asyncio.to_thread(each.join, THREAD_SECONDS) for each in threads))


def insert_rows(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Insert the rows whose key does not exist yet.

    SQLite gets many rows in one statement: for each statement its thread waits for Python's
    global lock, and holds it while others wait.
    """
    if connection.dialect.name == "postgresql":
        if rows:
            connection.execute(postgresql_insert(table).on_conflict_do_nothing(), rows)
        return
    columns = table.columns.keys()
    for at in range(0, len(rows), ROWS_AT_ONCE):
        some = rows[at : at + ROWS_AT_ONCE]
        values = tuple([row[column] for row in some for column in columns])
        connection.exec_driver_sql(_insert(table.name, columns, len(some)), values)


def _insert(table: str, columns: list[str], rows: int) -> str:
    """The statement that inserts so many new rows into SQLite."""
    row = f"({', '.join('?' * len(columns))})"
    values = ", ".join([row] * rows)
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES {values} ON CONFLICT DO NOTHING"


def make_engine(url: str) -> AsyncEngine:
    """An engine for a SQLAlchemy URL; it connects when first used.

    The connection that was used last is used first: its pages are in its cache.

    Raises:
        ArchiveError: the URL cannot be read, or there is no driver for it.
    """
    try:
        return create_async_engine(url, pool_use_lifo=True)
    except ImportError as error:
        raise ArchiveError(
            f"JIELONG_DATABASE_URL names a driver that is missing ({error.name}); "
            f"for PostgreSQL take asyncpg: install it with {install('postgresql')} and {_WRITE}"
        ) from error
    except (SQLAlchemyError, ValueError) as error:
        raise ArchiveError(
            f"JIELONG_DATABASE_URL cannot be used ({first_line(error)}); {_WRITE}"
        ) from error


def must_be_there(engine: AsyncEngine) -> None:
    """Check that SQLite's file exists: connecting would create it.

    Raises:
        ArchiveError: it is missing.
    """
    if engine.dialect.name == "sqlite" and not Path(engine.url.database or "").exists():
        raise ArchiveError(
            f"there is no {engine.url.database}; name the database of works with --database-url, "
            "or its folder with --data"
        )


@contextmanager
def known_options() -> Iterator[None]:
    """Turn unknown options of the URL into errors; a driver finds them when it connects first.

    Raises:
        ArchiveError: the driver does not know an option.
    """
    try:
        yield
    except TypeError as error:
        raise ArchiveError(
            f"JIELONG_DATABASE_URL has an option that its driver does not know "
            f"({first_line(error)}); TLS is ?ssl=require with asyncpg"
        ) from error


def first_line(error: Exception) -> str:
    """The first line of an error's message."""
    said = str(error).strip()
    return said.splitlines()[0] if said else type(error).__name__


def _prepare_sqlite(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    busy = f"busy_timeout={BUSY_SECONDS * 1_000}"
    for pragma in (busy, "journal_mode=WAL", "synchronous=NORMAL"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
