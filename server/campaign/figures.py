"""How many have pledged, and what was given: read once a second for all who ask a worker."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import structlog

from server.archive.database import ArchiveAwayError
from server.campaign.donations import Donations, FundTotals
from server.session.campaigns import OpenCampaign
from server.session.pledging import Pledging

log = structlog.get_logger()

READ_SECONDS = 0.8


class RelayFigures:
    """The figures of one worker's campaigns; the last ones stay in an outage."""

    def __init__(
        self, campaigns: Mapping[str, OpenCampaign], pledging: Pledging, donations: Donations
    ) -> None:
        """Of these campaigns, as `pledging` and `donations` have counted."""
        self._campaigns = campaigns
        self._pledging = pledging
        self._donations = donations
        self._pledges: dict[str, Mapping[str, int]] = {}
        self._raised: dict[str, Mapping[str, FundTotals]] = {}

    def pledges(self, campaign: str) -> Mapping[str, int]:
        """How many have made each pledge of a campaign."""
        return self._pledges.get(campaign, {})

    def raised(self, campaign: str) -> Mapping[str, FundTotals]:
        """What was given for each fund of a campaign."""
        return self._raised.get(campaign, {})

    async def run(self) -> None:
        """Read, for as long as the worker lives."""
        while True:
            await self.read()
            await asyncio.sleep(READ_SECONDS)

    async def read(self) -> None:
        """Read the figures of all campaigns that have any."""
        for name, campaign in self._campaigns.items():
            relays = campaign.campaign.relays
            if "pledge" in relays:
                self._pledges[name] = await self._pledging.counts(campaign)
            if "give" in relays:
                try:
                    self._raised[name] = await self._donations.totals(name)
                except ArchiveAwayError as error:
                    log.debug("donations cannot be read", error=str(error))
