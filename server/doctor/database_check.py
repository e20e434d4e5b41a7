"""The database of works: whether it answers, has our tables, and lets us write."""

from __future__ import annotations

import os
import time
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.archive import migration
from server.archive.database import ArchiveError, Database, make_engine
from server.archive.remedies import missing_columns, remedy
from server.doctor.finding import Finding, ok, problem, warning
from server.settings import Settings

OLDEST_POSTGRESQL = 13
CLOCK_SECONDS = 1.0

CONNECTIONS_OF_A_WORKER = 30
"""Of it and its web process at most: each has a pool of 5, and 10 more in a rush."""

CONNECTIONS_BESIDE = 10
"""Of the check of works, the command line, and PostgreSQL's own reserve."""


async def check_database(settings: Settings) -> list[Finding]:
    """Look at the database; it is not changed, and SQLite's file is not made."""
    url = settings.archive_url
    try:
        engine = make_engine(url)
    except ArchiveError as error:
        return [problem("database", str(error), "mend JIELONG_DATABASE_URL")]
    path = engine.url.database
    if engine.dialect.name == "sqlite" and not os.path.exists(path or ""):  # noqa: ASYNC240, PTH110
        return [ok("database", f"{path} will be made at the first start")]
    database = Database(url)
    try:
        async with database.reading() as connection:
            if engine.dialect.name == "postgresql":
                return [*await _postgresql(connection, settings), await _tables(connection)]
            return [ok("database", f"SQLite in {path}"), await _tables(connection)]
    except ArchiveError as error:
        cure = remedy(engine.url, str(error)) or "start it, and check JIELONG_DATABASE_URL"
        return [problem("database", str(error), cure)]
    finally:
        await database.close()


async def _tables(connection: AsyncConnection) -> Finding:
    try:
        current = await connection.run_sync(migration.is_current)
        missing = await connection.run_sync(missing_columns) if current else []
    except migration.UnknownRevisionError as error:
        return problem(
            "tables",
            f"a later version of jielong has made them (revision {error.revision})",
            "install that version, or restore the backup from before it",
        )
    if missing:
        return problem("tables", "columns are missing", "; ".join(missing))
    if not current:
        return warning(
            "tables",
            "they are not those of this version",
            "start the service, which brings them there; make a backup first",
        )
    return ok("tables", "they are those of this version")


async def _postgresql(connection: AsyncConnection, settings: Settings) -> list[Finding]:
    version, most, now, may_create = (
        await connection.execute(
            text(
                "SELECT current_setting('server_version'), "
                "current_setting('max_connections')::int, "
                "extract(epoch from clock_timestamp())::float8, "
                "has_schema_privilege(current_schema(), 'CREATE')"
            )
        )
    ).one()
    return [
        _version(str(version)),
        _connections(int(most), settings),
        _clock(float(now)),
        _rights(may_create),
    ]


def _version(version: str) -> Finding:
    if int(version.partition(".")[0].split()[0]) < OLDEST_POSTGRESQL:
        return warning(
            "database",
            f"PostgreSQL {version} gets no fixes any more",
            f"upgrade to {OLDEST_POSTGRESQL} or later",
        )
    return ok("database", f"this is PostgreSQL {version}")


def _connections(most: int, settings: Settings) -> Finding:
    needed = settings.workers * CONNECTIONS_OF_A_WORKER + CONNECTIONS_BESIDE
    said = f"max_connections is {most}; the workers of this machine open {needed} at most"
    if most < needed:
        return warning("database", said, f"set max_connections to {needed} for each machine")
    return ok("database", said)


def _clock(now: float) -> Finding:
    ahead = now - time.time()
    if abs(ahead) > CLOCK_SECONDS:
        said = f"the clock of PostgreSQL is off by {abs(ahead):.1f} s"
        return warning("clock", said, "let both machines follow a time server")
    return ok("clock", "PostgreSQL and this machine agree")


def _rights(may_create: Any) -> Finding:
    if not may_create:
        return problem(
            "rights",
            "our user may not make tables in PostgreSQL's schema",
            "GRANT USAGE, CREATE ON SCHEMA public TO <user>",
        )
    return ok("rights", "our user may make tables")
