"""What an organiser does with campaigns in SQL: the same for the command line and the console."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from server.campaign.compose import compose
from server.campaign.definition import Definition
from server.campaign.editing import edited
from server.campaign.file import read_file, with_own_phrases
from server.campaign.problems import CampaignError, Problem
from server.campaign.reading import plain_of, read_definition
from server.campaign.source import built_in
from server.campaign.storage import CampaignStorage
from server.catalogue import Library
from server.relay.fault import Fault


async def all_campaigns(storage: CampaignStorage, library: Library) -> dict[str, Definition]:
    """Every campaign, by id: those in SQL, and the built-in ones that nobody has changed."""
    stored = await storage.read()
    return built_in(library).definitions | stored.definitions


async def find_campaign(storage: CampaignStorage, library: Library, campaign_id: str) -> Definition:
    """One campaign.

    Raises:
        CampaignError: there is none of this id.
    """
    found = (await all_campaigns(storage, library)).get(campaign_id)
    if found is None:
        problem = Problem("", Fault("there is no campaign of this id"))
        raise CampaignError([problem], campaign_id)
    return found


class CampaignManager:
    """Changes campaigns in the name of `who`.

    Every method may raise ArchiveAwayError, and CampaignError for what is refused.
    """

    def __init__(self, storage: CampaignStorage, library: Library, who: str) -> None:
        """Campaigns choose from `library`."""
        self._storage = storage
        self._library = library
        self._who = who

    async def all(self) -> dict[str, Definition]:
        """Every campaign, by id: those in SQL, and the built-in ones that nobody has changed."""
        return await all_campaigns(self._storage, self._library)

    async def find(self, campaign_id: str) -> Definition:
        """One campaign."""
        return await find_campaign(self._storage, self._library, campaign_id)

    async def create(self, campaign_id: str, changes: Iterable[str]) -> Definition:
        """Add a campaign with these values; see `editing`."""
        plain = edited({"id": campaign_id}, changes, ())
        definition = read_definition(plain, self._library)
        await self._storage.create(definition, self._who)
        return definition

    async def edit(
        self, campaign_id: str, changes: Iterable[str], removed: Iterable[str]
    ) -> list[str]:
        """Change single values; the campaigns that differ now."""
        plain = edited(plain_of(await self.find(campaign_id)), changes, removed)
        if plain.get("id") != campaign_id:
            raise CampaignError([Problem("id", Fault("cannot be changed"))], campaign_id)
        return await self._save([read_definition(plain, self._library)], "edit")

    async def add(self, plain: dict[str, Any]) -> None:
        """Add the campaign that plain data define."""
        await self._storage.create(read_definition(plain, self._library), self._who)

    async def write(self, campaign_id: str, plain: dict[str, Any]) -> list[str]:
        """Make a campaign what plain data say; the campaigns that differ now."""
        if plain.get("id") != campaign_id:
            raise CampaignError([Problem("id", Fault("cannot be changed"))], campaign_id)
        return await self._save([read_definition(plain, self._library)], "edit")

    async def open(self, campaign_id: str) -> list[str]:
        """Let people join, now or once it opens; the campaigns that differ now."""
        definition = msgspec.structs.replace(await self.find(campaign_id), open=True)
        if definition.archived:
            problem = Problem("archived", Fault("restore it before you open it"))
            raise CampaignError([problem], campaign_id)
        now, campaign = datetime.now(UTC), compose(definition, self._library)
        if campaign.closes and now >= campaign.closes:
            fault = Fault("it closed at {when}; change that", when=campaign.closes.isoformat())
            raise CampaignError([Problem("closes", fault)], campaign_id)
        return await self._save([definition], "open")

    async def close(self, campaign_id: str) -> list[str]:
        """Let nobody join; the campaigns that differ now."""
        definition = msgspec.structs.replace(await self.find(campaign_id), open=False)
        return await self._save([definition], "close")

    async def archive(self, campaign_id: str) -> list[str]:
        """Hide a campaign that is over from lists; the campaigns that differ now."""
        definition = await self.find(campaign_id)
        if compose(definition, self._library).is_open(datetime.now(UTC)):
            problem = Problem("archived", Fault("close it before you archive it"))
            raise CampaignError([problem], campaign_id)
        archived = msgspec.structs.replace(definition, archived=True, open=False)
        return await self._save([archived], "archive")

    async def restore(self, campaign_id: str) -> list[str]:
        """Show an archived campaign again, closed; the campaigns that differ now."""
        definition = msgspec.structs.replace(await self.find(campaign_id), archived=False)
        return await self._save([definition], "restore")

    async def import_file(self, path: Path) -> list[str]:
        """Make the campaigns of a file what it says; the campaigns that differ now.

        Campaigns that are not in the file stay as they are.
        """
        file = read_file(path, self._library, needs_default=False)
        whole = [with_own_phrases(it, file, self._library) for it in file.definitions.values()]
        return await self._save(whole, "import")

    async def _save(self, definitions: list[Definition], action: str) -> list[str]:
        return await self._storage.save(definitions, self._who, action)
