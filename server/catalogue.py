"""Reads campaigns, phrases and aliases from their files, and refuses what makes no sense."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from server.relay.campaign import Campaign
from server.relay.phrase import Phrase, PhraseError, make_phrase

DATA = Path(__file__).parent / "data"
DEFAULT = "default"

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


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
    phrases, categories = _phrases(_read(DATA / "phrases.toml"))
    source = campaigns or DATA / "campaigns.toml"
    entries = _read(source).get("campaign", [])
    found = {entry["id"]: entry for entry in entries if "id" in entry}
    if len(found) != len(entries) or DEFAULT not in found:
        raise CatalogueError(f"{source}: campaigns need unique ids, one of them {DEFAULT!r}")
    return Catalogue(
        {key: _campaign(entry, phrases, categories) for key, entry in found.items()},
        {key: Aliases(**words) for key, words in _read(DATA / "aliases.toml").items()},
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CatalogueError(f"{path} cannot be read: {error.strerror}") from error
    except tomllib.TOMLDecodeError as error:
        raise CatalogueError(f"{path} is not TOML: {error}") from error


def _phrases(table: dict[str, Any]) -> tuple[dict[str, Phrase], dict[str, str]]:
    phrases: dict[str, Phrase] = {}
    categories: dict[str, str] = {}
    for entry in table["phrase"]:
        try:
            phrases[entry["id"]] = make_phrase(entry["id"], entry["text"], entry["locale"])
        except (KeyError, PhraseError) as error:
            raise CatalogueError(f"phrases: {error}") from error
        categories[entry["id"]] = entry["category"]
    return phrases, categories


def _campaign(
    entry: dict[str, Any], phrases: dict[str, Phrase], categories: dict[str, str]
) -> Campaign:
    name = entry["id"]
    if not _SLUG.fullmatch(name):
        raise CatalogueError(f"campaign {name!r}: an id is lower-case letters, digits and hyphens")
    wanted_ids = set(entry.get("phrases", []))
    wanted_categories = set(entry.get("categories", []))
    unknown = (wanted_ids - set(phrases)) | (wanted_categories - set(categories.values()))
    if unknown:
        raise CatalogueError(f"campaign {name!r}: unknown phrases or categories {sorted(unknown)}")
    everything = not wanted_ids and not wanted_categories
    chosen = {
        key: phrase
        for key, phrase in phrases.items()
        if everything or key in wanted_ids or categories[key] in wanted_categories
    }
    return Campaign(
        id=name,
        title=str(entry.get("title", name)),
        enabled=bool(entry.get("open", True)),
        locale=str(entry.get("locale", "zh-Hans")),
        phrases=chosen,
        opens=_moment(name, entry.get("opens")),
        closes=_moment(name, entry.get("closes")),
    )


def _moment(name: str, value: object) -> datetime | None:
    if value is None:
        return None
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise CatalogueError(f"campaign {name!r}: a date needs its time and offset")
    return value
