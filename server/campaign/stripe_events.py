"""Stripe's events as reports of donations and refunds.

A donation is named by its payment intent, or by its charge where there is none. So a payment that
several events tell of is one donation. The metadata of a payment name the fund (`fund`) and the
reference (`ref`).
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Annotated, NamedTuple

import msgspec

from server.campaign.definition import Stripe
from server.campaign.provider_secrets import TOLERANCE_SECONDS, secrets_of
from server.campaign.reports import (
    LATEST,
    BadReportError,
    BadSignatureError,
    Report,
    SignedReport,
    read_json,
    report_of,
    write_report,
)

SOURCE = "stripe"


class _Event(msgspec.Struct, frozen=True):
    id: str
    type: str
    created: Annotated[int, msgspec.Meta(ge=0, lt=int(LATEST.timestamp()))]
    data: _Data


class _Data(msgspec.Struct, frozen=True):
    object: msgspec.Raw
    previous_attributes: _Previous | None = None


class _Previous(msgspec.Struct, frozen=True):
    amount_refunded: int = 0


class _Intent(msgspec.Struct, frozen=True):
    id: str
    amount_received: int
    currency: str
    metadata: dict[str, str] = {}


class _Charge(msgspec.Struct, frozen=True):
    id: str
    amount: int
    currency: str
    payment_intent: str | None = None
    amount_captured: int | None = None
    amount_refunded: int = 0
    metadata: dict[str, str] = {}


class _Session(msgspec.Struct, frozen=True):
    id: str
    payment_status: str
    amount_total: int | None = None
    currency: str | None = None
    payment_intent: str | None = None
    client_reference_id: str | None = None
    metadata: dict[str, str] | None = None


class _Payment(NamedTuple):
    """What the kinds of payments have in common."""

    id: str
    amount: int
    currency: str
    metadata: Mapping[str, str]
    ref: str | None = None


def read_signed(
    body: bytes, headers: Mapping[str, str], account: Stripe, now: float
) -> SignedReport:
    """What an event says.

    Args:
        body: of the request.
        headers: of it, with names in lower case.
        account: whose secrets may sign.
        now: seconds since 1970.

    Raises:
        BadSignatureError, BadReportError: see there.
    """
    _check_signature(body, headers.get("stripe-signature", ""), secrets_of(account), now)
    event = read_json(body, _Event)
    report = _report(event, account)
    # An event that is sent again says how many endpoints wait for it: its bytes differ.
    same = b"" if report is None else write_report(report)
    return SignedReport(SOURCE, f"{SOURCE}:{event.id[:64]}", same, report)


def _check_signature(body: bytes, header: str, secrets: Iterable[str], now: float) -> None:
    """`t=` is when it was signed. There are several `v1=` while the endpoint's secret changes."""
    parts = [part.strip().partition("=") for part in header.split(",")]
    times = [value for name, _, value in parts if name == "t"]
    given = [value.encode() for name, _, value in parts if name == "v1"]
    if len(times) != 1 or not times[0].isdecimal():
        raise BadSignatureError
    if abs(int(times[0][:16]) - now) > TOLERANCE_SECONDS:
        raise BadSignatureError
    signed = times[0].encode() + b"." + body
    for secret in secrets:
        expected = hmac.new(secret.encode(), signed, sha256).hexdigest().encode()
        if any(hmac.compare_digest(expected, each) for each in given):
            return
    raise BadSignatureError


def _report(event: _Event, account: Stripe) -> Report | None:
    match event.type:
        case "payment_intent.succeeded":
            intent = read_json(event.data.object, _Intent)
            payment = _Payment(intent.id, intent.amount_received, intent.currency, intent.metadata)
        case "charge.succeeded":
            charge = read_json(event.data.object, _Charge)
            amount = charge.amount if charge.amount_captured is None else charge.amount_captured
            name = charge.payment_intent or charge.id
            payment = _Payment(name, amount, charge.currency, charge.metadata)
        case "checkout.session.completed" | "checkout.session.async_payment_succeeded":
            session = read_json(event.data.object, _Session)
            if session.payment_status != "paid":
                return None
            payment = _Payment(
                session.payment_intent or session.id,
                session.amount_total or 0,
                session.currency or "",
                session.metadata or {},
                session.client_reference_id,
            )
        case "charge.refunded":
            return _refund(read_json(event.data.object, _Charge), event)
        case _:
            return None
    return _donation(payment, event, account)


def _donation(payment: _Payment, event: _Event, account: Stripe) -> Report:
    fund = payment.metadata.get("fund") or account.fund
    if not fund:
        raise BadReportError("the metadata name no fund, and the campaign says none for that case")
    data = {
        "id": payment.id,
        "fund": fund,
        "amount": payment.amount,
        "currency": payment.currency.upper(),
        "ref": payment.metadata.get("ref") or payment.ref,
        "at": _moment(event),
    }
    return report_of("donation.succeeded", data)


def _refund(charge: _Charge, event: _Event) -> Report:
    """The event tells what was refunded of the charge so far, and what had been before."""
    before = event.data.previous_attributes or _Previous()
    data = {
        "id": charge.payment_intent or charge.id,
        "refund": f"{charge.id}:{charge.amount_refunded}",
        "amount": charge.amount_refunded - before.amount_refunded,
        "currency": charge.currency.upper(),
        "at": _moment(event),
    }
    return report_of("donation.refunded", data)


def _moment(event: _Event) -> datetime:
    return datetime.fromtimestamp(event.created, UTC)
