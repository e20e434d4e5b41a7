"""What a payment provider reports: a donation, or a refund; their shapes are protocol.md's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, NamedTuple, TypeVar

import msgspec

from server.campaign.amounts import MOST_AMOUNT

_NAME = re.compile(r"[\x21-\x7e]{1,128}")
Name = Annotated[str, msgspec.Meta(pattern=rf"\A{_NAME.pattern}\Z")]
Ref = Annotated[str, msgspec.Meta(pattern=r"\A[^\x00-\x1f\x7f]{0,128}\Z")]
"""It says nothing of the money: a donation is taken whatever its reference is."""

Amount = Annotated[int, msgspec.Meta(ge=1, le=MOST_AMOUNT)]
Currency = Annotated[str, msgspec.Meta(pattern=r"\A[A-Z]{3}\Z")]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]

EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)
"""Years of moments, each with a day to spare for time zones."""


def is_name(text: str) -> bool:
    """Whether a donation, a fund or a refund may be called so."""
    return _NAME.fullmatch(text) is not None


def can_be_shown(at: datetime) -> bool:
    """Whether a moment can be shown on the clocks of every time zone."""
    return EARLIEST <= at < LATEST


class Donation(msgspec.Struct, frozen=True):
    """Somebody gave this amount, in the smallest unit of the currency."""

    id: Name
    fund: Name
    amount: Amount
    currency: Currency
    ref: Ref | None = None
    at: Moment | None = None

    def __post_init__(self) -> None:
        """Raises ValueError for a moment that cannot be shown."""
        _check_moment(self.at)


class Refund(msgspec.Struct, frozen=True):
    """This amount of the donation `id` was given back; `refund` names the refund."""

    id: Name
    refund: Name
    amount: Amount
    currency: Currency
    at: Moment | None = None

    def __post_init__(self) -> None:
        """Raises ValueError for a moment that cannot be shown."""
        _check_moment(self.at)


def _check_moment(at: datetime | None) -> None:
    if at is not None and not can_be_shown(at):
        raise ValueError(f"a moment is from {EARLIEST:%Y} on and before {LATEST:%Y}")


class Succeeded(msgspec.Struct, tag_field="type", tag="donation.succeeded", frozen=True):
    """A donation was made."""

    data: Donation


class Refunded(msgspec.Struct, tag_field="type", tag="donation.refunded", frozen=True):
    """A refund was made."""

    data: Refund


Report = Succeeded | Refunded

read_report = msgspec.json.Decoder(Report).decode
write_report = msgspec.json.Encoder(order="deterministic").encode


class BadSignatureError(Exception):
    """Nobody who may report has signed this, or not within 5 minutes."""


class BadReportError(Exception):
    """It is signed, and is no report; the message says why."""


class SignedReport(NamedTuple):
    """A report whose signature is right.

    Attributes:
        source: who sent it: "webhook", "wechat" or "stripe".
        id: the sender's id of this report, at most 128 characters.
        body: the same each time the report is sent.
        report: what it says; None when it is about something else than donations.
    """

    source: str
    id: str
    body: bytes
    report: Report | None


T = TypeVar("T")


def report_of(kind: str, data: Mapping[str, object]) -> Report:
    """A report of these values.

    Raises:
        BadReportError: a value is not allowed.
    """
    try:
        found: Report = read_report(msgspec.json.encode({"type": kind, "data": data}))
    except msgspec.DecodeError as error:
        raise BadReportError(str(error)) from error
    return found


def read_json(body: bytes, kind: type[T]) -> T:
    """What a provider sent.

    Raises:
        BadReportError: it has another shape.
    """
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadReportError(str(error)) from error
