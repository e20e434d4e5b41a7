"""Participants who may not take part, or meet only others like them: kept in SQL, and known to
every worker soon after.

An operator bars participants. Reports that a person has confirmed keep a participant apart from the
others, and BARRED_FROM of them bar.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import NamedTuple

import structlog
from sqlalchemy import Column, Row, Select, delete, func, select, union_all

from server.archive import schema
from server.archive.database import ArchiveAwayError, Database, insert_rows

log = structlog.get_logger()

READ_SECONDS = 2.0

MOST = 100_000
"""Participants of each kind that a worker knows, the latest ones."""

BARRED_FROM = 3
"""So many confirmed reports bar a participant; fewer keep the participant apart."""

_BOUND = 1_000_000_007
"""Times are added up below it, so that the sum of any table fits into SQLite's integers."""


def _times(column: Column[int]) -> Select[int, int]:
    """How many rows there are, and the sum of their times: other ones after every change."""
    return select(func.count(), func.coalesce(func.sum(column % _BOUND), 0))


_STATE = union_all(
    _times(schema.barred.c.barred_at), _times(schema.confirmed_reports.c.confirmed_at)
)


class Restricted(NamedTuple):
    """A participant who is barred or kept apart.

    Attributes:
        participant: the id.
        since: milliseconds since 1970.
        reports: confirmed ones.
        barred: whether the participant is barred; else kept apart.
    """

    participant: str
    since: int
    reports: int
    barred: bool


class Barred:
    """The restricted participants of one database. Its methods may raise ArchiveAwayError."""

    def __init__(self, database: Database) -> None:
        """Nobody is known to be restricted before the first reading."""
        self._database = database
        self._barred: frozenset[str] = frozenset()
        self._apart: frozenset[str] = frozenset()
        self._state: Sequence[Row[int, int]] = ()

    def __contains__(self, participant: object) -> bool:
        """Whether a participant was barred when the tables were read last."""
        return participant in self._barred

    def keeps_apart(self, participant: str) -> bool:
        """Whether a participant is to meet only others who are kept apart."""
        return participant in self._apart

    async def run(self) -> None:
        """Read the tables again and again; the last reading holds while SQL is away."""
        while True:
            try:
                await self.read()
            except ArchiveAwayError as error:
                log.debug("barred participants cannot be read", error=str(error))
            await asyncio.sleep(READ_SECONDS)

    async def read(self) -> None:
        """Read the tables, unless they are as they were."""
        async with self._database.reading() as connection:
            state = (await connection.execute(_STATE)).all()
        if state == self._state:
            return
        everybody = await self.all()
        self._barred = frozenset(one.participant for one in everybody if one.barred)
        self._apart = frozenset(one.participant for one in everybody if not one.barred)
        self._state = state

    async def all(self) -> list[Restricted]:
        """Everybody who is restricted, the latest first."""
        table, confirmed = schema.barred, schema.confirmed_reports.c
        barred = select(table).order_by(table.c.barred_at.desc()).limit(MOST)
        latest = func.max(confirmed.confirmed_at)
        reported = (
            select(confirmed.participant, func.count(), latest)
            .group_by(confirmed.participant)
            .order_by(latest.desc())
            .limit(MOST)
        )
        found: dict[str, Restricted] = {}
        async with self._database.reading() as connection:
            for participant, reports, since in await connection.execute(reported):
                is_barred = reports >= BARRED_FROM
                found[participant] = Restricted(participant, since, reports, is_barred)
            for participant, since in await connection.execute(barred):
                reports = found[participant].reports if participant in found else 0
                found[participant] = Restricted(participant, since, reports, True)
        return sorted(found.values(), key=lambda one: one.since, reverse=True)

    async def bar(self, participants: Sequence[str]) -> None:
        """Bar participants; those who are barred already stay so."""
        now = time.time_ns() // 1_000_000
        rows = [{"participant": participant, "barred_at": now} for participant in participants]
        async with self._database.writing() as connection:
            await connection.run_sync(insert_rows, schema.barred, rows)

    async def unbar(self, participants: Sequence[str]) -> list[str]:
        """Let participants take part again, with everybody; those who were restricted."""
        found = []
        async with self._database.writing() as connection:
            for participant in participants:
                gone = 0
                for table in (schema.barred, schema.confirmed_reports):
                    theirs = delete(table).where(table.c.participant == participant)
                    gone += (await connection.execute(theirs)).rowcount
                if gone:
                    found.append(participant)
        return found

    async def hands_of(self, work: str) -> list[str]:
        """The participants who wrote a work, in the order of their first characters."""
        hands = schema.hands.c
        query = select(hands.participant).where(hands.work == work).order_by(hands.number)
        async with self._database.reading() as connection:
            return list(await connection.scalars(query))
