"""A moderator's decisions on works: each is kept with what was before, so that it can be undone."""

from __future__ import annotations

import time
from collections.abc import Callable
from enum import StrEnum
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.archive import confirmed_reports, schema
from server.archive.database import Database, insert_rows
from server.archive.review_state import ReviewState

UNDO_MS = 24 * 3_600_000
"""How long a decision can be undone; then a removed work is removed for good."""

_pack = msgspec.msgpack.Encoder().encode

NO_REPORTS = _pack([])
"""No reports, as the table has them."""


class Decision(StrEnum):
    """What a moderator decides on a work."""

    RELEASE = "release"
    HOLD = "hold"
    REFUSE = "refuse"
    REMOVE = "remove"


_LEADS_TO = {
    Decision.RELEASE: ReviewState.PUBLIC,
    Decision.HOLD: ReviewState.WAITING,
    Decision.REFUSE: ReviewState.PRIVATE,
    Decision.REMOVE: ReviewState.REMOVED,
}


class _Report(msgspec.Struct, array_like=True, frozen=True):
    participant: str
    why: str
    reported_at: int


_read_reports = msgspec.msgpack.Decoder(list[_Report]).decode


class _Before(NamedTuple):
    review: int
    held: bool


class Decided(NamedTuple):
    """A decision that was made.

    Attributes:
        number: of the decision, for `undo`.
        work: its id.
        moderator: who decided.
        decision: what.
        decided_at: milliseconds since 1970.
        undone: whether it was taken back.
    """

    number: int
    work: str
    moderator: str
    decision: Decision
    decided_at: int
    undone: bool


def _now() -> int:
    return time.time_ns() // 1_000_000


class Decisions:
    """The decisions of one database. Every method may raise ArchiveAwayError."""

    def __init__(self, database: Database, clock: Callable[[], int] = _now) -> None:
        """`clock` gives milliseconds since 1970."""
        self._database = database
        self._clock = clock

    async def decide(
        self, work: str, decision: Decision, moderator: str, *, waiting: bool = False
    ) -> Decided | None:
        """Decide on a work, reported or not; None when there is none.

        The reports are settled with it. If the work is refused or removed, they are confirmed. With
        `waiting`, only a work that waits for a person is decided on: another one did it before.
        """
        async with self._database.writing() as connection:
            before = await _locked(connection, work)
            if before is None:
                return None
            now, reports = self._clock(), await _reports(connection, work)
            waits = before.review == ReviewState.WAITING or before.held or reports
            if waiting and not waits:
                return None
            if decision in {Decision.REFUSE, Decision.REMOVE}:
                await confirmed_reports.confirm(connection, work, now)
            await _settle(connection, work, _LEADS_TO[decision])
            row = {
                "work": work,
                "moderator": moderator,
                "decision": decision.value,
                "decided_at": now,
                "undone": False,
                "review": before.review,
                "held": before.held,
                "reports": _pack(reports),
            }
            made = await connection.execute(insert(schema.decisions).values(row))
            number = int(made.inserted_primary_key[0])  # type: ignore[index]
        return Decided(number, work, moderator, decision, now, undone=False)

    async def undo(self, number: int, moderator: str) -> str | None:
        """Make a work what it was before this moderator's decision; its id.

        None when that is not possible: it is too long ago, or another decision came later.
        """
        decisions = schema.decisions.c
        async with self._database.writing() as connection:
            query = select(schema.decisions).where(decisions.number == number)
            made = (await connection.execute(query)).one_or_none()
            if made is None or made.moderator != moderator or made.undone:
                return None
            if await _locked(connection, made.work) is None:
                return None
            later = select(decisions.number).where(
                decisions.work == made.work, decisions.number > number, ~decisions.undone
            )
            if await connection.scalar(later.limit(1)) or self._clock() - made.decided_at > UNDO_MS:
                return None
            await self._take_back(connection, made)
        return str(made.work)

    async def on(self, work: str) -> list[Decided]:
        """The decisions on a work, the latest first."""
        columns = schema.decisions.c
        query = select(schema.decisions).where(columns.work == work)
        async with self._database.reading() as connection:
            rows = await connection.execute(query.order_by(columns.number.desc()).limit(100))
            return [_decided(row) for row in rows]

    async def _take_back(self, connection: AsyncConnection, made: Row[Any]) -> None:
        """Make a work what it was before a decision; what was reported since then stays."""
        works, decisions = schema.works, schema.decisions
        changed = update(works).where(works.c.id == made.work)
        await connection.execute(changed.values(review=made.review, held=made.held))
        await confirmed_reports.withdraw(connection, made.work)
        leases = schema.review_leases
        await connection.execute(delete(leases).where(leases.c.work == made.work))
        reports = [msgspec.structs.asdict(report) for report in _read_reports(made.reports)]
        rows = [{"work": made.work} | report for report in reports]
        await connection.run_sync(insert_rows, schema.reports, rows)
        undone = update(decisions).where(decisions.c.number == made.number)
        await connection.execute(undone.values(undone=True))


async def _locked(connection: AsyncConnection, work: str) -> _Before | None:
    """The review of a work, which nobody else changes until the transaction ends."""
    works = schema.works.c
    # SQLite locks with the first write.
    touched = update(schema.works).where(works.id == work).values(id=works.id)
    if not (await connection.execute(touched)).rowcount:
        return None
    query = select(works.review, works.held).where(works.id == work)
    review, held = (await connection.execute(query)).one()
    return _Before(review, held)


async def _reports(connection: AsyncConnection, work: str) -> list[_Report]:
    columns = schema.reports.c
    query = select(schema.reports).where(columns.work == work).order_by(columns.reported_at)
    rows = await connection.execute(query)
    return [_Report(row.participant, row.why, row.reported_at) for row in rows]


async def _settle(connection: AsyncConnection, work: str, review: ReviewState) -> None:
    """Change a work's review; its reports and its lease are settled."""
    for table in (schema.reports, schema.review_leases):
        await connection.execute(delete(table).where(table.c.work == work))
    works = schema.works
    changed = update(works).where(works.c.id == work).values(review=review.value, held=False)
    await connection.execute(changed)


def _decided(row: Row[Any]) -> Decided:
    return Decided(
        row.number, row.work, row.moderator, Decision(row.decision), row.decided_at, row.undone
    )
