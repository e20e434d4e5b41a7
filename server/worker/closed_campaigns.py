"""Ends the wait for a partner in campaigns that have closed: no partner comes there any more."""

from __future__ import annotations

import asyncio

from server.session.handlers.leave import LeaveHandler
from server.session.session import Session
from server.worker.batches import in_batches
from server.worker.registry import Registry

LOOK_SECONDS = 1.0

AT_ONCE = 250
"""Sessions looked at in one pass of the event loop."""


class ClosedCampaigns:
    """The participants of one worker who wait in closed campaigns. Those who write may finish."""

    def __init__(self, registry: Registry, leave: LeaveHandler) -> None:
        """Every part is that of this worker."""
        self._registry = registry
        self._leave = leave

    async def run(self) -> None:
        """Look every second for participants who wait in vain, for as long as the worker lives."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            campaigns = self._registry.campaigns.values()
            if any(campaign.seated and not campaign.lets_write for campaign in campaigns):
                sessions = list(self._registry)
                async for batch in in_batches(sessions, AT_ONCE, LOOK_SECONDS / 2):
                    for session in batch:
                        self._end_vain_wait(session)

    def _end_vain_wait(self, session: Session) -> None:
        """When the participant is back, `welcome` tells that the campaign is closed."""
        seat = session.seat
        if seat is not None and seat.waiting and not session.campaign.lets_write:
            self._leave.end_wait(session, seat.room, "over")
