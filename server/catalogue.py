"""The phrases and aliases that come with the service, and the phrases of an operator's file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeVar

import msgspec

from server.relay.fault import Fault
from server.relay.phrase import Phrase, PhraseError, make_phrase

DATA = Path(__file__).parent / "data"
DEFAULT = "default"

_LOCALE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
"""A language tag, by its shape: phrases may be in languages that the page does not speak."""

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_Content = TypeVar("_Content")


class CatalogueError(Exception):
    """A file of campaigns or phrases is wrong; the message names the entry and the fault."""


@dataclass(frozen=True)
class Aliases:
    """Words for harmless random names: one of `first`, then `between`, then one of `second`."""

    first: list[str]
    between: str
    second: list[str]

    def pick(self, number: int) -> str:
        """The alias with this number; any non-negative integer will do."""
        rest, first = divmod(number, len(self.first))
        return self.first[first] + self.between + self.second[rest % len(self.second)]


class PhraseEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A phrase as a file has it."""

    id: str
    text: str
    locale: str
    category: str = ""


@dataclass(frozen=True)
class Library:
    """The phrases that every campaign may choose.

    Attributes:
        phrases: by id.
        categories: the category of each of them by its id; "" for none.
    """

    phrases: dict[str, Phrase]
    categories: dict[str, str]

    def with_more(self, entries: Iterable[PhraseEntry]) -> Library:
        """This library and these phrases.

        Raises:
            CatalogueError: one of them is wrong, or has the id of another one.
        """
        phrases, categories = dict(self.phrases), dict(self.categories)
        for entry in entries:
            if entry.id in phrases:
                raise CatalogueError(
                    f"phrase {entry.id!r} is there twice; an id is unique, also among the built-in"
                )
            phrases[entry.id] = phrase_of(entry.id, entry.text, entry.locale)
            categories[entry.id] = entry.category
        return Library(phrases, categories)


def phrase_of(phrase_id: str, text: str, locale: str) -> Phrase:
    """A phrase that somebody defined.

    Raises:
        CatalogueError: its id, its locale or its text is wrong.
    """
    name = f"phrase {phrase_id!r}"
    if fault := fault_of_id(phrase_id):
        raise CatalogueError(f"{name}: {fault}")
    if fault := fault_of_locale(locale):
        raise CatalogueError(f"{name}: {fault}")
    try:
        return make_phrase(phrase_id, text, locale)
    except PhraseError as error:
        raise CatalogueError(str(error)) from error


def fault_of_id(entry_id: str) -> Fault | None:
    """What is wrong with the id of a campaign, a phrase, a pledge or a fund."""
    if _SLUG.fullmatch(entry_id):
        return None
    return Fault("an id is lower-case letters, digits and hyphens, 64 at most")


def fault_of_locale(locale: str) -> Fault | None:
    """What is wrong with a language tag."""
    if _LOCALE.fullmatch(locale):
        return None
    return Fault("{locale!r} is no locale; one is zh-Hans, en or pt-BR", locale=locale)


@cache
def load_library() -> Library:
    """The phrases that come with the service."""
    return Library({}, {}).with_more(read_toml(DATA / "phrases.toml", _PhraseFile).phrase)


def load_aliases() -> dict[str, Aliases]:
    """The aliases, by language."""
    return read_toml(DATA / "aliases.toml", dict[str, Aliases])


class _PhraseFile(msgspec.Struct):
    phrase: list[PhraseEntry]


def read_toml(path: Path, kind: type[_Content]) -> _Content:
    """The content of a TOML file.

    Raises:
        CatalogueError: it cannot be read, or has another form.
    """
    try:
        return msgspec.toml.decode(path.read_bytes(), type=kind)
    except OSError as error:
        raise CatalogueError(f"{path} cannot be read: {error.strerror}") from error
    except msgspec.ValidationError as error:
        raise CatalogueError(f"{path}: {error}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise CatalogueError(f"{path} is not TOML: {error}") from error
