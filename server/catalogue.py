"""Reads campaigns, phrases and aliases from their files, and refuses wrong entries."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, TypeVar

import msgspec

from server.relay.campaign import Campaign, CampaignNetwork, Moderation, Thresholds
from server.relay.phrase import Phrase, PhraseError, make_phrase

DATA = Path(__file__).parent / "data"
DEFAULT = "default"

_LOCALE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
"""A language tag, by its shape: phrases may be in languages that the page does not speak."""

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_Content = TypeVar("_Content")
_Moment = Annotated[datetime, msgspec.Meta(tz=True)]


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


@dataclass(frozen=True)
class Catalogue:
    """Everything that an operator can define in files.

    Attributes:
        campaigns: by id; "default" is always among them.
        aliases: by language.
    """

    campaigns: dict[str, Campaign]
    aliases: dict[str, Aliases]


def load(campaigns: Path | None = None) -> Catalogue:
    """Read the catalogue.

    Args:
        campaigns: a file that replaces the built-in campaigns. Its phrases are added to the
            built-in ones.

    Raises:
        CatalogueError: a file is missing or wrong.
    """
    source = campaigns or DATA / "campaigns.toml"
    file = _read(source, _CampaignFile)
    aliases = _read(DATA / "aliases.toml", dict[str, Aliases])
    entries = [*_read(DATA / "phrases.toml", _PhraseFile).phrase, *file.phrase]
    try:
        return Catalogue(_campaigns(file.campaign, entries), aliases)
    except CatalogueError as error:
        raise CatalogueError(f"{source}: {error}") from error


class _PhraseEntry(msgspec.Struct, forbid_unknown_fields=True):
    id: str
    text: str
    locale: str
    category: str = ""


class _PhraseFile(msgspec.Struct):
    phrase: list[_PhraseEntry]


class _CampaignEntry(msgspec.Struct, forbid_unknown_fields=True):
    id: str
    title: str = ""
    open: bool = True
    locale: str = "zh-Hans"
    opens: _Moment | None = None
    closes: _Moment | None = None
    categories: frozenset[str] = frozenset()
    phrases: frozenset[str] = frozenset()
    network: tuple[CampaignNetwork, ...] = ()
    moderation: Moderation = "after"
    check: Thresholds = Thresholds()


class _CampaignFile(msgspec.Struct, forbid_unknown_fields=True):
    campaign: list[_CampaignEntry] = []
    phrase: list[_PhraseEntry] = []


def _read(path: Path, kind: type[_Content]) -> _Content:
    try:
        return msgspec.toml.decode(path.read_bytes(), type=kind)
    except OSError as error:
        raise CatalogueError(f"{path} cannot be read: {error.strerror}") from error
    except msgspec.ValidationError as error:
        raise CatalogueError(f"{path}: {error}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise CatalogueError(f"{path} is not TOML: {error}") from error


def _campaigns(
    entries: list[_CampaignEntry], phrase_entries: list[_PhraseEntry]
) -> dict[str, Campaign]:
    phrases = _phrases(phrase_entries)
    categories = {entry.id: entry.category for entry in phrase_entries}
    found: dict[str, Campaign] = {}
    for entry in entries:
        if entry.id in found:
            raise CatalogueError(f"campaign {entry.id!r} is there twice; an id is unique")
        found[entry.id] = _campaign(entry, phrases, categories)
    if DEFAULT not in found:
        raise CatalogueError(
            f"no campaign has the id {DEFAULT!r}, which is taken when a client names none"
        )
    return found


def _phrases(entries: list[_PhraseEntry]) -> dict[str, Phrase]:
    phrases: dict[str, Phrase] = {}
    for entry in entries:
        name = f"phrase {entry.id!r}"
        if entry.id in phrases:
            raise CatalogueError(f"{name} is there twice; an id is unique, also among the built-in")
        _check_entry(name, entry.id, entry.locale)
        try:
            phrases[entry.id] = make_phrase(entry.id, entry.text, entry.locale)
        except PhraseError as error:
            raise CatalogueError(str(error)) from error
    return phrases


def _check_entry(name: str, entry_id: str, locale: str) -> None:
    if not _SLUG.fullmatch(entry_id):
        raise CatalogueError(f"{name}: an id is lower-case letters, digits and hyphens")
    if not _LOCALE.fullmatch(locale):
        raise CatalogueError(f"{name}: {locale!r} is no locale; one is zh-Hans, en or pt-BR")


def _check_network(name: str, network: CampaignNetwork) -> None:
    try:
        ipaddress.ip_network(network.address, strict=False)
    except ValueError as error:
        raise CatalogueError(
            f"{name}: {network.address!r} is no network; one is 203.0.113.7 or 2001:db8::/48"
        ) from error
    if network.participants < 1:
        raise CatalogueError(f"{name}: a network has at least one participant")


def _campaign(
    entry: _CampaignEntry, phrases: dict[str, Phrase], categories: dict[str, str]
) -> Campaign:
    name = f"campaign {entry.id!r}"
    _check_entry(name, entry.id, entry.locale)
    if entry.opens and entry.closes and entry.closes <= entry.opens:
        raise CatalogueError(f"{name} closes before it opens")
    unknown = (entry.phrases - set(phrases)) | (entry.categories - set(categories.values()))
    if unknown:
        raise CatalogueError(f"{name}: unknown phrases or categories {sorted(unknown)}")
    for network in entry.network:
        _check_network(name, network)
    everything = not entry.phrases and not entry.categories
    chosen = {
        key: phrase
        for key, phrase in phrases.items()
        if everything or key in entry.phrases or categories[key] in entry.categories
    }
    return Campaign(
        id=entry.id,
        title=entry.title or entry.id,
        enabled=entry.open,
        locale=entry.locale,
        phrases=chosen,
        opens=entry.opens,
        closes=entry.closes,
        networks=entry.network,
        moderation=entry.moderation,
        check=entry.check,
    )
