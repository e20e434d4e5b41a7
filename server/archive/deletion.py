"""Deletes what SQL has of a participant: works lose the link or go, pledges stay counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from sqlalchemy import bindparam, delete, select, union, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.archive import schema
from server.archive.database import Database
from server.archive.decisions import NO_REPORTS
from server.archive.pledges import deleted_participant
from server.archive.review import Review

BATCH = 500
"""Works or reports of one transaction."""


class Deleted(NamedTuple):
    """What was deleted.

    Attributes:
        works: ids of the works that were removed.
        pledges: ids of the pledges that are nobody's now.
    """

    works: list[str]
    pledges: list[str]


class Deletion:
    """Deletes participants from one database. Every method may raise ArchiveAwayError."""

    def __init__(self, database: Database, new_id: Callable[[], str]) -> None:
        """`new_id` makes an id that nobody has."""
        self._database = database
        self._new_id = new_id
        self._review = Review(database)

    async def campaigns(self) -> list[str]:
        """Every campaign of which works or pledges were ever stored."""
        query = union(
            select(schema.lane_totals.c.campaign), select(schema.pledge_totals.c.campaign)
        )
        async with self._database.reading() as connection:
            return list(await connection.scalars(query))

    async def delete(self, campaign: str, participant: str, *, keep_works: bool) -> Deleted:
        """Cut every link to a participant of this campaign; counters stay as they are.

        A repeat finds nothing. One that was interrupted goes on where it was.
        """
        removed: list[str] = []
        if keep_works:
            await self._rename_hands(participant)
        else:
            while works := await self._works_of(participant):
                async with self._database.writing() as connection:
                    await _forget_reporters(connection, works)
                removed += await self._review.remove(works)
        await self._rename_reports(participant)
        confirmed = schema.confirmed_reports
        async with self._database.writing() as connection:
            mine = confirmed.c.participant == participant
            await connection.execute(delete(confirmed).where(mine))
        return Deleted(removed, await self._rename_pledges(campaign, participant))

    async def _works_of(self, participant: str) -> list[str]:
        hands = schema.hands.c
        query = select(hands.work).where(hands.participant == participant).limit(BATCH)
        async with self._database.reading() as connection:
            return list(dict.fromkeys(await connection.scalars(query)))

    async def _rename_hands(self, participant: str) -> None:
        """Each work gets another unknown participant, so that nothing links them."""
        hands = schema.hands
        rename = (
            update(hands)
            .where(hands.c.work == bindparam("of"), hands.c.participant == participant)
            .values(participant=bindparam("unknown"))
        )
        while works := await self._works_of(participant):
            async with self._database.writing() as connection:
                await _forget_reporters(connection, works)
                rows = [{"of": work, "unknown": self._new_id()} for work in works]
                await connection.execute(rename, rows)

    async def _rename_reports(self, participant: str) -> None:
        """Reports stay, since they hold works back, but under another unknown participant."""
        reports = schema.reports
        found = select(reports.c.work).where(reports.c.participant == participant).limit(BATCH)
        rename = (
            update(reports)
            .where(reports.c.work == bindparam("of"), reports.c.participant == participant)
            .values(participant=bindparam("unknown"))
        )
        while True:
            async with self._database.writing() as connection:
                works = list(await connection.scalars(found))
                if not works:
                    return
                rows = [{"of": work, "unknown": self._new_id()} for work in works]
                await connection.execute(rename, rows)

    async def _rename_pledges(self, campaign: str, participant: str) -> list[str]:
        """Certificates get another address, which nobody knows; the numbers stay given."""
        pledges = schema.pledges
        mine = (pledges.c.campaign == campaign) & (pledges.c.participant == participant)
        rename = (
            update(pledges)
            .where(pledges.c.certificate == bindparam("of"))
            .values(certificate=bindparam("unknown"), participant=deleted_participant(participant))
        )
        async with self._database.writing() as connection:
            rows = (await connection.execute(select(pledges).where(mine))).all()
            if rows:
                renamed = [{"of": row.certificate, "unknown": self._new_id()} for row in rows]
                await connection.execute(rename, renamed)
            return [row.pledge for row in rows]


async def _forget_reporters(connection: AsyncConnection, works: list[str]) -> None:
    """Remove the participant from kept decisions, too: a reporter is one of the work's hands."""
    decisions = schema.decisions
    of_works = update(decisions).where(decisions.c.work.in_(works))
    await connection.execute(of_works.values(reports=NO_REPORTS))
