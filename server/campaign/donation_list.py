"""Lists of donations and refunds: newest first, by name or reference, and those set aside."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Row, Select, Table, and_, or_, select

from server.archive.database import Database
from server.archive.totals import batches
from server.campaign import schema
from server.campaign.donations import ASIDE, WAITING

PAGE = 50


class DonationRow(NamedTuple):
    """A donation as SQL has it; amounts are in the smallest unit, `at` in milliseconds since 1970.

    Attributes:
        source: who told of it.
    """

    id: str
    fund: str
    currency: str
    amount: int
    refunded: int
    ref: str
    at: int
    source: str


class RefundRow(NamedTuple):
    """A refund as SQL has it; its state is one of those in `donations`."""

    id: str
    donation: str
    currency: str
    amount: int
    at: int
    state: str
    source: str


class Place(NamedTuple):
    """A place in a list, behind the entry of this moment and id."""

    at: int
    id: str


_DONATION = [schema.donations.c[name] for name in DonationRow._fields]
_REFUND = [schema.refunds.c[name] for name in RefundRow._fields]


class DonationList:
    """The donations of one database. Every method may raise ArchiveAwayError."""

    def __init__(self, database: Database) -> None:
        """Read from `database`."""
        self._database = database

    async def newest(
        self, campaign: str, *, before: Place | None = None, fund: str = "", limit: int = PAGE
    ) -> list[DonationRow]:
        """Donations of a campaign, or of one of its funds, the newest first."""
        query = _newest(select(*_DONATION), schema.donations, campaign, before, limit)
        if fund:
            query = query.where(schema.donations.c.fund == fund)
        return [DonationRow._make(row) for row in await self._rows(query)]

    async def search(self, campaign: str, words: str, limit: int = PAGE) -> list[DonationRow]:
        """Donations whose id or reference is this, or which this refund is of."""
        columns, refunds = schema.donations.c, schema.refunds.c
        of_refund = select(refunds.donation).where(
            refunds.campaign == campaign, refunds.id == words
        )
        query = (
            select(*_DONATION)
            .where(
                columns.campaign == campaign,
                or_(columns.id == words, columns.ref == words, columns.id.in_(of_refund)),
            )
            .order_by(columns.at.desc(), columns.id.desc())
            .limit(limit)
        )
        return [DonationRow._make(row) for row in await self._rows(query)]

    async def find(self, campaign: str, name: str) -> DonationRow | None:
        """One donation."""
        found = await self.named(campaign, [name])
        return found.get(name)

    async def named(self, campaign: str, names: Collection[str]) -> dict[str, DonationRow]:
        """Those of these donations that there are, by id."""
        columns, found = schema.donations.c, {}
        for some in batches(list(names)):
            query = select(*_DONATION).where(columns.campaign == campaign, columns.id.in_(some))
            found.update({row[0]: DonationRow._make(row) for row in await self._rows(query)})
        return found

    async def refunds_named(self, campaign: str, names: Collection[str]) -> dict[str, RefundRow]:
        """Those of these refunds that there are, by id."""
        columns, found = schema.refunds.c, {}
        for some in batches(list(names)):
            query = select(*_REFUND).where(columns.campaign == campaign, columns.id.in_(some))
            found.update({row[0]: RefundRow._make(row) for row in await self._rows(query)})
        return found

    async def refunds_of(self, campaign: str, donation: str) -> list[RefundRow]:
        """The refunds of a donation, the oldest first."""
        columns = schema.refunds.c
        query = select(*_REFUND).where(columns.campaign == campaign, columns.donation == donation)
        rows = await self._rows(query.order_by(columns.at, columns.id))
        return [RefundRow._make(row) for row in rows]

    async def refunds(
        self, campaign: str, *, before: Place | None = None, limit: int = PAGE
    ) -> list[RefundRow]:
        """Refunds of a campaign, the newest first."""
        query = _newest(select(*_REFUND), schema.refunds, campaign, before, limit)
        return [RefundRow._make(row) for row in await self._rows(query)]

    async def unsettled(
        self, campaign: str, *, before: Place | None = None, limit: int = PAGE
    ) -> list[RefundRow]:
        """Refunds that were set aside, or wait for their donation, the newest first."""
        query = _newest(select(*_REFUND), schema.refunds, campaign, before, limit)
        open_ = query.where(schema.refunds.c.state.in_((ASIDE, WAITING)))
        return [RefundRow._make(row) for row in await self._rows(open_)]

    async def _rows(self, query: Select[Any]) -> Sequence[Row[Any]]:
        async with self._database.reading() as connection:
            found: Sequence[Row[Any]] = (await connection.execute(query)).all()
            return found


def _newest(
    query: Select[Any],
    table: Table,
    campaign: str,
    before: Place | None,
    limit: int,
) -> Select[Any]:
    columns = table.c
    query = query.where(columns.campaign == campaign)
    if before is not None:
        older = or_(columns.at < before.at, and_(columns.at == before.at, columns.id < before.id))
        query = query.where(columns.at <= before.at, older)
    return query.order_by(columns.at.desc(), columns.id.desc()).limit(limit)
