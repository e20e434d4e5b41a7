"""A campaign: what people join, when it is open, and which phrases it offers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from server.relay.phrase import Phrase, language_of
from server.relay.texts import Texts, text_in

Relay = Literal["write", "pledge", "give"]
"""A way to take part: write with a stranger, make a pledge, give money."""


class Pledge(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Something that participants promise, each of them once.

    Attributes:
        id: ASCII slug, unique in the campaign; never reused, for certificates name it.
        text: what is promised.
        offered: false: nobody can promise it any more; the certificates stay.
    """

    id: str
    text: Texts
    offered: bool = True


class Fund(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What money is given for; a charity's own payment page takes it.

    Attributes:
        id: ASCII slug, unique in the campaign; never reused, for donations name it.
        title: what people see.
        currency: three capital letters (ISO 4217).
        url: the payment page; `{ref}`, `{fund}` and `{campaign}` in it are filled in.
        goal: in the currency's smallest unit; None for none.
        offered: false: the page does not lead there any more; what is reported still counts.
    """

    id: str
    title: Texts
    currency: str
    url: str
    goal: int | None = None
    offered: bool = True


Moderation = Literal["after", "before"]
"""When a person looks at works: after the check made them public, or before anybody sees them."""

DeletedHands = Literal["keep", "remove"]
"""Works of a participant who deletes what is theirs stay, written by somebody unknown, or go."""

RetentionDays = Annotated[int, msgspec.Meta(ge=0, le=36_500)] | None

Score = Annotated[float, msgspec.Meta(ge=0, le=1)]


class Thresholds(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What the check's score for a character leads to.

    Attributes:
        ok: from this score on, the ink shows the character.
        no: below this score it does not; between the two a person decides.
    """

    ok: Score = 0.8
    no: Score = 0.2

    def __post_init__(self) -> None:
        """Raises ValueError unless `no` is at most `ok`."""
        if self.no > self.ok:
            raise ValueError(f"`no` is at most `ok`, and {self.no} is above {self.ok}")


class CampaignNetwork(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A network with many participants behind one address, such as a school's.

    Attributes:
        address: an IP address, or a network like 203.0.113.0/24.
        participants: how many are expected there at a time.
    """

    address: str
    participants: int


class Campaign(msgspec.Struct, frozen=True):
    """One campaign as an operator defined it.

    Attributes:
        id: ASCII slug; part of every key of its lanes.
        title: what people see; `text` has it in a language.
        enabled: closed whatever the dates say, when false.
        locale: the language of its page.
        phrases: what it offers, by id; at least one.
        opens: the moment from which one may join; None for always.
        closes: the moment from which one may not; None for never.
        networks: those with higher limits than others.
        bound_tokens: whether it has participants' tokens of its own, which are worth nothing in
            other campaigns, as theirs are worth nothing here.
        moderation: whether a person sees works before everybody does.
        check: what the check of a work's characters leads to.
        deletion: what becomes of the works of a participant who deletes what is theirs.
        retention_days: how long works are kept; 0 for ever, None as the service's setting says.
        weights: how often a phrase is chosen beside the others, by its id; 1 where it is absent.
        relays: how people may take part.
        pledges, funds: what they may promise and give for, in the order in which they are shown.
        rehearsal: people of a program take part, and nobody else.
    """

    id: str
    title: Texts
    enabled: bool
    locale: str
    phrases: dict[str, Phrase]
    opens: datetime | None = None
    closes: datetime | None = None
    networks: tuple[CampaignNetwork, ...] = ()
    bound_tokens: bool = False
    moderation: Moderation = "after"
    check: Thresholds = Thresholds()
    deletion: DeletedHands = "keep"
    retention_days: RetentionDays = None
    weights: dict[str, float] = {}
    relays: tuple[Relay, ...] = ("write",)
    pledges: tuple[Pledge, ...] = ()
    funds: tuple[Fund, ...] = ()
    rehearsal: bool = False

    def text(self, texts: Texts, locale: str | None = None) -> str:
        """One of its texts for a reader of this locale; without one, in its own language."""
        return text_in(texts, locale or self.locale, self.locale)

    @property
    def offered_funds(self) -> list[Fund]:
        """Those that one may give for."""
        return [it for it in self.funds if it.offered] if "give" in self.relays else []

    def pledge(self, pledge_id: str) -> Pledge | None:
        """The pledge of this id, if the campaign offers it."""
        if "pledge" not in self.relays:
            return None
        return next((it for it in self.pledges if it.id == pledge_id and it.offered), None)

    def pledge_text(self, pledge_id: str, locale: str) -> str:
        """What a pledge promises, also one that is not offered any more; "" for an unknown one."""
        found = next((it for it in self.pledges if it.id == pledge_id), None)
        return "" if found is None else self.text(found.text, locale)

    def is_open(self, now: datetime) -> bool:
        """Whether one may join at this moment (an aware datetime)."""
        if not self.enabled:
            return False
        if self.opens and now < self.opens:
            return False
        return not (self.closes and now >= self.closes)

    def phrases_for(self, locale: str | None) -> list[Phrase]:
        """The phrases in the reader's language, or in the campaign's when there are none.

        A locale matches by its language ("zh-CN" takes zh-Hans and zh-Hant alike); a campaign
        without phrases in either language offers all it has.
        """
        for wanted in (locale, self.locale):
            language = language_of(wanted or "")
            found = [p for p in self.phrases.values() if language_of(p.locale) == language]
            if found:
                return found
        return list(self.phrases.values())
