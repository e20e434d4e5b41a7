"""What a payment provider reports: a donation, or a refund; their shapes are protocol.md's."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from server.campaign.check_money import MOST_AMOUNT

Name = Annotated[str, msgspec.Meta(pattern=r"\A[\x21-\x7e]{1,128}\Z")]
Amount = Annotated[int, msgspec.Meta(ge=1, le=MOST_AMOUNT)]
Currency = Annotated[str, msgspec.Meta(pattern=r"\A[A-Z]{3}\Z")]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class Donation(msgspec.Struct, frozen=True):
    """Somebody gave this amount, in the smallest unit of the currency."""

    id: Name
    fund: Name
    amount: Amount
    currency: Currency
    ref: Name | None = None
    at: Moment | None = None


class Refund(msgspec.Struct, frozen=True):
    """This amount of the donation `id` was given back; `refund` names the refund."""

    id: Name
    refund: Name
    amount: Amount
    currency: Currency
    at: Moment | None = None


class Succeeded(msgspec.Struct, tag_field="type", tag="donation.succeeded", frozen=True):
    """A donation was made."""

    data: Donation


class Refunded(msgspec.Struct, tag_field="type", tag="donation.refunded", frozen=True):
    """A refund was made."""

    data: Refund


read_report = msgspec.json.Decoder(Succeeded | Refunded).decode
