"""Exports: files with the works or donations of a campaign."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from starlette.responses import Response, StreamingResponse

from server.archive.search import WorkSearch
from server.campaign.donation_list import DonationList
from server.console.exports import donations_table, works_lines, works_table
from server.console.forms import Field
from server.console.frame import CAMPAIGNS, HEADERS, MenuEntry
from server.console.pages.chosen import campaign_field, chosen_campaign
from server.console.parts import Parts
from server.console.roles import Permission
from server.console.section import ConsoleRoute, Section, get, post
from server.console.texts import text
from server.console.visit import Visit


class _Kind(NamedTuple):
    """What may be taken away: its label, and the kind of file."""

    label: str
    ending: str
    media_type: str


_CSV, _JSONL = ("csv", "text/csv; charset=utf-8"), ("jsonl", "application/jsonl")
WORKS, STROKES, DONATIONS = "works", "strokes", "donations"
_KINDS = {
    WORKS: _Kind(text("Works as a table (CSV)"), *_CSV),
    STROKES: _Kind(text("Works with every stroke (JSON lines)"), *_JSONL),
    DONATIONS: _Kind(text("Donations and refunds (CSV, as a statement)"), *_CSV),
}


class ExportsPage(Section):
    """A form, whose answer is a file."""

    menu = (MenuEntry("/exports", text("Export"), CAMPAIGNS, Permission.EXPORT),)

    def __init__(self, parts: Parts) -> None:
        """Over the campaigns, works and donations of `parts`."""
        self._campaigns = parts.campaigns
        self._search = WorkSearch(parts.database)
        self._donations = DonationList(parts.database)
        self._address = parts.settings.public_url, parts.settings.base_path

    def routes(self) -> Sequence[ConsoleRoute]:
        """Its routes."""
        may = Permission.EXPORT
        return [get("/exports", self.show, may), post("/exports", self.save, may)]

    async def show(self, visit: Visit) -> Response:
        """The form."""
        campaign = chosen_campaign(visit, self._campaigns.live)
        values = {"campaign": campaign.id, "what": WORKS}
        return visit.page("exports", form=visit.form(self._fields(), values))

    async def save(self, visit: Visit) -> Response:
        """The file. It is written while it is read, so it may be of any size."""
        form = visit.taken(self._fields())
        if not form.is_right:
            return visit.page("exports", 422, form=form)
        campaign = chosen_campaign(visit, self._campaigns.live).id
        what = form.value("what")
        await visit.record(f"export {what}", campaign=campaign)
        kind, today = _KINDS[what], datetime.now(UTC)
        name = f"{campaign}-{what}-{today:%Y-%m-%d}.{kind.ending}"
        headers = HEADERS | {"Content-Disposition": f'attachment; filename="{name}"'}
        content = self._content(visit, what, campaign)
        return StreamingResponse(content, media_type=kind.media_type, headers=headers)

    def _content(self, visit: Visit, what: str, campaign: str) -> AsyncIterator[bytes]:
        if what == STROKES:
            return works_lines(self._search, campaign)
        if what == DONATIONS:
            return donations_table(self._donations, campaign)
        return works_table(self._search, campaign, f"{visit.address(*self._address)}/w/", visit.t)

    def _fields(self) -> Sequence[Field]:
        return (
            campaign_field(self._campaigns),
            Field(
                "what",
                text("What to export"),
                "choice",
                choices=[(name, kind.label) for name, kind in _KINDS.items()],
            ),
        )
