"""Whether one may take part in a campaign at a moment, and if not, why."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from server.campaign.definition import Definition
from server.relay.campaign import Campaign

Phase = Literal["open", "before", "ended", "paused"]
"""Paused: the organiser has not opened it yet, or has closed it."""


def phase_of(campaign: Campaign, definition: Definition, now: datetime) -> Phase:
    """The phase of a campaign with this definition at an aware datetime."""
    if definition.archived or (campaign.closes and now >= campaign.closes):
        return "ended"
    if campaign.enabled and campaign.opens and now < campaign.opens:
        return "before"
    return "open" if campaign.enabled else "paused"
