"""What the JSON API takes and answers, as types; the OpenAPI document is generated from them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from server.archive.publishing import PublicWork
from server.archive.works import CURSOR
from server.catalogue import DEFAULT
from server.relay.phrase import Phrase
from server.relay.to_client import CounterValues

MAX_PAGE = 100
DEFAULT_PAGE = 20


class PledgeInfo(msgspec.Struct, frozen=True):
    """A pledge, and how many have made it."""

    id: str
    text: str
    count: int


class FundInfo(msgspec.Struct, frozen=True, omit_defaults=True):
    """A fund; amounts are in the smallest unit of the currency."""

    id: str
    title: str
    currency: str
    raised: int
    donations: int
    goal: int | None = None


class PledgeTotal(msgspec.Struct, frozen=True):
    """How many have made a pledge."""

    id: str
    count: int


class FundTotal(msgspec.Struct, frozen=True):
    """What was given for a fund less refunds, in the currency's smallest unit."""

    id: str
    currency: str
    raised: int
    donations: int


class TotalsAnswer(msgspec.Struct, frozen=True):
    """A campaign's figures, at most about a second old."""

    id: str
    title: str
    open: bool
    counters: CounterValues
    pledges: list[PledgeTotal]
    funds: list[FundTotal]


class OrganiserInfo(msgspec.Struct, frozen=True):
    """Who runs the campaign."""

    name: str
    link: str


class AboutInfo(msgspec.Struct, frozen=True):
    """What people read of the campaign; "" where the organiser wrote nothing."""

    summary: str
    cause: str
    result: str
    legal: str
    link: str
    picture: str
    organiser: OrganiserInfo | None
    opens: datetime | None
    closes: datetime | None


class PaletteInfo(msgspec.Struct, frozen=True):
    """Two colours as `#rrggbb`."""

    accent: str
    paper: str


class ThemeInfo(msgspec.Struct, frozen=True):
    """How the campaign looks by day and by night, and what its seal says."""

    seal: str
    light: PaletteInfo
    dark: PaletteInfo


class GoalInfo(msgspec.Struct, frozen=True):
    """A number to reach."""

    counter: str
    at: int
    text: str


class CampaignAnswer(msgspec.Struct, frozen=True):
    """A campaign with its figures at this moment."""

    id: str
    title: str
    open: bool
    counters: CounterValues
    phrases: list[Phrase]
    relays: list[str]
    pledges: list[PledgeInfo]
    funds: list[FundInfo]
    about: AboutInfo
    theme: ThemeInfo
    goals: list[GoalInfo]
    milestones: list[GoalInfo]


class WorksQuery(msgspec.Struct, frozen=True):
    """Which works are listed."""

    campaign: Annotated[str, msgspec.Meta(description="The id of a campaign.")] = DEFAULT
    phrase: Annotated[str, msgspec.Meta(description="The id of a phrase.")] | None = None
    cursor: (
        Annotated[str, msgspec.Meta(pattern=CURSOR, description="`next` of the page before.")]
        | None
    ) = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=MAX_PAGE, description="Works of a page.")] = (
        DEFAULT_PAGE
    )


class WorksAnswer(msgspec.Struct, frozen=True):
    """A page of works, newest first; `next` is the cursor of the page behind it."""

    works: list[PublicWork]
    next: str | None


class ParticipantRequest(msgspec.Struct, frozen=True):
    """Who wishes to take part without a socket, in a campaign."""

    campaign: str = DEFAULT


class ParticipantAnswer(msgspec.Struct, frozen=True):
    """The token of somebody new; whoever holds it is this participant."""

    token: str


class CertificateAnswer(msgspec.Struct, frozen=True):
    """A pledge that was made, now or before; `url` is the page of its certificate."""

    pledge: str
    number: int
    certificate: str
    url: str


class PledgeAnswer(msgspec.Struct, frozen=True):
    """What a certificate says."""

    certificate: str
    campaign: str
    pledge: str
    text: str
    number: int
    pledged_at: Annotated[str, msgspec.Meta(extra_json_schema={"format": "date-time"})]


class DonationReport(msgspec.Struct, frozen=True):
    """What a payment provider reports; `data` has the keys that the protocol names."""

    type: Literal["donation.succeeded", "donation.refunded"]
    data: dict[str, str | int]


Pixels = Annotated[int, msgspec.Meta(ge=1, le=999_999_999, description="Pixels.")]


class GoQuery(msgspec.Struct, frozen=True):
    """What leads to a payment page."""

    ref: (
        Annotated[
            str,
            msgspec.Meta(
                pattern="^[A-Za-z0-9_.~-]{1,64}$",
                description="Names the visit in the donation's report; without it, a new one.",
            ),
        ]
        | None
    ) = None


class OEmbedQuery(msgspec.Struct, frozen=True):
    """Which page is to be shown, and in how much room; `format` can only be `json`."""

    url: Annotated[
        str,
        msgspec.Meta(min_length=1, description="The page of a campaign, work or certificate."),
    ]
    maxwidth: Pixels | None = None
    maxheight: Pixels | None = None


class OEmbedAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """How another site shows a page; see oembed.com for the keys of each type."""

    version: Literal["1.0"]
    type: Literal["link", "photo", "rich"]
    title: str
    provider_name: str
    provider_url: str
    cache_age: int
    author_name: str = ""
    author_url: str = ""
    url: str = ""
    html: str = ""
    width: int = 0
    height: int = 0
    thumbnail_url: str = ""
    thumbnail_width: int = 0
    thumbnail_height: int = 0


class ErrorContent(msgspec.Struct, frozen=True):
    """What went wrong: a code for programs, a message for people."""

    code: str
    message: str


NO_SUCH_CAMPAIGN = ErrorContent("no_such_campaign", "there is no campaign of this id")


class ErrorAnswer(msgspec.Struct, frozen=True):
    """The one shape of all errors."""

    error: ErrorContent


class ReadyAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """Whether the worker takes joiners, and if not, why."""

    ready: bool
    why: str | None = None
