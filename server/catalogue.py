"""Reads campaigns, phrases and aliases from their files, and refuses what makes no sense."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, TypeVar

import msgspec

from server.relay.campaign import Campaign
from server.relay.phrase import Phrase, PhraseError, make_phrase

DATA = Path(__file__).parent / "data"
DEFAULT = "default"

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_Content = TypeVar("_Content")
_Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class CatalogueError(Exception):
    """A file of campaigns or phrases is wrong; the message names the entry and the fault."""


@dataclass(frozen=True)
class Aliases:
    """Words that make harmless random names: one of `first`, `between`, one of `second`."""

    first: list[str]
    between: str
    second: list[str]

    def pick(self, number: int) -> str:
        """The alias with this number; any non-negative integer will do."""
        rest, first = divmod(number, len(self.first))
        return self.first[first] + self.between + self.second[rest % len(self.second)]


@dataclass(frozen=True)
class Catalogue:
    """Everything that an operator may write in files.

    Attributes:
        campaigns: by id; "default" is always among them.
        aliases: by language.
    """

    campaigns: dict[str, Campaign]
    aliases: dict[str, Aliases]


def load(campaigns: Path | None = None) -> Catalogue:
    """Read the catalogue.

    Args:
        campaigns: a file of campaigns in the place of the built-in one.

    Raises:
        CatalogueError: a file is missing or wrong.
    """
    phrases, categories = _phrases(_read(DATA / "phrases.toml", _PhraseFile))
    source = campaigns or DATA / "campaigns.toml"
    entries = _read(source, _CampaignFile).campaign
    found = {entry.id: entry for entry in entries}
    if len(found) != len(entries) or DEFAULT not in found:
        raise CatalogueError(f"{source}: campaigns need unique ids, one of them {DEFAULT!r}")
    return Catalogue(
        {key: _campaign(entry, phrases, categories) for key, entry in found.items()},
        _read(DATA / "aliases.toml", dict[str, Aliases]),
    )


class _CampaignEntry(msgspec.Struct, forbid_unknown_fields=True):
    id: str
    title: str = ""
    open: bool = True
    locale: str = "zh-Hans"
    opens: _Moment | None = None
    closes: _Moment | None = None
    categories: frozenset[str] = frozenset()
    phrases: frozenset[str] = frozenset()


class _CampaignFile(msgspec.Struct):
    campaign: list[_CampaignEntry] = []


class _PhraseEntry(msgspec.Struct):
    id: str
    text: str
    locale: str
    category: str


class _PhraseFile(msgspec.Struct):
    phrase: list[_PhraseEntry]


def _read(path: Path, kind: type[_Content]) -> _Content:
    try:
        return msgspec.toml.decode(path.read_bytes(), type=kind)
    except OSError as error:
        raise CatalogueError(f"{path} cannot be read: {error.strerror}") from error
    except msgspec.ValidationError as error:
        raise CatalogueError(f"{path}: {error}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise CatalogueError(f"{path} is not TOML: {error}") from error


def _phrases(file: _PhraseFile) -> tuple[dict[str, Phrase], dict[str, str]]:
    try:
        phrases = {
            entry.id: make_phrase(entry.id, entry.text, entry.locale) for entry in file.phrase
        }
    except PhraseError as error:
        raise CatalogueError(f"phrases: {error}") from error
    return phrases, {entry.id: entry.category for entry in file.phrase}


def _campaign(
    entry: _CampaignEntry, phrases: dict[str, Phrase], categories: dict[str, str]
) -> Campaign:
    name = entry.id
    if not _SLUG.fullmatch(name):
        raise CatalogueError(f"campaign {name!r}: an id is lower-case letters, digits and hyphens")
    unknown = (entry.phrases - set(phrases)) | (entry.categories - set(categories.values()))
    if unknown:
        raise CatalogueError(f"campaign {name!r}: unknown phrases or categories {sorted(unknown)}")
    everything = not entry.phrases and not entry.categories
    chosen = {
        key: phrase
        for key, phrase in phrases.items()
        if everything or key in entry.phrases or categories[key] in entry.categories
    }
    return Campaign(
        id=name,
        title=entry.title or name,
        enabled=entry.open,
        locale=entry.locale,
        phrases=chosen,
        opens=entry.opens,
        closes=entry.closes,
    )
