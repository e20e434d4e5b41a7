"""Pledges in SQL: stored once each, found by certificate or by participant."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from hashlib import sha256
from typing import Any

import msgspec
from sqlalchemy import Row, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.archive import schema
from server.archive.database import ArchiveAwayError, Database, insert_rows
from server.archive.totals import batches
from server.relay.pledges import MadePledge, PledgeTotals
from server.store.errors import ArchiveUnreachableError

_LOCK = text(
    "INSERT INTO pledge_totals (campaign, pledge, count, number) VALUES (:campaign, :pledge, 0, 0) "
    "ON CONFLICT (campaign, pledge) DO UPDATE SET count = pledge_totals.count"
)
"""Locks the pledge's row: one transaction at a time counts new pledges."""

_ADD = text(
    "UPDATE pledge_totals SET count = count + :count,"
    " number = CASE WHEN number < :number THEN :number ELSE number END"
    " WHERE campaign = :campaign AND pledge = :pledge"
)


class PledgeStorage:
    """The archive of pledges. Every method but the last may raise ArchiveAwayError."""

    def __init__(self, database: Database) -> None:
        """Store pledges in `database`."""
        self._database = database

    async def store(self, campaign: str, pledges: Sequence[MadePledge]) -> dict[str, PledgeTotals]:
        """Store pledges; one that is stored already stays unchanged.

        Answers the totals of the campaign.
        """
        kinds = sorted({made.pledge for made in pledges})
        async with self._database.writing() as connection:
            for pledge in kinds:
                await connection.execute(_LOCK, {"campaign": campaign, "pledge": pledge})
            new = await _new(connection, campaign, pledges)
            rows = [{"campaign": campaign} | msgspec.structs.asdict(made) for made in new]
            await connection.run_sync(insert_rows, schema.pledges, rows)
            for pledge in kinds:
                numbers = [made.number for made in pledges if made.pledge == pledge]
                added = {
                    "campaign": campaign,
                    "pledge": pledge,
                    "count": sum(made.pledge == pledge for made in new),
                    "number": max(numbers),
                }
                await connection.execute(_ADD, added)
            return await _totals(connection, campaign)

    async def find(self, certificate: str) -> tuple[str, MadePledge] | None:
        """A pledge and its campaign."""
        query = select(schema.pledges).where(schema.pledges.c.certificate == certificate)
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).one_or_none()
        return None if row is None else (row.campaign, _made(row))

    async def of_participant(
        self, campaign: str, participant: str, pledge: str
    ) -> MadePledge | None:
        """What a participant has pledged, also before deleting it."""
        columns = schema.pledges.c
        query = select(schema.pledges).where(
            columns.campaign == campaign,
            columns.participant.in_([participant, deleted_participant(participant)]),
            columns.pledge == pledge,
        )
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).one_or_none()
        return None if row is None else _made(row)

    async def compare_pledges(
        self, campaign: str, certificates: Collection[str]
    ) -> tuple[dict[str, PledgeTotals], set[str]]:
        """The totals of a campaign, and those of these certificates that are stored.

        Raises:
            ArchiveUnreachableError: the database cannot be asked now.
        """
        try:
            async with self._database.snapshot() as connection:
                return await _totals(connection, campaign), await _known(connection, certificates)
        except ArchiveAwayError as error:
            raise ArchiveUnreachableError(str(error)) from error


def deleted_participant(participant: str) -> str:
    """What stands for a participant who has deleted a pledge, so that it is not counted again.

    It leads to nobody: whoever has the participant's token finds it, and nobody else.
    """
    return f"deleted-{sha256(participant.encode()).hexdigest()[:32]}"


async def _new(
    connection: AsyncConnection, campaign: str, pledges: Sequence[MadePledge]
) -> list[MadePledge]:
    """Those that nobody has made yet, each participant's once; their rows are locked."""
    columns = schema.pledges.c
    made: set[tuple[str, str]] = set()
    participants = {it.participant: it.participant for it in pledges}
    participants |= {deleted_participant(it): it for it in participants.values()}
    for some in batches(sorted(participants)):
        query = select(columns.participant, columns.pledge).where(
            columns.campaign == campaign, columns.participant.in_(some)
        )
        for row in await connection.execute(query):
            made.add((participants[row.participant], row.pledge))
    new: dict[tuple[str, str], MadePledge] = {}
    for it in pledges:
        if (it.participant, it.pledge) not in made:
            new.setdefault((it.participant, it.pledge), it)
    return list(new.values())


async def _totals(connection: AsyncConnection, campaign: str) -> dict[str, PledgeTotals]:
    columns = schema.pledge_totals.c
    query = select(schema.pledge_totals).where(columns.campaign == campaign)
    rows = (await connection.execute(query)).all()
    return {row.pledge: PledgeTotals(row[2], row.number) for row in rows}


async def _known(connection: AsyncConnection, certificates: Collection[str]) -> set[str]:
    column = schema.pledges.c.certificate
    known: set[str] = set()
    for some in batches(list(certificates)):
        known.update(await connection.scalars(select(column).where(column.in_(some))))
    return known


def _made(row: Row[Any]) -> MadePledge:
    return MadePledge(row.certificate, row.pledge, row.participant, row.number, row.pledged_at)
