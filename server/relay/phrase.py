"""A phrase: the short text that two seats write in turns, one grapheme cluster a turn."""

from __future__ import annotations

import msgspec
import regex

MIN_CHARS = 2
MAX_CHARS = 8

_GRAPHEME = regex.compile(r"\X")


class PhraseError(ValueError):
    """The text cannot be a phrase: it has too few or too many grapheme clusters."""


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
        PhraseError: unless it has 2 to 8 grapheme clusters, none of them blank.
    """
    chars = tuple(_GRAPHEME.findall(text))
    if not MIN_CHARS <= len(chars) <= MAX_CHARS:
        raise PhraseError(
            f"phrase {phrase_id!r} has {len(chars)} characters; {MIN_CHARS} to {MAX_CHARS} may be"
        )
    if any(char.isspace() for char in chars):
        raise PhraseError(f"phrase {phrase_id!r} has a blank character; nobody can write that")
    return Phrase(phrase_id, text, chars, locale)


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
