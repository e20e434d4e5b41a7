"""Compares a provider's statement with the donations and refunds in SQL."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from itertools import islice
from typing import Literal, NamedTuple, Protocol, TypeVar

from server.campaign.donation_list import DonationList, DonationRow, Place, RefundRow
from server.campaign.reports import Donation, Refund
from server.campaign.statement import Line

LINES_AT_ONCE = 500
PAGE = 1_000

What = Literal["donation", "refund"]

R = TypeVar("R", DonationRow, RefundRow)


class _ReadPage(Protocol[R]):
    async def __call__(self, campaign: str, *, before: Place | None, limit: int) -> list[R]: ...


class Entry(NamedTuple):
    """A donation or a refund, as far as it is compared; `of` is the fund, or the donation."""

    of: str
    amount: int
    currency: str


class Difference(NamedTuple):
    """What one side says and the other does not; at least one of both is there.

    Attributes:
        here: what SQL has, also of a refund that was set aside.
        there: what the statement says.
    """

    what: What
    id: str
    here: Entry | None
    there: Entry | None


class Reconciliation:
    """Compares one statement; the lines of at most a million are kept in mind, by their ids."""

    def __init__(self, donations: DonationList, campaign: str) -> None:
        """With what `donations` have of a campaign."""
        self._list = donations
        self._campaign = campaign
        self._seen: dict[What, set[str]] = {"donation": set(), "refund": set()}
        self._from: int | None = None
        self._until: int | None = None
        self._whole = False

    async def differences(self, lines: Iterable[Line]) -> AsyncIterator[Difference]:
        """All differences: first what the statement has, then what only SQL has.

        The latter are those of the time from the first to the last line; of all times if a line
        has no moment.

        Raises:
            ArchiveAwayError: SQL cannot be read now.
            StatementError: a line cannot be read.
        """
        rest = iter(lines)
        while some := list(islice(rest, LINES_AT_ONCE)):
            for line in some:
                self._see(line)
            for difference in await self._compare(some):
                yield difference
        async for difference in self._only_here():
            yield difference

    def _see(self, line: Line) -> None:
        data = line.report.data
        if isinstance(data, Donation):
            self._seen["donation"].add(data.id)
        else:
            self._seen["refund"].add(data.refund)
        if data.at is None:
            self._whole = True
            return
        at = round(data.at.timestamp() * 1_000)
        self._from = at if self._from is None else min(self._from, at)
        self._until = at if self._until is None else max(self._until, at)

    async def _compare(self, lines: list[Line]) -> list[Difference]:
        told = [line.report.data for line in lines]
        given = [it for it in told if isinstance(it, Donation)]
        returned = [it for it in told if isinstance(it, Refund)]
        donations = await self._list.named(self._campaign, {it.id for it in given})
        refunds = await self._list.refunds_named(self._campaign, {it.refund for it in returned})
        compared = [
            Difference(
                "donation",
                it.id,
                _of_donation(donations.get(it.id)),
                Entry(it.fund, it.amount, it.currency),
            )
            for it in given
        ] + [
            Difference(
                "refund",
                it.refund,
                _of_refund(refunds.get(it.refund)),
                Entry(it.id, it.amount, it.currency),
            )
            for it in returned
        ]
        return [it for it in compared if it.here != it.there]

    async def _only_here(self) -> AsyncIterator[Difference]:
        async for row in self._within(self._list.newest):
            if row.id not in self._seen["donation"]:
                yield Difference("donation", row.id, _of_donation(row), None)
        async for refund in self._within(self._list.refunds):
            if refund.id not in self._seen["refund"]:
                yield Difference("refund", refund.id, _of_refund(refund), None)

    async def _within(self, read: _ReadPage[R]) -> AsyncIterator[R]:
        """What there is of the statement's time."""
        place = None if self._whole or self._until is None else Place(self._until + 1, "")
        while rows := await read(self._campaign, before=place, limit=PAGE):
            for row in rows:
                if not self._whole and (self._from is None or row.at < self._from):
                    return
                yield row
            place = Place(rows[-1].at, rows[-1].id)


def _of_donation(row: DonationRow | None) -> Entry | None:
    return None if row is None else Entry(row.fund, row.amount, row.currency)


def _of_refund(row: RefundRow | None) -> Entry | None:
    return None if row is None else Entry(row.donation, row.amount, row.currency)
