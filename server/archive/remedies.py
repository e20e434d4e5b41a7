"""What an operator can do about a database of works that cannot be used, as a command."""

from __future__ import annotations

import shlex
from pathlib import Path

from sqlalchemy import Column, Connection, inspect
from sqlalchemy.engine import URL
from sqlalchemy.schema import CreateColumn

from server.archive import schema

_UNREACHABLE = ("refused", "Connect call failed", "timed out", "did not answer", "is closed")

_OF_SERVER = (
    ("password authentication failed", "mend user and password in JIELONG_DATABASE_URL"),
    ("pg_hba.conf", "let this machine and user in: pg_hba.conf of PostgreSQL"),
    ("too many clients", "raise max_connections: jielong doctor says how many are needed"),
    ("connection slots", "raise max_connections: jielong doctor says how many are needed"),
    ("could not extend file", "make room on PostgreSQL's disk"),
    ("No space left", "make room on PostgreSQL's disk"),
    ("read-only transaction", "name the primary in JIELONG_DATABASE_URL: this one is a replica"),
)
"""What PostgreSQL says, and what to do."""


def remedy(url: URL, error: str) -> str:
    """What to do about an error of the driver; "" for an error without a known remedy."""
    return _of_sqlite(url, error) if url.get_backend_name() == "sqlite" else _of_server(url, error)


def missing_columns(connection: Connection) -> list[str]:
    """A statement for each column that the tables lack."""
    inspector = inspect(connection)
    statements = []
    for table in schema.metadata.sorted_tables:
        found = {column["name"] for column in inspector.get_columns(table.name)}
        missing = [column for column in table.columns if column.name not in found]
        statements += [_add_column(connection, table.name, column) for column in missing]
    return statements


def _add_column(connection: Connection, table: str, column: Column[object]) -> str:
    definition = CreateColumn(column).compile(dialect=connection.dialect)
    return f"ALTER TABLE {table} ADD COLUMN {definition}"


def _of_sqlite(url: URL, error: str) -> str:
    path = Path(url.database or "").absolute()
    name, mended, damaged = (shlex.quote(f"{path}{end}") for end in ("", ".mended", ".damaged"))
    if "malformed" in error or "not a database" in error:
        return (
            f"mend it with the sqlite3 command: sqlite3 {name} .recover | sqlite3 {mended} && "
            f"mv {name} {damaged} && rm -f {name}-wal {name}-shm && mv {mended} {name}"
        )
    if "unable to open" in error or "readonly" in error:
        return f"let this user write it: chmod u+rwx {shlex.quote(str(path.parent))}"
    if "full" in error:
        return f"free some space: df -h {shlex.quote(str(path.parent))}"
    return ""


def _of_server(url: URL, error: str) -> str:
    where = f"-h {url.host or 'localhost'} -p {url.port or 5432}"
    if "permission denied" in error:
        grant = f"GRANT USAGE, CREATE ON SCHEMA public TO {url.username}"
        return f"as its owner: psql {where} -d {url.database} -c '{grant}'"
    if "does not exist" in error and "database" in error:
        return f"make it: createdb {where} -O {url.username} {url.database}"
    if any(words in error for words in _UNREACHABLE):
        return f"see whether it runs: pg_isready {where}"
    return next((cure for words, cure in _OF_SERVER if words in error), "")
