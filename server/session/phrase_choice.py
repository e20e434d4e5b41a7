"""The phrases of a campaign, packed once, and which of them a participant is given."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, chain

import msgspec

from server.relay.campaign import Campaign
from server.relay.phrase import Phrase, fits, language_of

LISTS_OF_LOCALES = 256
"""Lists of locales for which it is remembered which of the campaign's fit."""

_pack = msgspec.msgpack.Encoder().encode


@dataclass(frozen=True)
class PackedPhrase:
    """A phrase as the store and the wire carry it, and how often it is chosen beside others."""

    packed: bytes
    chars: int
    locale: str
    weight: float = 1


class PhraseChoice:
    """What one campaign offers.

    Attributes:
        packed: all phrases, for `welcome`.
        locales: those of the phrases.
        fitting: those of the locales that suit one of these language ranges.
    """

    def __init__(self, campaign: Campaign) -> None:
        """Pack every phrase."""
        self.packed = msgspec.Raw(_pack(list(campaign.phrases.values())))
        self._packed = {
            key: _packed(phrase, campaign.weights.get(key, 1))
            for key, phrase in campaign.phrases.items()
        }
        languages = {language_of(phrase.locale) for phrase in campaign.phrases.values()}
        self._by_language = {
            language: _Weighted(self._offered(campaign, language)) for language in languages
        }
        self._for_others = _Weighted(self._offered(campaign, None))
        self._by_locale: dict[str, list[PackedPhrase]] = {}
        for packed in self._packed.values():
            self._by_locale.setdefault(packed.locale, []).append(packed)
        self.locales = list(self._by_locale)
        self.fitting = lru_cache(LISTS_OF_LOCALES)(self._fitting)

    def choose(
        self, phrase_id: str | None, locale: str, locales: tuple[str, ...] = ()
    ) -> PackedPhrase | None:
        """The phrase of this id, or any one in the reader's language that fits one of `locales`.

        Without one in the reader's language, any one that fits. None if there is none.
        """
        if phrase_id is not None:
            return self._packed.get(phrase_id)
        if not locales:
            return self._by_language.get(language_of(locale), self._for_others).choose()
        fitting = self.fitting(locales)
        own = [tag for tag in fitting if language_of(tag) == language_of(locale)]
        phrases = list(chain.from_iterable(self._by_locale[tag] for tag in own or fitting))
        return _Weighted(phrases).choose()

    def _fitting(self, locales: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(tag for tag in self._by_locale if any(fits(tag, wanted) for wanted in locales))

    def _offered(self, campaign: Campaign, locale: str | None) -> list[PackedPhrase]:
        return [self._packed[phrase.id] for phrase in campaign.phrases_for(locale)]


class _Weighted:
    """Phrases of which one is chosen at random, by their weights."""

    def __init__(self, phrases: Sequence[PackedPhrase]) -> None:
        self._phrases = phrases
        alike = len({phrase.weight for phrase in phrases}) <= 1
        self._bounds = None if alike else list(accumulate(it.weight for it in phrases))

    def choose(self) -> PackedPhrase | None:
        if not self._phrases:  # also when a later version has no phrase of the campaign's category
            return None
        if self._bounds is None:
            return random.choice(self._phrases)
        return random.choices(self._phrases, cum_weights=self._bounds)[0]


def _packed(phrase: Phrase, weight: float) -> PackedPhrase:
    return PackedPhrase(_pack(phrase), len(phrase.chars), phrase.locale, weight)
