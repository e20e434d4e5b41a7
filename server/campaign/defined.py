"""The campaigns as they are defined now, for a process that runs none of them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import structlog

from server.archive.database import ArchiveAwayError
from server.campaign.source import CampaignSource
from server.catalogue import CatalogueError
from server.relay.campaign import Campaign

log = structlog.get_logger()


class DefinedCampaigns:
    """The definitions as last read; only the source is asked, from time to time."""

    def __init__(self, source: CampaignSource) -> None:
        """Nothing is read yet."""
        self._source = source
        self._version: object = None
        self._campaigns: Mapping[str, Campaign] = {}

    def find(self, campaign_id: str) -> Campaign | None:
        """A campaign; None when there is none of this id."""
        return self._campaigns.get(campaign_id)

    async def read(self) -> None:
        """Read the campaigns, if they have changed.

        Raises:
            CatalogueError: they are wrong.
            ArchiveAwayError, OSError: they cannot be read now.
        """
        version = await self._source.version()
        if version != self._version or not self._campaigns:
            self._version = version
            self._campaigns = (await self._source.read()).campaigns

    async def run(self) -> None:
        """Follow the changes until cancelled."""
        while True:
            await asyncio.sleep(self._source.ask_seconds)
            try:
                await self.read()
            except CatalogueError as error:
                log.error("the campaigns stay as they were", error=str(error))
            except (ArchiveAwayError, OSError) as error:
                self._version = None  # read again soon
                log.debug("campaigns cannot be read now", error=str(error))
