"""Which phrases a reader of some language is offered."""

from __future__ import annotations

import pytest

from server.relay.campaign import Campaign
from server.relay.phrase import language_of, make_phrase
from server.relay.room import Rules
from server.session.campaigns import OpenCampaign
from server.session.phrase_choice import PackedPhrase

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


def test_a_phrase_of_more_weight_is_chosen_more_often() -> None:
    weights = {"one": 50.0, "two": 1.0}
    campaign = OpenCampaign(Campaign("c", "C", True, "en", PHRASES, weights=weights), Rules())
    chosen = [campaign.choose(None, "zh") for _ in range(400)]
    heavy = campaign.choose("one", "")
    assert chosen.count(heavy) > 300


def test_a_campaign_without_phrases_has_none_to_choose() -> None:
    campaign = OpenCampaign(Campaign("c", "C", True, "en", {}), Rules())
    assert campaign.choose(None, "en") is None
    assert campaign.choose(None, "en", ("zh",)) is None


def test_a_campaign_that_changes_offers_other_phrases() -> None:
    campaign = OpenCampaign(Campaign("c", "C", True, "en", PHRASES), Rules())
    campaign.update(Campaign("c", "C", False, "en", {"one": PHRASES["one"]}))
    assert not campaign.is_open
    assert campaign.choose("two", "") is None
    assert campaign.choose(None, "en") == campaign.choose("one", "")
