"""The audit log: who did what, when, on what. Campaigns, commands and the console write to it."""

from __future__ import annotations

import time
from typing import NamedTuple

import msgspec
from sqlalchemy import Row, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.archive.database import Database
from server.campaign.schema import audit

PAGE = 50

MOST_CHARS = 4_000
"""What was before or is since is kept up to this length."""


class Entry(NamedTuple):
    """One thing that was done.

    Attributes:
        who: an account, or a user of the machine.
        action: a verb.
        target: what it was done on: an account, a work, a worker.
        campaign: the campaign that it concerns; "" for none.
        before, after: JSON, where it is short; "" for nothing.
        at: milliseconds since 1970.
        number: ascending.
    """

    who: str
    action: str
    target: str = ""
    campaign: str = ""
    before: str = ""
    after: str = ""
    at: int = 0
    number: int = 0


class AuditFilter(NamedTuple):
    """Which entries; an empty string for any. `before` is a number of an entry, 0 for the end."""

    who: str = ""
    action: str = ""
    campaign: str = ""
    target: str = ""
    before: int = 0


class AuditLog:
    """The entries of one database. Every method may raise ArchiveAwayError."""

    def __init__(self, database: Database) -> None:
        """Keep entries in `database`."""
        self._database = database

    async def record(self, entry: Entry, connection: AsyncConnection | None = None) -> None:
        """Add an entry, now; within the transaction of `connection`, if there is one."""
        row = {
            "at": time.time_ns() // 1_000_000,
            "who": entry.who[:128],
            "action": entry.action[:32],
            "campaign": entry.campaign,
            "target": entry.target[:160],
            "before": entry.before[:MOST_CHARS] or None,
            "details": entry.after[:MOST_CHARS],
        }
        if connection is not None:
            await connection.execute(insert(audit).values(row))
            return
        async with self._database.writing() as own:
            await own.execute(insert(audit).values(row))

    async def entries(self, wanted: AuditFilter, most: int = PAGE) -> list[Entry]:
        """The newest entries first, at most so many."""
        query = select(audit).order_by(audit.c.number.desc()).limit(most)
        for name in ("who", "action", "campaign", "target"):
            if value := getattr(wanted, name):
                query = query.where(audit.c[name] == value)
        if wanted.before:
            query = query.where(audit.c.number < wanted.before)
        async with self._database.reading() as connection:
            return [_entry(row) for row in (await connection.execute(query)).all()]

    async def choices(self, name: str) -> list[str]:
        """The values that entries have in this column: `who`, `action` or `campaign`."""
        column = audit.c[name]
        async with self._database.reading() as connection:
            rows = await connection.execute(select(column).distinct().order_by(column).limit(200))
        return [row[0] for row in rows if row[0]]


def as_json(value: object) -> str:
    """A value of an entry; "" for None."""
    return "" if value is None else msgspec.json.encode(value).decode()


def _entry(row: Row[tuple[object, ...]]) -> Entry:
    return Entry(
        who=row.who,
        action=row.action,
        target=row.target,
        campaign=row.campaign,
        before=row.before or "",
        after=row.details,
        at=row.at,
        number=row.number,
    )
