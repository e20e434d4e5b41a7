"""Participants whose works were reported: how often, and how often that was confirmed."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.archive import schema
from server.archive.confirmed_reports import REPLAY
from server.archive.database import Database

MOST = 500
"""Participants that are listed, and works of one."""


class ReportedParticipant(NamedTuple):
    """A participant whose works were reported.

    Attributes:
        participant: the id.
        waiting: reports of works of theirs on which nobody has decided yet.
        confirmed: works that were refused or removed after a report.
        barred: whether they are barred.
    """

    participant: str
    waiting: int
    confirmed: int
    barred: bool


class Reported:
    """The reports of one database. Every method may raise ArchiveAwayError."""

    def __init__(self, database: Database) -> None:
        """Look into `database`."""
        self._database = database

    async def participants(self, participant: str = "") -> list[ReportedParticipant]:
        """Those with the most confirmed reports first, then those with reports that wait.

        With an id, that one alone, also without reports.
        """
        barred = schema.barred.c.participant
        async with self._database.reading() as connection:
            waiting = await _counts(connection, _waiting(participant))
            confirmed = await _counts(connection, _confirmed(participant))
            known = {participant} if participant else {*waiting, *confirmed}
            found = set(await connection.scalars(select(barred).where(barred.in_(known))))
        rows = [
            ReportedParticipant(it, waiting.get(it, 0), confirmed.get(it, 0), it in found)
            for it in known
        ]
        return sorted(rows, key=lambda it: (-it.confirmed, -it.waiting, it.participant))[:MOST]

    async def works_of(self, participant: str) -> list[str]:
        """The ids of the works that a participant wrote, those that were reported first."""
        hands = schema.hands.c
        reports, confirmed = schema.reports.c, schema.confirmed_reports.c
        reported = exists().where(reports.work == hands.work)
        rightly = exists().where(confirmed.work == hands.work, confirmed.participant == participant)
        query = (
            select(hands.work)
            .where(hands.participant == participant)
            .order_by(reported.desc(), rightly.desc(), hands.serial.desc())
            .limit(MOST)
        )
        async with self._database.reading() as connection:
            return list(dict.fromkeys(await connection.scalars(query)))


async def _counts(connection: AsyncConnection, query: Select[Any]) -> dict[str, int]:
    rows = (await connection.execute(query)).all()
    return {who: count for who, count in rows}  # noqa: C416 - of rows, not of pairs


def _waiting(participant: str) -> Select[Any]:
    """Reported works by who wrote them beside those who reported them, or replayed ink there."""
    hands, reports = schema.hands.c, schema.reports.c
    own = schema.reports.alias().c
    is_own = exists().where(
        own.work == hands.work, own.participant == hands.participant, own.why != REPLAY
    )
    is_accused = or_(reports.why != REPLAY, reports.participant == hands.participant)
    query = (
        select(hands.participant, func.count(func.distinct(reports.work)))
        .join_from(schema.reports, schema.hands, hands.work == reports.work)
        .where(~is_own, is_accused)
        .group_by(hands.participant)
        .limit(MOST)
    )
    return query.where(hands.participant == participant) if participant else query


def _confirmed(participant: str) -> Select[Any]:
    confirmed, count = schema.confirmed_reports.c, func.count()
    query = select(confirmed.participant, count).group_by(confirmed.participant)
    query = query.order_by(count.desc()).limit(MOST)
    return query.where(confirmed.participant == participant) if participant else query
