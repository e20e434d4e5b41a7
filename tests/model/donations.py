"""The rules of donations as a pure model: what is taken, what is refused, and the totals."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from server.campaign.reports import Donation, Refund

Outcome = Literal["new", "known", "conflict"]


@dataclass
class _Donation:
    fund: str
    amount: int
    currency: str
    refunded: int = 0

    def subtract(self, refund: _Refund) -> bool:
        """Count a refund, if it is not too large and in the same currency."""
        if refund.currency != self.currency or self.refunded + refund.amount > self.amount:
            return False
        self.refunded += refund.amount
        return True


@dataclass
class _Refund:
    donation: str
    amount: int
    currency: str


@dataclass
class DonationModel:
    """One campaign.

    Attributes:
        reports: what was taken by each id of a report.
        donations, refunds: by id.
        waiting: ids of refunds whose donation is not there.
    """

    reports: dict[str, Donation | Refund] = field(default_factory=dict)
    donations: dict[str, _Donation] = field(default_factory=dict)
    refunds: dict[str, _Refund] = field(default_factory=dict)
    waiting: set[str] = field(default_factory=set)

    def take(self, report_id: str, data: Donation | Refund) -> Outcome:
        """Take a report."""
        if report_id in self.reports:
            return "known" if self.reports[report_id] == data else "conflict"
        take = self._take_donation if isinstance(data, Donation) else self._take_refund
        outcome = take(data)  # type: ignore[arg-type]
        if outcome != "conflict":
            self.reports[report_id] = data
        return outcome

    def totals(self) -> dict[str, tuple[int, int]]:
        """What was raised for each fund, and how many gave: summed up anew."""
        found: dict[str, tuple[int, int]] = {}
        for it in self.donations.values():
            raised, donations = found.get(it.fund, (0, 0))
            found[it.fund] = raised + it.amount - it.refunded, donations + (it.refunded < it.amount)
        return found

    def _take_donation(self, data: Donation) -> Outcome:
        told = _Donation(data.fund, data.amount, data.currency)
        known = self.donations.get(data.id)
        if known is not None:
            told.refunded = known.refunded
            return "known" if known == told else "conflict"
        self.donations[data.id] = told
        for name in sorted(self.waiting):
            if self.refunds[name].donation == data.id:
                told.subtract(self.refunds[name])
                self.waiting.remove(name)
        return "new"

    def _take_refund(self, data: Refund) -> Outcome:
        told = _Refund(data.id, data.amount, data.currency)
        known = self.refunds.get(data.refund)
        if known is not None:
            return "known" if known == told else "conflict"
        donation = self.donations.get(data.id)
        if donation is None:
            self.waiting.add(data.refund)
        elif not donation.subtract(told):
            return "conflict"
        self.refunds[data.refund] = told
        return "new"
