"""Whether a report fits the funds of a campaign."""

from __future__ import annotations

from collections.abc import Sequence

from server.campaign.reports import Donation, Report
from server.relay.campaign import Fund
from server.relay.fault import Fault, FaultError


class NoSuchFundError(FaultError):
    """The campaign has no fund of the id that the report names."""


class WrongCurrencyError(FaultError):
    """The fund that the report names is in another currency; the message says in which."""


def check_fund(funds: Sequence[Fund], report: Report) -> None:
    """Check that a donation is for one of these funds, in its currency.

    Raises:
        NoSuchFundError, WrongCurrencyError: see there.
    """
    if not isinstance(report.data, Donation):
        return
    fund = next((it for it in funds if it.id == report.data.fund), None)
    if fund is None:
        raise NoSuchFundError(Fault("the campaign has no fund {fund!r}", fund=report.data.fund))
    if fund.currency != report.data.currency:
        raise WrongCurrencyError(Fault("the fund is in {currency}", currency=fund.currency))
