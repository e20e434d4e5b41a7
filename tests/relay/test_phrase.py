"""How a text becomes the characters that two people write in turns."""

from __future__ import annotations

import re
import unicodedata

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from server.relay.phrase import (
    MAX_CHARS,
    MIN_CHARS,
    PhraseError,
    direction_of,
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


WITHOUT_SHAPE = {
    "\N{ZERO WIDTH SPACE}": "U+200B ZERO WIDTH SPACE, is blank",
    "\N{ZERO WIDTH NO-BREAK SPACE}": "U+FEFF ZERO WIDTH NO-BREAK SPACE, is blank",
    "\N{SOFT HYPHEN}": "U+00AD SOFT HYPHEN, is blank",
    "\N{LEFT-TO-RIGHT MARK}": "U+200E LEFT-TO-RIGHT MARK, is blank",
    "\N{RIGHT-TO-LEFT OVERRIDE}": "U+202E RIGHT-TO-LEFT OVERRIDE, is blank",
    "\N{POP DIRECTIONAL ISOLATE}": "U+2069 POP DIRECTIONAL ISOLATE, is blank",
    "\N{WORD JOINER}": "U+2060 WORD JOINER, is blank",
    "\N{INTERLINEAR ANNOTATION ANCHOR}": "U+FFF9 INTERLINEAR ANNOTATION ANCHOR, is blank",
    "\x07": "U+0007, is a control character",
    "\x7f": "U+007F, is a control character",
    "\N{HANGUL FILLER}": "U+3164 HANGUL FILLER, is blank",
    "\N{HALFWIDTH HANGUL FILLER}": "U+FFA0 HALFWIDTH HANGUL FILLER, is blank",
    "\N{HANGUL CHOSEONG FILLER}": "U+115F HANGUL CHOSEONG FILLER, is blank",
    "\N{BRAILLE PATTERN BLANK}": "U+2800 BRAILLE PATTERN BLANK, is blank",
    "\N{OBJECT REPLACEMENT CHARACTER}": "U+FFFC OBJECT REPLACEMENT CHARACTER, is blank",
    "\N{LINE SEPARATOR}": "U+2028 LINE SEPARATOR, is blank",
    "\N{OGHAM SPACE MARK}": "U+1680 OGHAM SPACE MARK, is blank",
    "\u0378": "U+0378, is not assigned",
    "\U000e0fff": "U+E0FFF, is not assigned",
    "\uffff": "U+FFFF, is not assigned",
    "\ue000": "U+E000, is for private use",
}


@pytest.mark.parametrize(("char", "said"), WITHOUT_SHAPE.items(), ids=ascii)
def test_nobody_is_asked_to_write_what_cannot_be_seen(char: str, said: str) -> None:
    with pytest.raises(PhraseError, match=re.escape(f"character 2 of 3, {said};")):
        chars_of(f"加{char}油")


@pytest.mark.parametrize(
    "mark",
    ["\N{COMBINING ACUTE ACCENT}", "\N{DEVANAGARI SIGN VISARGA}", "\N{VARIATION SELECTOR-16}"],
)
def test_a_mark_without_a_base_is_no_character(mark: str) -> None:
    with pytest.raises(
        PhraseError, match=rf"character 1 of 2, U\+{ord(mark):04X} .* without a base"
    ):
        chars_of(f"{mark}加")


@given(
    st.lists(st.sampled_from("加油天使"), max_size=3),
    st.characters(categories=["Cc", "Cf", "Co", "Cn", "Zs", "Zl", "Zp"]),
    st.lists(st.sampled_from("加油天使"), min_size=1, max_size=3),
)
def test_a_code_point_without_a_shape_is_named_with_its_place(
    before: list[str], char: str, after: list[str]
) -> None:
    text = "".join([*before, char, *after])
    if len(regex.findall(r"\X", text)) != len(before) + 1 + len(after):
        return  # it belongs to the character before it, or to the next one
    if not regex.match(r"[\p{C}\p{Z}]", char):
        return  # Python's own tables are of an older Unicode
    with pytest.raises(PhraseError, match=rf"character {len(before) + 1} of .*U\+{ord(char):04X}"):
        chars_of(text)


@given(st.text(st.characters(codec="utf-8"), min_size=MIN_CHARS, max_size=MAX_CHARS))
def test_every_character_of_a_phrase_has_a_base(text: str) -> None:
    try:
        phrase = make_phrase("test", text, "und")
    except PhraseError:
        return
    for char in phrase.chars:
        assert regex.search(r"[\p{L}\p{N}\p{P}\p{S}\p{GCB=Prepend}]", char)


@given(st.characters(categories=["Lu", "Ll", "Lt", "Nd", "Po", "Sm", "Sc"]))
def test_letters_digits_and_signs_may_be_asked_for(char: str) -> None:
    assert chars_of(f"字{char}")[-1].endswith(char)


def test_an_error_names_the_phrase() -> None:
    with pytest.raises(PhraseError, match="'short-one'"):
        make_phrase("short-one", "字", "zh-Hans")


@pytest.mark.parametrize(
    ("text", "direction"),
    [
        ("שלום", "rtl"),
        ("سلام", "rtl"),
        ("ހެލޯ", "rtl"),
        ("ߊߟߎ", "rtl"),
        ("𞤀𞤁", "rtl"),
        ("加油", "ltr"),
        ("Onward", "ltr"),
        ("नमस्ते", "ltr"),
        ("12", "ltr"),
        ("👍👏", "ltr"),
    ],
)
def test_a_phrase_has_the_direction_of_its_script(text: str, direction: str) -> None:
    assert direction_of(text) == direction


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
