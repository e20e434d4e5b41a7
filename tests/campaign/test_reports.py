"""What a report of a donation or a refund may say."""

from __future__ import annotations

from datetime import datetime

import pytest

from server.campaign.reports import BadReportError, Donation, Refund, report_of

DONATION = {"id": "d1", "fund": "angels", "amount": 1, "currency": "CNY"}
REFUND = {"id": "d1", "refund": "r1", "amount": 1, "currency": "CNY"}
KINDS = [("donation.succeeded", DONATION, Donation), ("donation.refunded", REFUND, Refund)]

SHOWN = ["1970-01-01T00:00:00Z", "9998-12-31T23:59:59Z", "2030-01-31T08:00:00.5+08:00"]
NOT_SHOWN = [
    *("1970-01-01T00:00:00+00:01", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"),
    "2030-01-31T08:00:00",
]


@pytest.mark.parametrize(("kind", "data", "type_"), KINDS)
def test_a_moment_is_one_that_can_be_shown(kind: str, data: dict[str, object], type_: type) -> None:
    """Any other would make every list with it unreadable."""
    for at in SHOWN:
        found = report_of(kind, data | {"at": at}).data
        assert isinstance(found, type_)
        assert found.at == datetime.fromisoformat(at)
    for at in NOT_SHOWN:
        with pytest.raises(BadReportError):
            report_of(kind, data | {"at": at})


@pytest.mark.parametrize("ref", [None, "", "r-1", "春天 %20", "x" * 128])
def test_a_reference_keeps_no_donation_out(ref: str | None) -> None:
    found = report_of("donation.succeeded", DONATION | {"ref": ref}).data
    assert isinstance(found, Donation)
    assert found.ref == ref


@pytest.mark.parametrize("ref", [5, "a\x00b", "a\nb", "x" * 129])
def test_what_is_no_reference_is_refused(ref: object) -> None:
    with pytest.raises(BadReportError):
        report_of("donation.succeeded", DONATION | {"ref": ref})
