"""A campaign as a worker runs it: its lanes, its rules, and its phrases packed once."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from itertools import chain

import msgspec

from server.relay.campaign import Campaign
from server.relay.phrase import Phrase, fits, language_of
from server.relay.room import Rules
from server.store.lanes import Lanes

LISTS_OF_LOCALES = 256
"""Lists of locales for which a campaign remembers which of its own fit."""

_pack = msgspec.msgpack.Encoder().encode


@dataclass(frozen=True)
class PackedPhrase:
    """A phrase as the store and the wire carry it."""

    packed: bytes
    chars: int
    locale: str


class OpenCampaign:
    """One campaign with everything that a session needs of it.

    Attributes:
        locales: those of its phrases.
        online, seated: sessions of this worker that are in it, and those with a seat.
    """

    def __init__(self, campaign: Campaign, rules: Rules, base_path: str = "") -> None:
        """`rules` are the times of its rooms; its pages are below `base_path`."""
        self.campaign = campaign
        self._base_path = base_path
        self.rules = rules
        self.lanes = Lanes(campaign.id)
        self.online = self.seated = 0
        self._always_open = campaign.enabled and not (campaign.opens or campaign.closes)
        self.packed_phrases = msgspec.Raw(_pack(list(campaign.phrases.values())))
        self._packed = {key: _packed(phrase) for key, phrase in campaign.phrases.items()}
        languages = {language_of(phrase.locale) for phrase in campaign.phrases.values()}
        self._by_language = {language: self._offered(language) for language in languages}
        self._for_others = self._offered(None)
        self._by_locale: dict[str, list[PackedPhrase]] = {}
        for packed in self._packed.values():
            self._by_locale.setdefault(packed.locale, []).append(packed)
        self.locales = list(self._by_locale)
        self.fitting = lru_cache(LISTS_OF_LOCALES)(self._fitting)

    @property
    def is_open(self) -> bool:
        """Whether one may join now."""
        return self._always_open or self.campaign.is_open(datetime.now(UTC))

    def choose(
        self, phrase_id: str | None, locale: str, locales: tuple[str, ...] = ()
    ) -> PackedPhrase | None:
        """The phrase of this id, or any one in the reader's language that fits one of `locales`.

        Without one in the reader's language, any one that fits. None if there is none.
        """
        if phrase_id is not None:
            return self._packed.get(phrase_id)
        if not locales:
            return random.choice(self._by_language.get(language_of(locale), self._for_others))
        fitting = self.fitting(locales)
        own = [tag for tag in fitting if language_of(tag) == language_of(locale)]
        phrases = list(chain.from_iterable(self._by_locale[tag] for tag in own or fitting))
        return random.choice(phrases) if phrases else None

    def _fitting(self, locales: tuple[str, ...]) -> tuple[str, ...]:
        """Those of the campaign's locales that suit one of these language ranges."""
        return tuple(tag for tag in self._by_locale if any(fits(tag, wanted) for wanted in locales))

    def work_url(self, work: str, key: str) -> str:
        """The page of a work, for those who wrote it."""
        return f"{self._base_path}/w/{work}?key={key}"

    def invite_url(self, code: str) -> str:
        """The page that takes a friend to the room of this code."""
        return f"{self._base_path}/?campaign={self.campaign.id}&invite={code}"

    def _offered(self, locale: str | None) -> list[PackedPhrase]:
        return [self._packed[phrase.id] for phrase in self.campaign.phrases_for(locale)]


def _packed(phrase: Phrase) -> PackedPhrase:
    return PackedPhrase(_pack(phrase), len(phrase.chars), phrase.locale)
