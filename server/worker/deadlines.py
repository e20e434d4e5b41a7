"""Expires what is due in rooms: turns, graces, and rooms that were kept for too long."""

from __future__ import annotations

import asyncio

from server.session.campaigns import OpenCampaign
from server.store.errors import StoreError
from server.store.rooms import Rooms
from server.worker.offers import Offers
from server.worker.registry import Registry
from server.worker.router import Router

EXPIRE_SECONDS = 0.2
"""How often a worker asks the store to expire what is due."""


class Deadlines:
    """The deadlines of all rooms. Every worker expires them; a repeat changes nothing."""

    def __init__(self, registry: Registry, router: Router, rooms: Rooms, offers: Offers) -> None:
        """Every part is that of this worker."""
        self._registry = registry
        self._router = router
        self._rooms = rooms
        self._offers = offers

    async def run(self) -> None:
        """Expire what is due, for as long as the worker lives."""
        while True:
            await asyncio.sleep(EXPIRE_SECONDS)
            await asyncio.gather(
                *(
                    self._expire(campaign, base)
                    for campaign in self._registry.campaigns.values()
                    for base in campaign.lanes.bases
                )
            )

    async def _expire(self, campaign: OpenCampaign, base: str) -> None:
        lanes = campaign.lanes
        locales = campaign.locales if len(lanes.bases) > 1 else ()
        try:
            expired = await self._rooms.expire(base, campaign.rules, locales)
        except StoreError:
            return  # it is done when the store is back
        lanes.see(base, expired.alone, expired.kept)
        self._router.deliver(base, expired.transitions)
        await self._offers.send(campaign, base, expired.alone_ms)
