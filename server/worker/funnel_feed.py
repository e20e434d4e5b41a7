"""Hands the steps that visits reached on to Redis, and keeps the totals of all workers."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import structlog

from server.session.campaigns import OpenCampaign
from server.store.errors import StoreAwayError, StoreError
from server.store.funnel import FunnelStore

log = structlog.get_logger()

SEND_SECONDS = 1.0
SEND_TIMEOUT_SECONDS = 2.0


class FunnelFeed:
    """The funnels of one worker's campaigns."""

    def __init__(self, campaigns: Mapping[str, OpenCampaign], store: FunnelStore) -> None:
        """Of these campaigns."""
        self._campaigns = campaigns
        self._store = store
        self._totals: dict[str, dict[str, int]] = {}

    def totals(self, campaign: str) -> Mapping[str, int]:
        """How many visits reached each step, on all workers; as last read."""
        return self._totals.get(campaign, {})

    async def run(self) -> None:
        """Hand on and read, for as long as the worker lives."""
        while True:
            await self.send()
            await asyncio.sleep(SEND_SECONDS)

    async def send(self) -> None:
        """Hand on what was counted since the last time, and read the totals."""
        for name, campaign in self._campaigns.items():
            counts = campaign.funnel.take()
            try:
                async with asyncio.timeout(SEND_TIMEOUT_SECONDS):
                    self._totals[name] = await self._store.add(campaign.lanes.first, counts)
            except StoreAwayError:
                campaign.funnel.put_back(counts)
            except (StoreError, TimeoutError) as error:
                log.debug("visits were not counted", campaign=name, error=repr(error))
