"""Where the campaigns of a service come from: a file that stays the source, or SQL."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple, Protocol

from server.archive.database import Database
from server.campaign.compose import compose
from server.campaign.definition import Definition
from server.campaign.file import BUILT_IN, CampaignFile, read_file
from server.campaign.storage import CampaignStorage
from server.catalogue import Library, load_library
from server.relay.campaign import Campaign
from server.settings import Settings


class Offered(NamedTuple):
    """The campaigns of a service, by id: as they were defined, and as workers run them."""

    definitions: Mapping[str, Definition]
    campaigns: Mapping[str, Campaign]


class CampaignSource(Protocol):
    """Where campaigns come from.

    Attributes:
        ask_seconds: how often it is asked for its version while nobody tells of a change.
    """

    @property
    def ask_seconds(self) -> float:
        """See above."""

    async def version(self) -> object:
        """Something that differs when the campaigns have changed.

        Raises:
            ArchiveAwayError, OSError: it cannot be told now.
        """

    async def read(self) -> Offered:
        """The campaigns at this moment.

        Raises:
            CatalogueError: they are wrong.
            ArchiveAwayError, OSError: they cannot be read now.
        """


class FileSource:
    """A file of campaigns, which changes when somebody writes it."""

    ask_seconds = 0.4

    def __init__(self, path: Path, library: Library) -> None:
        """The campaigns of the file, which choose from `library` and from the file's phrases."""
        self._path = path
        self._library = library

    async def version(self) -> object:
        """When the file was written, and its size; None while there is no such file."""
        try:
            found = await asyncio.to_thread(self._path.stat)
        except OSError:
            return None  # `read` says what is wrong
        return found.st_mtime_ns, found.st_size, found.st_ino

    async def read(self) -> Offered:
        """What the file says."""
        file = await asyncio.to_thread(read_file, self._path, self._library, needs_default=True)
        return _offered(file.definitions, file.library)


class SqlSource:
    """The campaigns in SQL, and the built-in ones that nobody has changed."""

    ask_seconds = 10.0

    def __init__(self, storage: CampaignStorage, library: Library) -> None:
        """The campaigns choose from `library` and have phrases of their own."""
        self._storage = storage
        self._library = library
        self._built_in: CampaignFile | None = None

    async def version(self) -> object:
        """The revision of the last change."""
        return await self._storage.revision()

    async def read(self) -> Offered:
        """What SQL has."""
        if self._built_in is None:
            self._built_in = await asyncio.to_thread(built_in, self._library)
        stored = await self._storage.read()
        return _offered(self._built_in.definitions | stored.definitions, self._library)


def campaign_source(settings: Settings, database: Database) -> CampaignSource:
    """The file that the settings name, or SQL."""
    library = load_library()
    if settings.campaigns is not None:
        return FileSource(settings.campaigns, library)
    return SqlSource(CampaignStorage(database), library)


def built_in(library: Library) -> CampaignFile:
    """The campaigns that come with the service."""
    return read_file(BUILT_IN, library, needs_default=True)


def _offered(definitions: Mapping[str, Definition], library: Library) -> Offered:
    campaigns = {key: compose(it, library) for key, it in definitions.items()}
    return Offered(definitions, campaigns)
