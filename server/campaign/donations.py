"""Donations and refunds in SQL: each taken once, in any order, with sums that are always exact.

One transaction takes a report and changes the totals. Reports of a campaign are taken one after
another: each transaction locks the row of the campaign's reports first.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import Enum
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import Row, and_, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.archive.database import Database
from server.campaign import schema
from server.campaign.reports import Donation, Refund, SignedReport
from server.relay.fault import Fault, FaultError

_LOCK = text(
    "INSERT INTO donation_reports (campaign, id, digest) VALUES (:campaign, '', :nothing) "
    "ON CONFLICT (campaign, id) DO UPDATE SET digest = donation_reports.digest"
)
"""Locks the campaign; no report has an empty id."""

_ADD = text(
    "INSERT INTO fund_totals (campaign, fund, raised, donations) "
    "VALUES (:campaign, :fund, :raised, :donations) ON CONFLICT (campaign, fund) DO UPDATE "
    "SET raised = fund_totals.raised + :raised, donations = fund_totals.donations + :donations"
)

WAITING, TAKEN, ASIDE, SETTLED = "waiting", "taken", "aside", "settled"
"""States of a refund: its donation is not known yet; it counts; it is for the organiser to see to,
for it was larger than what was left of its donation; the organiser has seen to it."""


class Outcome(Enum):
    """What became of a report that was taken."""

    NEW = "new"
    """It was taken now."""

    KNOWN = "known"
    """It was taken before."""


class ConflictError(FaultError):
    """The report contradicts what was taken before; the message says how."""


class FundTotals(NamedTuple):
    """What was given for a fund less refunds, and how many gave."""

    raised: int = 0
    donations: int = 0


class Donations:
    """The donations of one database. Every method may raise ArchiveAwayError."""

    def __init__(self, database: Database) -> None:
        """Keep donations in `database`."""
        self._database = database

    async def take(
        self, campaign: str, reports: Sequence[SignedReport]
    ) -> list[Outcome | ConflictError]:
        """Take reports in one transaction; what became of each, in their order.

        A report that was taken before changes nothing, and neither does one that is refused.
        """
        outcomes: list[Outcome | ConflictError] = []
        async with self._database.writing() as connection:
            await connection.execute(_LOCK, {"campaign": campaign, "nothing": b""})
            for report in reports:
                try:
                    outcomes.append(await _take(connection, campaign, report))
                except ConflictError as error:
                    outcomes.append(error)
        return outcomes

    async def taken_before(self, campaign: str, signed: SignedReport) -> bool:
        """Whether this report, or its donation as it tells it, was taken before.

        Raises:
            ConflictError: it contradicts what was taken before.
        """
        async with self._database.reading() as connection:
            if await _is_known_report(connection, campaign, signed):
                return True
            assert signed.report is not None
            data = signed.report.data
            return isinstance(data, Donation) and await _is_known(connection, campaign, data)

    async def settle(self, campaign: str, refund: str) -> bool:
        """The organiser has seen to a refund that was set aside; False when there is none."""
        refunds = schema.refunds
        key = and_(refunds.c.campaign == campaign, refunds.c.id == refund, refunds.c.state == ASIDE)
        async with self._database.writing() as connection:
            done = await connection.execute(update(refunds).where(key).values(state=SETTLED))
        return done.rowcount > 0

    async def totals(self, campaign: str) -> Mapping[str, FundTotals]:
        """The totals of each fund for which something was given."""
        columns = schema.fund_totals.c
        query = select(columns.fund, columns.raised, columns.donations).where(
            columns.campaign == campaign
        )
        async with self._database.reading() as connection:
            return {fund: FundTotals(*totals) for fund, *totals in await connection.execute(query)}


async def _take(connection: AsyncConnection, campaign: str, signed: SignedReport) -> Outcome:
    """Take a report; the campaign is locked.

    Raises:
        ConflictError: nothing was written.
    """
    if await _is_known_report(connection, campaign, signed):
        return Outcome.KNOWN
    assert signed.report is not None
    match signed.report.data:
        case Donation() as donation:
            outcome = await _take_donation(connection, campaign, donation, signed.source)
        case Refund() as refund:
            outcome = await _take_refund(connection, campaign, refund, signed.source)
    row = {"campaign": campaign, "id": signed.id, "digest": sha256(signed.body).digest()}
    await connection.execute(insert(schema.donation_reports).values(row))
    return outcome


async def _is_known_report(
    connection: AsyncConnection, campaign: str, signed: SignedReport
) -> bool:
    """Whether a report with this id and this body was taken.

    Raises:
        ConflictError: it had another body.
    """
    reports = schema.donation_reports
    known = await connection.scalar(
        select(reports.c.digest).where(reports.c.campaign == campaign, reports.c.id == signed.id)
    )
    if known not in {None, sha256(signed.body).digest()}:
        raise ConflictError(Fault("another body came with this id of a report"))
    return known is not None


async def _is_known(connection: AsyncConnection, campaign: str, donation: Donation) -> bool:
    """Whether the donation was taken.

    Raises:
        ConflictError: it was told otherwise.
    """
    known = await _donation(connection, campaign, donation.id)
    if known is None:
        return False
    told = (donation.fund, donation.amount, donation.currency)
    if (known.fund, known.amount, known.currency) != told:
        raise ConflictError(
            Fault("the donation was reported with another fund, amount or currency")
        )
    return True


async def _take_donation(
    connection: AsyncConnection, campaign: str, donation: Donation, source: str
) -> Outcome:
    if await _is_known(connection, campaign, donation):
        return Outcome.KNOWN
    refunded = await _settle_waiting(connection, campaign, donation)
    row = {
        "campaign": campaign,
        "id": donation.id,
        "fund": donation.fund,
        "currency": donation.currency,
        "amount": donation.amount,
        "refunded": refunded,
        "ref": donation.ref or "",
        "at": _milliseconds(donation.at),
        "source": source,
    }
    await connection.execute(insert(schema.donations).values(row))
    left = donation.amount - refunded
    await _add(connection, campaign, donation.fund, left, int(left > 0))
    return Outcome.NEW


async def _settle_waiting(connection: AsyncConnection, campaign: str, donation: Donation) -> int:
    """Decide on the refunds that came before their donation; how much of it they take."""
    refunds, refunded = schema.refunds.c, 0
    query = select(refunds.id, refunds.amount, refunds.currency).where(
        refunds.campaign == campaign, refunds.donation == donation.id, refunds.state == WAITING
    )
    for refund, amount, currency in (await connection.execute(query.order_by(refunds.id))).all():
        fits = currency == donation.currency and refunded + amount <= donation.amount
        refunded += amount if fits else 0
        key = and_(refunds.campaign == campaign, refunds.id == refund)
        state = TAKEN if fits else ASIDE
        await connection.execute(update(schema.refunds).where(key).values(state=state))
    return refunded


async def _take_refund(
    connection: AsyncConnection, campaign: str, refund: Refund, source: str
) -> Outcome:
    refunds = schema.refunds.c
    query = select(schema.refunds).where(refunds.campaign == campaign, refunds.id == refund.refund)
    known = (await connection.execute(query)).one_or_none()
    if known is not None:
        told = (refund.id, refund.amount, refund.currency)
        if (known.donation, known.amount, known.currency) != told:
            raise ConflictError(Fault("the refund was reported with another donation or amount"))
        return Outcome.KNOWN
    donation = await _donation(connection, campaign, refund.id)
    if donation is not None:
        await _subtract(connection, campaign, donation, refund)
    row = {
        "campaign": campaign,
        "id": refund.refund,
        "donation": refund.id,
        "currency": refund.currency,
        "amount": refund.amount,
        "at": _milliseconds(refund.at),
        "state": WAITING if donation is None else TAKEN,
        "source": source,
    }
    await connection.execute(insert(schema.refunds).values(row))
    return Outcome.NEW


async def _subtract(
    connection: AsyncConnection, campaign: str, donation: Row[Any], refund: Refund
) -> None:
    """Count a refund of a donation that is known."""
    refunded = donation.refunded + refund.amount
    if donation.currency != refund.currency or refunded > donation.amount:
        raise ConflictError(Fault("the refund is in another currency, or above what was given"))
    donations = schema.donations.c
    key = and_(donations.campaign == campaign, donations.id == refund.id)
    await connection.execute(update(schema.donations).where(key).values(refunded=refunded))
    whole = refunded == donation.amount
    await _add(connection, campaign, donation.fund, -refund.amount, -int(whole))


async def _donation(connection: AsyncConnection, campaign: str, donation: str) -> Row[Any] | None:
    columns = schema.donations.c
    query = select(schema.donations).where(columns.campaign == campaign, columns.id == donation)
    return (await connection.execute(query)).one_or_none()


async def _add(
    connection: AsyncConnection, campaign: str, fund: str, raised: int, donations: int
) -> None:
    row = {"campaign": campaign, "fund": fund, "raised": raised, "donations": donations}
    await connection.execute(_ADD, row)


def _milliseconds(at: datetime | None) -> int:
    """The moment that was reported, or this one."""
    return time.time_ns() // 1_000_000 if at is None else round(at.timestamp() * 1_000)
