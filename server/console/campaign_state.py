"""What a campaign is at this moment, in a word."""

from __future__ import annotations

from datetime import UTC, datetime

from server.campaign.compose import compose
from server.campaign.definition import Definition
from server.campaign.phase import phase_of
from server.catalogue import Library
from server.console.tables import Badge
from server.console.texts import text

_BADGES = {
    "open": Badge(text("open"), "good"),
    "before": Badge(text("opens later"), "warn"),
    "ended": Badge(text("over")),
    "paused": Badge(text("closed")),
}


def state_of(definition: Definition, library: Library) -> Badge:
    """The state of a campaign: open, closed, archived, or before or after its dates."""
    if definition.archived:
        return Badge(text("archived"))
    return _BADGES[phase_of(compose(definition, library), definition, datetime.now(UTC))]
