"""The figures of a campaign at this moment; requests that come during a read share the next one."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import NamedTuple

from redis.exceptions import RedisError

from server.archive.gathered_reads import GatheredReads
from server.campaign.donations import Donations, FundTotals
from server.relay.to_client import CounterValues
from server.session.campaigns import OpenCampaign
from server.store.counters import Counters
from server.store.errors import StoreAwayError
from server.store.known_lanes import KnownLanes
from server.store.pledges import Pledges

PAUSE_SECONDS = 0.01
"""Between the beginnings of two reads."""


class Figures(NamedTuple):
    """What a campaign has counted: pledges by their id, donations by fund."""

    counters: CounterValues
    pledges: Mapping[str, int]
    raised: Mapping[str, FundTotals]


class CurrentFigures:
    """Reads from Redis and SQL after a request, so that whatever was answered before is counted."""

    def __init__(
        self,
        campaigns: Mapping[str, OpenCampaign],
        known_lanes: KnownLanes,
        counters: Counters,
        pledges: Pledges,
        donations: Donations,
    ) -> None:
        """Of these campaigns; the other parts read what each has counted."""
        self._campaigns = campaigns
        self._known_lanes = known_lanes
        self._counters = counters
        self._pledges = pledges
        self._donations = donations
        self._reads = GatheredReads(self._read_all, "figures of campaigns", PAUSE_SECONDS)

    async def of(self, campaign_id: str) -> Figures:
        """The figures of a campaign that there is.

        Raises:
            StoreError, ArchiveAwayError: they cannot be read now.
        """
        found = (await self._reads.of([campaign_id]))[campaign_id]
        if isinstance(found, BaseException):
            raise found
        return found

    async def _read_all(self, names: set[str]) -> Mapping[str, Figures | BaseException]:
        """Each one's figures, or why they cannot be read."""
        ids = list(names)
        read = await asyncio.gather(*map(self._read, ids), return_exceptions=True)
        return dict(zip(ids, read, strict=True))

    async def _read(self, campaign_id: str) -> Figures:
        campaign = self._campaigns[campaign_id]
        try:
            await self._known_lanes.read_lanes(campaign.lanes)
        except (RedisError, OSError) as error:
            raise StoreAwayError from error
        _, _, pledges, raised = await asyncio.gather(
            self._counters.read(campaign_id, campaign.lanes.bases),
            self._counters.read_gauges(campaign.lanes.first),
            self._read_pledges(campaign),
            self._read_raised(campaign),
        )
        return Figures(self._counters.last(campaign_id), pledges, raised)

    async def _read_raised(self, campaign: OpenCampaign) -> Mapping[str, FundTotals]:
        if "give" not in campaign.campaign.relays:
            return {}
        return await self._donations.totals(campaign.campaign.id)

    async def _read_pledges(self, campaign: OpenCampaign) -> Mapping[str, int]:
        if "pledge" not in campaign.campaign.relays:
            return {}
        return await self._pledges.counts(campaign.lanes.first)
