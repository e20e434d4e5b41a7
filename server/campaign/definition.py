"""What an organiser defines: one campaign with everything that can be set, as types.

The keys of the TOML file and of the JSON in SQL are the attributes' names. `checks` says which
values are allowed.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from server.relay.campaign import (
    CampaignNetwork,
    DeletedHands,
    Fund,
    Moderation,
    Pledge,
    Relay,
    RetentionDays,
    Thresholds,
)
from server.relay.texts import Texts

Counter = Literal["relays", "participants", "pledges"]
"""What is counted: finished works, hands in them, pledges of every kind."""


class _Part(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A table of the definition; an unknown key is an error."""


class Organiser(_Part, frozen=True):
    """Who runs the campaign; `link` is an address of theirs."""

    name: Texts
    link: str = ""


class DayPalette(_Part, frozen=True):
    """Two colours as `#rrggbb`: of what is emphasized, and of the ground below everything."""

    accent: str = "#b3321f"
    paper: str = "#f1e7d3"


class NightPalette(_Part, frozen=True):
    """The same for people who have set their device to dark."""

    accent: str = "#ea7360"
    paper: str = "#171411"


Palette = DayPalette | NightPalette


class Theme(_Part, frozen=True):
    """How the campaign looks by day and by night; `seal` is carved into its seal.

    `seal_picture` is the address of a picture that takes the seal's place.
    """

    light: DayPalette = DayPalette()
    dark: NightPalette = NightPalette()
    seal: str = "接龙"
    seal_picture: str = ""


class OwnPhrase(_Part, frozen=True):
    """A phrase that only this campaign has."""

    id: str
    text: str
    locale: str


class Goal(_Part, frozen=True):
    """A number to reach. A milestone is one, too; the page celebrates it with `text`."""

    counter: Counter
    at: int
    text: Texts = ""


class Webhook(_Part, frozen=True):
    """What the payment provider's reports are signed with; several secrets while they change.

    `secrets_from` names an environment variable that holds them, separated by blanks.
    """

    secrets: tuple[str, ...] = ()
    secrets_from: str = ""


class WeChatPay(_Part, frozen=True):
    """The charity's merchant account at WeChat Pay (API v3), whose notifications are reports.

    Attributes:
        merchant: its number (`mchid`).
        keys: the public key of WeChat Pay or its platform certificate, as PEM; several while they
            change.
        secrets, secrets_from: APIv3 keys, of 32 characters each; see `Webhook`.
        fund: what is given for where an order's `attach` names no fund.
    """

    merchant: str = ""
    keys: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    secrets_from: str = ""
    fund: str = ""


class Stripe(_Part, frozen=True):
    """An endpoint of the charity's account at Stripe, whose events are reports.

    Attributes:
        secrets, secrets_from: the endpoint's signing secrets; see `Webhook`.
        fund: what is given for where a payment's metadata name no fund.
    """

    secrets: tuple[str, ...] = ()
    secrets_from: str = ""
    fund: str = ""


class Definition(_Part, frozen=True):
    """One campaign.

    Attributes:
        id: ASCII slug; never reused, for works and serial numbers belong to it.
        title, summary, cause, result, legal: what people see: the name, one line and more on what
            it is for, what came of it (after the end), and the legal notice.
        open: closed whatever the dates say, when false.
        archived: over, and in no list of campaigns; everything of it is kept.
        locale: the language of its page and of texts without a language.
        organiser, link, picture: who runs it, an address with more, the address of a picture.
        theme: its colours and seal.
        time_zone: of moments without an offset, e.g. "Asia/Shanghai".
        opens, closes: the first moment at which one may join, and the first at which one may not.
        categories, phrases: what it offers of the library; with neither, all of it.
        phrase: phrases of its own, offered beside those.
        own_only: offer nothing of the library.
        weights: how often a phrase is chosen beside the others, by id; 1 where it is absent.
        relays: how people may take part.
        pledge, fund: what they may promise, and what they may give for.
        webhook, wechat, stripe: who may report donations; see there.
        goal, milestone: numbers to reach.
        network: those with higher limits than others.
        bound_tokens: whether it has participants' tokens of its own.
        moderation: whether a person sees works before everybody does.
        check: what the check of a work's characters leads to.
        deletion: what becomes of the works of a participant who deletes what is theirs.
        retention_days: how long works are kept; 0 for ever, None as the service's setting says.
        embed: origins whose pages may show the campaign in a frame.
        rehearsal: only `jielong rehearse` takes part.
    """

    id: str
    title: Texts = ""
    open: bool = True
    archived: bool = False
    locale: str = "zh-Hans"
    summary: Texts = ""
    cause: Texts = ""
    result: Texts = ""
    legal: Texts = ""
    organiser: Organiser | None = None
    link: str = ""
    picture: str = ""
    theme: Theme = Theme()
    time_zone: str = ""
    opens: datetime | None = None
    closes: datetime | None = None
    categories: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    own_only: bool = False
    weights: dict[str, float] = {}
    relays: tuple[Relay, ...] = ("write",)
    goal: tuple[Goal, ...] = ()
    milestone: tuple[Goal, ...] = ()
    embed: tuple[str, ...] = ()
    rehearsal: bool = False
    moderation: Moderation = "after"
    check: Thresholds = Thresholds()
    deletion: DeletedHands = "keep"
    retention_days: RetentionDays = None
    network: tuple[CampaignNetwork, ...] = ()
    bound_tokens: bool = False
    phrase: tuple[OwnPhrase, ...] = ()
    pledge: tuple[Pledge, ...] = ()
    fund: tuple[Fund, ...] = ()
    webhook: Webhook | None = None
    wechat: WeChatPay | None = None
    stripe: Stripe | None = None
