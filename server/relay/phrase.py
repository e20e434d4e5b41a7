"""A phrase: the short text that two seats write in turns, one grapheme cluster a turn."""

from __future__ import annotations

import unicodedata
from typing import Literal

import msgspec
import regex

from server.relay.fault import Fault, FaultError

MIN_CHARS = 2
MAX_CHARS = 8

_GRAPHEME = regex.compile(r"\X")

_VISIBLE = regex.compile(
    r"\p{GCB=Prepend}|[^\p{C}\p{M}\p{Z}\p{Default_Ignorable_Code_Point}\u2800\uFFFC\U0001D159]"
)
"""A code point with a shape of its own. U+2800, U+FFFC and U+1D159 are symbols without one."""

_BLANK = Fault("is blank")
_MARK = Fault("is a combining mark without a base")
_WITHOUT_SHAPE = {
    "Cc": Fault("is a control character"),
    "Cn": Fault("is not assigned"),
    "Co": Fault("is for private use"),
    "Cs": Fault("is half of a character"),
    "Mc": _MARK,
    "Me": _MARK,
    "Mn": _MARK,
}
"""What is wrong with a code point of a general category; one of another category is blank."""


Direction = Literal["ltr", "rtl"]


class PhraseError(FaultError, ValueError):
    """The text cannot be a phrase: its length is wrong, or a character has no shape to write."""

    def __init__(self, phrase_id: str, fault: Fault) -> None:
        """The message names the phrase, too."""
        super().__init__(fault)
        self.args = (f"phrase {phrase_id!r}: {fault}",)


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
        fault = Fault(
            "has {count} characters; {least} to {most} may be",
            count=len(chars),
            least=MIN_CHARS,
            most=MAX_CHARS,
        )
        raise PhraseError(phrase_id, fault)
    for number, char in enumerate(chars, start=1):
        if not _VISIBLE.search(char):
            raise PhraseError(phrase_id, _shapeless(char, number, len(chars)))
    return Phrase(phrase_id, text, chars, locale)


def _shapeless(char: str, number: int, count: int) -> Fault:
    """What is wrong with a character without a shape: its code points, and what they are."""
    names = [f"U+{ord(point):04X} {unicodedata.name(point, '')}".strip() for point in char]
    kind = "" if char.isspace() else unicodedata.category(char[0])
    return Fault(
        "character {number} of {count}, {names}, {what}; nobody can write that",
        number=number,
        count=count,
        names=" ".join(names),
        what=_WITHOUT_SHAPE.get(kind, _BLANK),
    )


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
