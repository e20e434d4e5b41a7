"""A campaign: what people join, when it is open, and which phrases it offers."""

from __future__ import annotations

from datetime import datetime

import msgspec

from server.relay.phrase import Phrase, language_of


class CampaignNetwork(msgspec.Struct, frozen=True):
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
        title: what people see.
        enabled: closed whatever the dates say, when false.
        locale: the language of its page.
        phrases: what it offers, by id; at least one.
        opens: the moment from which one may join; None for always.
        closes: the moment from which one may not; None for never.
        networks: those with higher limits than others.
    """

    id: str
    title: str
    enabled: bool
    locale: str
    phrases: dict[str, Phrase]
    opens: datetime | None = None
    closes: datetime | None = None
    networks: tuple[CampaignNetwork, ...] = ()

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
