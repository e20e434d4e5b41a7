"""How a text becomes the characters that two people write in turns."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.relay.phrase import (
    MAX_CHARS,
    MIN_CHARS,
    PhraseError,
    fits,
    make_phrase,
    needs,
    seat_of,
)

CHARACTERS = [
    *"加油天使がカ好字Ab",
    "e\N{COMBINING ACUTE ACCENT}",
    "か\N{COMBINING KATAKANA-HIRAGANA VOICED SOUND MARK}",
    "q\N{COMBINING DIAERESIS}\N{COMBINING TILDE BELOW}",
    "👨\N{ZERO WIDTH JOINER}👩\N{ZERO WIDTH JOINER}👧",
    "👋🏽",
    "❤\N{VARIATION SELECTOR-16}",
    "🇨🇳",
    "🇯🇵",
    "1\N{VARIATION SELECTOR-16}\N{COMBINING ENCLOSING KEYCAP}",
    "각",
    "葛\N{VARIATION SELECTOR-17}",
    "नि",
]
"""Each is one character to its reader, however many code points it has."""


def chars_of(text: str) -> tuple[str, ...]:
    return make_phrase("test", text, "und").chars


@given(st.lists(st.sampled_from(CHARACTERS), min_size=MIN_CHARS, max_size=MAX_CHARS))
def test_a_character_is_what_its_reader_takes_for_one(chars: list[str]) -> None:
    assert chars_of("".join(chars)) == tuple(chars)


@given(st.text(max_size=20))
def test_nothing_of_the_text_is_lost_or_added(text: str) -> None:
    try:
        phrase = make_phrase("test", text, "und")
    except PhraseError:
        return
    assert "".join(phrase.chars) == phrase.text == text
    assert MIN_CHARS <= len(phrase.chars) <= MAX_CHARS


@pytest.mark.parametrize(
    ("text", "chars"),
    [
        ("致敬天使", ("致", "敬", "天", "使")),
        ("がんばれ", ("が", "ん", "ば", "れ")),
        (unicodedata.normalize("NFD", "がば"), ("か\u3099", "は\u3099")),
        ("🇨🇳🇯🇵", ("🇨🇳", "🇯🇵")),
        ("👨\u200d👩\u200d👧好", ("👨\u200d👩\u200d👧", "好")),
        ("👍🏿👍", ("👍🏿", "👍")),
    ],
)
def test_phrases_are_split_between_characters(text: str, chars: tuple[str, ...]) -> None:
    assert chars_of(text) == chars


@pytest.mark.parametrize("text", ["", "字", "e\u0301", "🇨🇳", "一二三四五六七八九"])
def test_a_phrase_has_two_to_eight_characters(text: str) -> None:
    with pytest.raises(PhraseError, match="2 to 8"):
        chars_of(text)


@pytest.mark.parametrize("text", ["加 油", "加\u3000油", "加\n油"])
def test_a_blank_is_not_a_character_that_anybody_can_write(text: str) -> None:
    with pytest.raises(PhraseError, match="blank"):
        chars_of(text)


def test_an_error_names_the_phrase() -> None:
    with pytest.raises(PhraseError, match="'short-one'"):
        make_phrase("short-one", "字", "zh-Hans")


@pytest.mark.parametrize(
    ("locale", "language_range", "suits"),
    [
        ("zh-Hans", "zh", True),
        ("zh-Hans", "zh-Hans", True),
        ("zh-Hans", "ZH-hans", True),
        ("zh-Hant-TW", "zh-Hant", True),
        ("zh", "zh-Hans", False),
        ("zh-Hans", "zh-Han", False),
        ("zh-Hans", "zh-Hant", False),
        ("zha", "zh", False),
        ("en", "zh", False),
        ("zh-Hans", "", False),
    ],
)
def test_a_language_range_takes_what_it_begins(
    locale: str, language_range: str, suits: bool
) -> None:
    assert fits(locale, language_range) == suits


@given(st.integers(MIN_CHARS, MAX_CHARS), st.integers(0, MAX_CHARS), st.integers(0, 1))
def test_a_seat_is_needed_as_long_as_one_of_its_characters_is_to_come(
    length: int, turn: int, seat: int
) -> None:
    to_come = [c for c in range(turn, length) if seat_of(c) == seat]
    assert needs(seat, turn, length) == bool(to_come)
