"""How the console's pages reach campaigns: those in SQL, or those of a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from redis.exceptions import RedisError

from server.campaign.definition import Definition
from server.campaign.manager import CampaignManager, all_campaigns
from server.campaign.storage import CampaignStorage
from server.catalogue import load_library
from server.console.parts import Parts
from server.console.roles import Permission
from server.console.visit import Visit
from server.store.campaign_news import CampaignNews


class CampaignAccess:
    """The campaigns of one service.

    Attributes:
        file: their source; None: they are in SQL, and changed there.
        library: the phrases that they choose from.
    """

    def __init__(self, parts: Parts) -> None:
        """Over the campaigns of `parts`."""
        self.file: Path | None = parts.settings.campaigns
        self.library = load_library()
        self._campaigns = parts.campaigns
        self._storage = CampaignStorage(parts.database)
        self._news = CampaignNews(parts.deployment)

    def may_change(self, visit: Visit) -> bool:
        """Whether an account may change campaigns here."""
        return self.file is None and visit.may(Permission.EDIT)

    async def all(self) -> Mapping[str, Definition]:
        """All campaigns as they are now, also if this process has not heard of the last change."""
        if self.file is None:
            return await all_campaigns(self._storage, self.library)
        return {name: self._campaigns.definition(name) for name in self._campaigns.live}

    async def one(self, visit: Visit, name: str) -> Definition:
        """One of them.

        Raises:
            HTTPException: there is none of this id.
        """
        found = (await self.all()).get(name)
        if found is None:
            raise visit.missing("there is no campaign of this id")
        return found

    def manager(self, visit: Visit) -> CampaignManager:
        """Changes campaigns in the name of the account; the audit log is written with them.

        Raises:
            HTTPException: they come from a file.
        """
        if self.file is not None:
            raise visit.missing("the campaigns come from a file")
        return CampaignManager(self._storage, self.library, visit.account.name)

    async def tell(self) -> None:
        """Tell the workers of a change; without Redis they find out by themselves within 10 s."""
        try:
            await self._news.tell()
        except (RedisError, OSError):
            return

    async def close(self) -> None:
        """Close the connection that tells workers of changes."""
        await self._news.close()
