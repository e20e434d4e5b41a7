"""The overview: what happens now."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.responses import Response

from server.console.frame import NOW, MenuEntry
from server.console.parts import Parts
from server.console.roles import Permission
from server.console.section import ConsoleRoute, Section, get
from server.console.tables import Badge, Cell, Column, Table
from server.console.texts import text
from server.console.visit import Visit

_COLUMNS = (Column(text("Campaign")), Column(text("State")), Column(text("Relays")))


class OverviewPage(Section):
    """The first page."""

    menu = (MenuEntry("/", text("Overview"), NOW, Permission.LOOK),)

    def __init__(self, parts: Parts) -> None:
        """Over the campaigns of `parts`."""
        self._campaigns = parts.campaigns

    def routes(self) -> Sequence[ConsoleRoute]:
        """Its routes."""
        return [get("/", self.show)]

    async def show(self, visit: Visit) -> Response:
        """The page."""
        rows: list[list[Cell]] = []
        for live in self._campaigns.live.values():
            campaign = live.campaign
            state = Badge(text("open"), "good") if live.is_open else Badge(text("closed"))
            rows.append([campaign.text(campaign.title), state, ", ".join(campaign.relays)])
        table = Table(text("Campaigns"), _COLUMNS, rows, text("There is no campaign."))
        return visit.page("overview", table=table)
