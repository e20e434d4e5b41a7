"""A campaign as a worker runs it: its lanes, its rules and its phrases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache

import msgspec

from server.relay import ink
from server.relay.campaign import Campaign
from server.relay.room import Rules
from server.relay.to_client import Limits
from server.session.funnel import Funnel
from server.session.phrase_choice import PackedPhrase, PhraseChoice
from server.store.lanes import Lanes
from server.transport import limits

LOCALES = 256
"""Locales of readers for which the title is remembered."""


class OpenCampaign:
    """One campaign with everything that a session needs of it.

    Attributes:
        campaign: as it is defined now.
        title: what it is called for a reader of a locale.
        online, seated: sessions of this worker that are in it, and those with a seat.
        funnel: how far visits got on this worker.
        limits: what its participants are told to keep to.
    """

    def __init__(self, campaign: Campaign, rules: Rules, base_path: str = "") -> None:
        """`rules` are the times of its rooms; its pages are below `base_path`."""
        self._base_path = base_path
        self.rules = rules
        self.limits = _limits(rules)
        self.lanes = Lanes(campaign.id)
        self.online = self.seated = 0
        self.funnel = Funnel()
        self.update(campaign)

    def update(self, campaign: Campaign) -> None:
        """Take over a changed definition; rooms that are open stay as they are."""
        self.campaign = campaign
        self.title = lru_cache(LOCALES)(self._title)
        self._always_open = campaign.enabled and not (campaign.opens or campaign.closes)
        self._phrases = PhraseChoice(campaign)

    def _title(self, locale: str) -> str:
        return self.campaign.text(self.campaign.title, locale)

    @property
    def is_open(self) -> bool:
        """Whether one may join now."""
        return self._always_open or self.campaign.is_open(datetime.now(UTC))

    @property
    def lets_write(self) -> bool:
        """Whether one may join to write now: the campaign is open and offers it."""
        return self.is_open and "write" in self.campaign.relays

    @property
    def packed_phrases(self) -> msgspec.Raw:
        """All its phrases, for `welcome`."""
        return self._phrases.packed

    @property
    def locales(self) -> list[str]:
        """The locales of its phrases."""
        return self._phrases.locales

    def fitting(self, locales: tuple[str, ...]) -> tuple[str, ...]:
        """Those of its locales that suit one of these language ranges."""
        return self._phrases.fitting(locales)

    def choose(
        self, phrase_id: str | None, locale: str, locales: tuple[str, ...] = ()
    ) -> PackedPhrase | None:
        """A phrase for a participant; see `PhraseChoice.choose`."""
        return self._phrases.choose(phrase_id, locale, locales)

    def work_url(self, work: str, key: str) -> str:
        """The page of a work, for those who wrote it."""
        return f"{self._base_path}/w/{work}?key={key}"

    def certificate_url(self, certificate: str) -> str:
        """The page of a pledge's certificate."""
        return f"{self._base_path}/p/{certificate}"

    def invite_url(self, code: str) -> str:
        """The page that takes a friend to the room of this code."""
        return f"{self._base_path}/c/{self.campaign.id}?invite={code}"


def _limits(rules: Rules) -> Limits:
    return Limits(
        frame=limits.FRAME_BYTES,
        strokes=ink.MAX_STROKES,
        points=ink.MAX_POINTS,
        ink_rate=limits.INK_RATE,
        ink_burst=limits.INK_BURST,
        ink_ms=limits.INK_MS,
        message_rate=limits.MESSAGE_RATE,
        message_burst=limits.MESSAGE_BURST,
        turn_ms=rules.turn_ms,
        grace_ms=rules.grace_ms,
    )


class LiveCampaigns(Mapping[str, OpenCampaign]):
    """The campaigns of a worker, by id; new ones are added while it runs, and none is removed.

    A loop over them may await: it sees the campaigns of the moment at which it began.
    """

    def __init__(self) -> None:
        """None yet."""
        self._by_id: dict[str, OpenCampaign] = {}

    def add(self, campaign: OpenCampaign) -> None:
        """Add a campaign, or put it in the place of the one with its id."""
        self._by_id = self._by_id | {campaign.campaign.id: campaign}

    def defined(self, campaign_id: str) -> Campaign | None:
        """A campaign as it is defined now; None when there is none of this id."""
        found = self._by_id.get(campaign_id)
        return None if found is None else found.campaign

    def __getitem__(self, campaign_id: str) -> OpenCampaign:
        """The campaign of this id."""
        return self._by_id[campaign_id]

    def __iter__(self) -> Iterator[str]:
        """The ids at this moment."""
        return iter(self._by_id)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._by_id)
