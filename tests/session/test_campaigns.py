"""Which phrases a reader of some language is offered."""

from __future__ import annotations

import pytest

from server.relay.campaign import Campaign
from server.relay.phrase import language_of, make_phrase
from server.relay.room import Rules
from server.session.campaigns import OpenCampaign, PackedPhrase

PHRASES = {
    phrase.id: phrase
    for phrase in (
        make_phrase("one", "加油", "zh-Hans"),
        make_phrase("two", "加油", "zh_TW"),
        make_phrase("three", "go", "en"),
    )
}


def offered(locale: str, campaign_locale: str = "en") -> set[str]:
    campaign = OpenCampaign(Campaign("c", "C", True, campaign_locale, PHRASES), Rules())
    names: dict[PackedPhrase | None, str] = {campaign.choose(key, ""): key for key in PHRASES}
    return {names[campaign.choose(None, locale)] for _ in range(200)}


@pytest.mark.parametrize("locale", ["zh", "zh-CN", "zh_CN", "ZH-hant-TW"])
def test_a_reader_is_offered_what_is_in_the_same_language(locale: str) -> None:
    assert offered(locale) == {"one", "two"}


@pytest.mark.parametrize("locale", ["", "fr", "zha", "-", "x" * 35])
def test_others_are_offered_what_is_in_the_language_of_the_campaign(locale: str) -> None:
    assert offered(locale) == {"three"}
    assert offered(locale, "ja") == set(PHRASES)


def test_the_same_language_is_written_in_many_ways() -> None:
    locales = ("en", "EN", "en-GB", "en_GB", "en-Latn-GB")
    assert {language_of(locale) for locale in locales} == {"en"}
