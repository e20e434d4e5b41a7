"""TOML files of campaigns: an operator's source of them, and the form of import and export."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import tomli_w

from server.campaign.compose import phrases_of
from server.campaign.definition import Definition, OwnPhrase
from server.campaign.problems import CampaignError
from server.campaign.reading import plain_of, read_definition
from server.catalogue import DATA, DEFAULT, CatalogueError, Library, PhraseEntry, read_toml

BUILT_IN = DATA / "campaigns.toml"


@dataclass(frozen=True)
class CampaignFile:
    """What a file defines.

    Attributes:
        definitions: the campaigns, by id.
        library: what they choose from: the built-in phrases and those of the file.
    """

    definitions: dict[str, Definition]
    library: Library


class _File(msgspec.Struct, forbid_unknown_fields=True):
    campaign: list[dict[str, Any]] = []
    phrase: list[PhraseEntry] = []


def read_file(path: Path, library: Library, *, needs_default: bool) -> CampaignFile:
    """The campaigns of a file, whose phrases are added to `library`.

    Raises:
        CatalogueError: the file cannot be read, or an entry is wrong, or `needs_default` and there
            is no campaign for clients that name none.
    """
    content = read_toml(path, _File)
    try:
        whole = library.with_more(content.phrase)
        definitions: dict[str, Definition] = {}
        for number, plain in enumerate(content.campaign):
            definition = _read(plain, number, whole)
            if definition.id in definitions:
                raise CatalogueError(f"campaign {definition.id!r} is there twice; an id is unique")
            definitions[definition.id] = definition
    except CatalogueError as error:
        raise CatalogueError(f"{path}: {error}") from error
    if needs_default and DEFAULT not in definitions:
        raise CatalogueError(
            f"{path}: no campaign has the id {DEFAULT!r}, which is taken when a client names none"
        )
    return CampaignFile(definitions, whole)


def _read(plain: dict[str, Any], number: int, library: Library) -> Definition:
    try:
        return read_definition(plain, library)
    except CampaignError as error:
        if isinstance(plain.get("id"), str):
            raise
        raise CatalogueError(f"campaign[{number}]: {error}") from error


def with_own_phrases(definition: Definition, file: CampaignFile, built_in: Library) -> Definition:
    """The campaign with what it chose of the file's phrases among its own.

    So it can be kept without the file.
    """
    offered = phrases_of(definition, file.library)
    shared = [it for key, it in offered.items() if key in file.library.phrases]
    moved = [it for it in shared if it.id not in built_in.phrases]
    own = tuple(OwnPhrase(id=it.id, text=it.text, locale=it.locale) for it in moved)
    categories = set(built_in.categories.values())
    return msgspec.structs.replace(
        definition,
        phrase=(*definition.phrase, *own),
        phrases=tuple(key for key in definition.phrases if key in built_in.phrases),
        categories=tuple(key for key in definition.categories if key in categories),
        own_only=definition.own_only or (bool(own) and len(moved) == len(shared)),
    )


def write_toml(definitions: Iterable[Definition]) -> str:
    """A file of these campaigns, which `read_file` reads."""
    return tomli_w.dumps({"campaign": [plain_of(it) for it in definitions]}, multiline_strings=True)
