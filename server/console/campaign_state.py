"""What a campaign is at this moment, in a word."""

from __future__ import annotations

from datetime import UTC, datetime

from server.campaign.compose import compose
from server.campaign.definition import Definition
from server.catalogue import Library
from server.console.tables import Badge
from server.console.texts import text


def state_of(definition: Definition, library: Library) -> Badge:
    """Open, closed, archived, or what its dates make of it."""
    if definition.archived:
        return Badge(text("archived"))
    if not definition.open:
        return Badge(text("closed"))
    campaign, now = compose(definition, library), datetime.now(UTC)
    if campaign.opens and now < campaign.opens:
        return Badge(text("opens later"), "warn")
    return Badge(text("open"), "good") if campaign.is_open(now) else Badge(text("over"))
