"""The promises of the data files: phrases fit for writing, campaigns and aliases that hold."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import Counter
from datetime import datetime
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import regex

DATA = Path(__file__).parents[1] / "server" / "data"
LOCALES = {"zh-Hans", "zh-Hant", "en", "ja"}
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def load(name: str) -> dict[str, Any]:
    return tomllib.loads((DATA / name).read_text(encoding="utf-8"))


CATALOGUE = load("phrases.toml")
PHRASES: list[dict[str, str]] = CATALOGUE["phrase"]
CATEGORIES: dict[str, dict[str, str]] = CATALOGUE["category"]
CAMPAIGNS: list[dict[str, Any]] = load("campaigns.toml")["campaign"]
ALIASES = load("aliases.toml")

each_phrase = pytest.mark.parametrize("phrase", PHRASES, ids=lambda phrase: phrase["id"])


def test_there_are_at_least_72_phrases() -> None:
    assert len(PHRASES) >= 72


@pytest.mark.parametrize("key", ["id", "text"])
def test_no_two_phrases_share_an_id_or_a_text(key: str) -> None:
    assert [v for v, n in Counter(phrase[key] for phrase in PHRASES).items() if n > 1] == []


@each_phrase
def test_a_phrase_has_exactly_the_four_keys(phrase: dict[str, str]) -> None:
    assert phrase.keys() == {"id", "text", "locale", "category"}


@each_phrase
def test_an_id_is_a_short_ascii_slug(phrase: dict[str, str]) -> None:
    assert SLUG.fullmatch(phrase["id"])
    assert len(phrase["id"]) <= 32


@each_phrase
def test_a_text_has_two_to_eight_grapheme_clusters(phrase: dict[str, str]) -> None:
    assert 2 <= len(regex.findall(r"\X", phrase["text"])) <= 8


@each_phrase
def test_a_text_is_made_of_letters_only(phrase: dict[str, str]) -> None:
    # Lm holds the Japanese long-vowel mark; M marks would combine with a letter.
    assert {unicodedata.category(char)[0] for char in phrase["text"]} <= {"L", "M"}


@each_phrase
def test_a_text_is_in_normal_form(phrase: dict[str, str]) -> None:
    assert unicodedata.is_normalized("NFC", phrase["text"])


@each_phrase
def test_a_text_is_written_in_the_script_of_its_locale(phrase: dict[str, str]) -> None:
    script = {
        "zh-Hans": r"\p{Han}+",
        "zh-Hant": r"\p{Han}+",
        "en": r"\p{Latin}+",
        "ja": r"[\p{Han}\p{Hiragana}\p{Katakana}ー]+",
    }
    assert regex.fullmatch(script[phrase["locale"]], phrase["text"])


@each_phrase
def test_locale_and_category_are_known(phrase: dict[str, str]) -> None:
    assert phrase["locale"] in LOCALES
    assert phrase["category"] in CATEGORIES


def test_most_phrases_are_chinese_and_every_locale_is_there() -> None:
    count = Counter(phrase["locale"] for phrase in PHRASES)
    assert count["zh-Hans"] > len(PHRASES) / 2
    assert count["zh-Hant"] >= 4
    assert count["en"] >= 8
    assert count["ja"] >= 8


@pytest.mark.parametrize(
    ("phrase_id", "text"), [("jiayou", "加油"), ("zhijing-tianshi", "致敬天使")]
)
def test_the_phrases_of_the_original_campaign_are_there(phrase_id: str, text: str) -> None:
    assert [phrase["text"] for phrase in PHRASES if phrase["id"] == phrase_id] == [text]


@pytest.mark.parametrize("category", CATEGORIES)
def test_a_category_has_two_titles_and_some_phrases(category: str) -> None:
    assert SLUG.fullmatch(category)
    assert CATEGORIES[category].keys() == {"zh", "en"}
    assert all(CATEGORIES[category].values())
    assert sum(phrase["category"] == category for phrase in PHRASES) >= 4


def test_one_campaign_is_the_default_and_ids_are_unique() -> None:
    ids = [campaign["id"] for campaign in CAMPAIGNS]
    assert ids.count("default") == 1
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("campaign", CAMPAIGNS, ids=lambda campaign: campaign["id"])
def test_a_campaign_refers_to_what_exists(campaign: dict[str, Any]) -> None:
    assert SLUG.fullmatch(campaign["id"])
    assert campaign["title"]
    assert isinstance(campaign["open"], bool)
    assert campaign["locale"] in LOCALES
    assert set(campaign.get("categories", [])) <= CATEGORIES.keys()
    assert set(campaign.get("phrases", [])) <= {phrase["id"] for phrase in PHRASES}


@pytest.mark.parametrize("campaign", CAMPAIGNS, ids=lambda campaign: campaign["id"])
def test_a_campaign_opens_before_it_closes(campaign: dict[str, Any]) -> None:
    moments = [campaign[key] for key in ("opens", "closes") if key in campaign]
    assert all(isinstance(moment, datetime) and moment.tzinfo for moment in moments)
    assert moments == sorted(moments)


@pytest.mark.parametrize(
    ("locale", "first", "second"), [("zh", 40, 60), ("en", 24, 32), ("ja", 20, 24)]
)
def test_alias_lists_are_long_enough(locale: str, first: int, second: int) -> None:
    assert len(ALIASES[locale]["first"]) >= first
    assert len(ALIASES[locale]["second"]) >= second


@pytest.mark.parametrize("locale", ["zh", "en", "ja"])
def test_aliases_are_distinct_and_fit_a_label(locale: str) -> None:
    lists = ALIASES[locale]
    aliases = [lists["between"].join(pair) for pair in product(lists["first"], lists["second"])]
    assert len(set(aliases)) == len(aliases)
    assert max(map(len, aliases)) <= 24
    assert all(alias == alias.strip() for alias in aliases)
