"""Stripe's events, as its documentation shows them, are donations and refunds."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from server.campaign.definition import Stripe
from server.campaign.reports import (
    BadReportError,
    BadSignatureError,
    Donation,
    Refund,
    SignedReport,
)
from server.campaign.stripe_events import read_signed
from tests.campaign.stripe import (
    ACCOUNT,
    INTENT,
    METADATA,
    NEXT_SECRET,
    NOW,
    SECRET,
    event,
    signature,
)

CHARGE: dict[str, Any] = {
    "id": "ch_3MmlLrLkdIwHu7ix0snN0B15",
    "object": "charge",
    "amount": 2000,
    "amount_captured": 2000,
    "amount_refunded": 0,
    "currency": "usd",
    "metadata": METADATA,
    "paid": True,
    "payment_intent": "pi_3MtwBwLkdIwHu7ix28a3tqPa",
    "refunded": False,
    "status": "succeeded",
}
SESSION: dict[str, Any] = {
    "id": "cs_test_a11YYufWQzNY63zpQ6QSNRQhkUpVph4WRmzW0zWJO2znZKdVujZ0N0S22u",
    "object": "checkout.session",
    "amount_total": 2000,
    "client_reference_id": "ref-1",
    "currency": "usd",
    "metadata": {"fund": "angels"},
    "payment_intent": "pi_3MtwBwLkdIwHu7ix28a3tqPa",
    "payment_status": "paid",
    "status": "complete",
}
"""The documented objects, with metadata of ours."""


def read(body: bytes, account: Stripe = ACCOUNT) -> SignedReport:
    header = f"t={int(NOW)},v1={signature(body)},v0=6ffbb59b2300aae63f272406069a9788598b792a"
    return read_signed(body, {"stripe-signature": header}, account, NOW)


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("payment_intent.succeeded", INTENT),
        ("charge.succeeded", CHARGE),
        ("checkout.session.completed", SESSION),
        ("checkout.session.async_payment_succeeded", SESSION),
    ],
)
def test_each_event_of_a_payment_is_the_same_donation(kind: str, content: dict[str, Any]) -> None:
    found = read(event(kind, content))
    assert (found.source, found.id) == ("stripe", "stripe:evt_1MqqbKLt4dXK03v5qaIbiNCC")
    assert found.report is not None
    assert found.report.data == Donation(
        id="pi_3MtwBwLkdIwHu7ix28a3tqPa",
        fund="angels",
        amount=2000,
        currency="USD",
        ref="ref-1",
        at=datetime(2023, 3, 29, 4, 27, 8, tzinfo=UTC),
    )


def test_a_charge_without_an_intent_is_a_donation_by_its_own_name() -> None:
    found = read(event("charge.succeeded", CHARGE | {"payment_intent": None})).report
    assert found is not None
    assert found.data.id == CHARGE["id"]


def refund_of(before: int, after: int) -> Refund:
    content = CHARGE | {"amount_refunded": after, "refunded": after == 2000}
    body = event("charge.refunded", content, previous_attributes={"amount_refunded": before})
    found = read(body).report
    assert found is not None
    assert isinstance(found.data, Refund)
    return found.data


def test_refunds_of_a_charge_are_the_steps_of_what_was_refunded() -> None:
    first, second = refund_of(0, 500), refund_of(500, 2000)
    assert (first.id, first.amount, first.currency) == (INTENT["id"], 500, "USD")
    assert (second.id, second.amount) == (INTENT["id"], 1500)
    assert first.refund != second.refund


@pytest.mark.parametrize("created", [-1, 253_370_764_800, 10**17])
def test_a_moment_that_no_clock_shows_is_refused(created: int) -> None:
    body = event("payment_intent.succeeded", INTENT)
    with pytest.raises(BadReportError):
        read(body.replace(b'"created": 1680064028', f'"created": {created}'.encode()))


def test_an_event_that_is_sent_again_is_the_same_report() -> None:
    body = event("payment_intent.succeeded", INTENT)
    assert read(body) == read(body.replace(b'"pending_webhooks": 1', b'"pending_webhooks": 2'))


def test_a_payment_without_a_fund_is_for_the_one_of_the_settings() -> None:
    body = event("payment_intent.succeeded", INTENT | {"metadata": {}})
    found = read(body, Stripe(secrets=(SECRET,), fund="masks")).report
    assert found is not None
    assert isinstance(found.data, Donation)
    assert found.data.fund == "masks"
    with pytest.raises(BadReportError, match="name no fund"):
        read(body)


def test_secrets_change_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRIPE_SECRETS", NEXT_SECRET)
    both = Stripe(secrets=(SECRET,), secrets_from="STRIPE_SECRETS")
    body = event("payment_intent.succeeded", INTENT)
    for secret in (SECRET, NEXT_SECRET):
        header = f"t={int(NOW)},v1={'0' * 64},v1={signature(body, secret)}"
        assert read_signed(body, {"stripe-signature": header}, both, NOW).report is not None


@pytest.mark.parametrize(
    "header",
    [
        "",
        "t=1492774577",
        "v1={good}",
        "t=1492774577,v1=",
        "t=1492774577,v0={good}",
        "t=1492774578,v1={good}",
        "t=1492774277,v1={early}",
        "t=1492774276,v1={early}",
        "t=1492774577,t=1492774577,v1={good}",
        "t=soon,v1={good}",
        "t=1492774577,v1=ü",
    ],
)
def test_what_stripe_has_not_signed_is_refused(header: str) -> None:
    body = event("payment_intent.succeeded", INTENT)
    filled = header.format(good=signature(body), early=signature(body, at=NOW - 301))
    with pytest.raises(BadSignatureError):
        read_signed(body, {"stripe-signature": filled}, ACCOUNT, NOW)


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b"\xff",
        event("payment_intent.succeeded", {}),
        event("payment_intent.succeeded", INTENT | {"amount_received": 0}),
        event("payment_intent.succeeded", INTENT | {"currency": ""}),
        event("charge.refunded", CHARGE),
    ],
)
def test_what_is_signed_and_no_report_is_refused(body: bytes) -> None:
    with pytest.raises(BadReportError):
        read(body)


def test_what_is_about_something_else_is_no_report() -> None:
    unpaid = SESSION | {"payment_status": "unpaid"}
    for body in (event("customer.created", {}), event("checkout.session.completed", unpaid)):
        assert read(body).report is None
