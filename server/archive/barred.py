"""Participants whom an operator has barred: kept in SQL, and known to every worker soon after."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import NamedTuple

import structlog
from sqlalchemy import delete, select

from server.archive import schema
from server.archive.database import ArchiveAwayError, Database

log = structlog.get_logger()

READ_SECONDS = 2.0

MOST = 100_000
"""Barred participants that a worker knows, the latest ones."""


class BarredParticipant(NamedTuple):
    """One of them.

    Attributes:
        participant: the id.
        barred_at: milliseconds since 1970.
    """

    participant: str
    barred_at: int


class Barred:
    """The barred participants of one database. Its methods may raise ArchiveAwayError."""

    def __init__(self, database: Database) -> None:
        """Nobody is known to be barred before the first reading."""
        self._database = database
        self._known: frozenset[str] = frozenset()

    def __contains__(self, participant: object) -> bool:
        """Whether a participant was barred when the table was read last."""
        return participant in self._known

    async def run(self) -> None:
        """Read the table again and again; the last reading holds while SQL is away."""
        while True:
            try:
                await self.read()
            except ArchiveAwayError as error:
                log.debug("barred participants cannot be read", error=str(error))
            await asyncio.sleep(READ_SECONDS)

    async def read(self) -> None:
        """Read the table once."""
        self._known = frozenset(one.participant for one in await self.all())

    async def all(self) -> list[BarredParticipant]:
        """Everybody who is barred, the latest first."""
        table = schema.barred
        query = select(table).order_by(table.c.barred_at.desc()).limit(MOST)
        async with self._database.reading() as connection:
            rows = await connection.execute(query)
            return [BarredParticipant(row.participant, row.barred_at) for row in rows]

    async def bar(self, participants: Sequence[str]) -> None:
        """Bar participants; those who are barred already stay so."""
        now = time.time_ns() // 1_000_000
        rows = [{"participant": participant, "barred_at": now} for participant in participants]
        async with self._database.writing() as connection:
            await self._database.insert_new(connection, schema.barred, rows)

    async def unbar(self, participants: Sequence[str]) -> list[str]:
        """Let participants take part again; those who were barred."""
        table, found = schema.barred, []
        async with self._database.writing() as connection:
            for participant in participants:
                gone = delete(table).where(table.c.participant == participant)
                if (await connection.execute(gone)).rowcount:
                    found.append(participant)
        return found

    async def hands_of(self, work: str) -> list[str]:
        """The participants who wrote a work, in the order of their first characters."""
        hands = schema.hands.c
        query = select(hands.participant).where(hands.work == work).order_by(hands.number)
        async with self._database.reading() as connection:
            return list(await connection.scalars(query))
