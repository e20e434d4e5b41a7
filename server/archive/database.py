"""The database that `JIELONG_DATABASE_URL` names, or one line that says how to name one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

_WRITE = "write postgresql+asyncpg://user:password@host/name, or nothing for SQLite"
_INSTALL = "install it with `.venv/bin/pip install -c constraints.txt -e '.[postgresql]'`"


class ArchiveError(Exception):
    """The database of works cannot be used; the message says why."""


def make_engine(url: str) -> AsyncEngine:
    """An engine for a SQLAlchemy URL; it connects when first used.

    Raises:
        ArchiveError: the URL cannot be read, or there is no driver for it.
    """
    try:
        return create_async_engine(url)
    except ImportError as error:
        raise ArchiveError(
            f"JIELONG_DATABASE_URL names a driver that is missing ({error.name}); "
            f"for PostgreSQL take asyncpg: {_INSTALL} and {_WRITE}"
        ) from error
    except (SQLAlchemyError, ValueError) as error:
        raise ArchiveError(
            f"JIELONG_DATABASE_URL cannot be used ({first_line(error)}); {_WRITE}"
        ) from error


@contextmanager
def known_options() -> Iterator[None]:
    """Around the first connection: only there a driver says which options it does not know.

    Raises:
        ArchiveError: the URL has such a one.
    """
    try:
        yield
    except TypeError as error:
        raise ArchiveError(
            f"JIELONG_DATABASE_URL has an option that its driver does not know "
            f"({first_line(error)}); TLS is ?ssl=require with asyncpg"
        ) from error


def first_line(error: Exception) -> str:
    """What an error says, shortly."""
    said = str(error).strip()
    return said.splitlines()[0] if said else type(error).__name__
