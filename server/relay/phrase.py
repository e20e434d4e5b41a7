"""A phrase: the short text that two seats write in turns, one grapheme cluster a turn."""

from __future__ import annotations

import unicodedata
from typing import Literal

import msgspec
import regex

MIN_CHARS = 2
MAX_CHARS = 8

_GRAPHEME = regex.compile(r"\X")

_VISIBLE = regex.compile(
    r"\p{GCB=Prepend}|[^\p{C}\p{M}\p{Z}\p{Default_Ignorable_Code_Point}\u2800\uFFFC\U0001D159]"
)
"""A code point with a shape of its own. U+2800, U+FFFC and U+1D159 are symbols without one."""

_WITHOUT_SHAPE = {
    "Cc": "is a control character",
    "Cn": "is not assigned",
    "Co": "is for private use",
    "Cs": "is half of a character",
    "Mc": "is a combining mark without a base",
    "Me": "is a combining mark without a base",
    "Mn": "is a combining mark without a base",
}
"""What is wrong with a code point of a general category; one of another category is blank."""


Direction = Literal["ltr", "rtl"]


class PhraseError(ValueError):
    """The text cannot be a phrase: its length is wrong, or a character has no shape to write."""


class Phrase(msgspec.Struct, frozen=True):
    """What a room writes.

    Attributes:
        id: stable name within the catalogue.
        text: the whole phrase.
        chars: its grapheme clusters, 2 to 8; character i is written by seat i % 2.
        locale: BCP 47 tag of the writing, e.g. "zh-Hans".
    """

    id: str
    text: str
    chars: tuple[str, ...]
    locale: str


def make_phrase(phrase_id: str, text: str, locale: str) -> Phrase:
    """Split a text into its characters.

    Raises:
        PhraseError: unless it has 2 to 8 grapheme clusters, in each of which there is something to
            see.
    """
    chars = tuple(_GRAPHEME.findall(text))
    if not MIN_CHARS <= len(chars) <= MAX_CHARS:
        raise PhraseError(
            f"phrase {phrase_id!r} has {len(chars)} characters; {MIN_CHARS} to {MAX_CHARS} may be"
        )
    for number, char in enumerate(chars, start=1):
        if not _VISIBLE.search(char):
            raise PhraseError(
                f"phrase {phrase_id!r}: character {number} of {len(chars)}, {_described(char)};"
                " nobody can write that"
            )
    return Phrase(phrase_id, text, chars, locale)


def _described(char: str) -> str:
    """A character without a shape: its code points, and what they are."""
    names = [f"U+{ord(point):04X} {unicodedata.name(point, '')}".strip() for point in char]
    kind = "" if char.isspace() else unicodedata.category(char[0])
    what = _WITHOUT_SHAPE.get(kind, "is blank")
    return f"{' '.join(names)}, {what}"


def direction_of(text: str) -> Direction:
    """In which direction the characters of a phrase follow each other.

    From right to left if any of them belongs to a script that does (the bidirectional classes R and
    AL of UAX #9), as clients derive it from the same text.
    """
    from_right = any(unicodedata.bidirectional(point) in {"R", "AL"} for point in text)
    return "rtl" if from_right else "ltr"


def language_of(locale: str) -> str:
    """The language of a locale: "zh" for "zh-Hans" and for "zh_CN"."""
    return locale.replace("_", "-").partition("-")[0].lower()


def fits(locale: str, language_range: str) -> bool:
    """Whether a writing in `locale` is one of a language range: "zh" takes "zh-Hans".

    Basic filtering (RFC 4647, 3.3.1): equal, or longer by whole subtags, in any case.
    """
    tag, wanted = locale.lower(), language_range.lower()
    return tag == wanted or tag.startswith(f"{wanted}-")


def seat_of(char_index: int) -> int:
    """The seat, 0 or 1, that writes character `char_index` of a phrase."""
    return char_index % 2


def needs(seat: int, char_index: int, length: int) -> bool:
    """Whether `seat` still has a character to write when `char_index` of `length` is next."""
    first = char_index if seat_of(char_index) == seat else char_index + 1
    return first < length
