"""Campaigns: the list, new ones, copies; opening, closing, archiving."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

from starlette.responses import Response

from server.campaign.checks import TITLE_CHARS
from server.campaign.definition import Definition
from server.campaign.manager import CampaignManager
from server.campaign.problems import CampaignError
from server.campaign.provider_secrets import without_secrets
from server.campaign.reading import plain_of
from server.campaign.schedule import moment
from server.console.campaign_access import CampaignAccess
from server.console.campaign_languages import NAMES
from server.console.campaign_state import state_of
from server.console.faults import all_said
from server.console.forms import Field, Form
from server.console.frame import CAMPAIGNS, MenuEntry
from server.console.parts import Parts
from server.console.roles import Permission
from server.console.section import ConsoleRoute, Section, get, post
from server.console.tables import Button, Buttons, Cell, Column, Link, Table
from server.console.texts import CHINESE, text
from server.console.visit import Visit
from server.relay.texts import text_in

_COLUMNS = (
    Column(text("Campaign")),
    Column(text("State")),
    Column(text("Relays")),
    Column(text("Actions")),
)
_ID = Field(
    "id",
    text("Id"),
    hint=text("Small letters, digits and dashes; it is in the address, and never changes."),
    most=64,
)
_TITLE = Field("title", text("Name"), required=False, most=TITLE_CHARS)
_LOCALE = Field("locale", text("Language of the page"), "choice", choices=list(NAMES.items()))
_COPY = Field("copied", text("Copied from"), "hidden", required=False)


Turn = Callable[[CampaignManager, str], Awaitable[object]]
"""A method of the manager that opens a campaign, or closes it."""

WAYS = {"write": text("writing"), "pledge": text("pledging"), "give": text("giving")}


class CampaignsPage(Section):
    """The list, the form for a new campaign, and the editor of one."""

    menu = (MenuEntry("/campaigns", text("Campaigns"), CAMPAIGNS, Permission.LOOK),)

    def __init__(self, parts: Parts) -> None:
        """Over the campaigns of `parts`."""
        self._access = CampaignAccess(parts)

    def routes(self) -> Sequence[ConsoleRoute]:
        """Its routes."""
        may = Permission.EDIT
        return [
            get("/campaigns", self.show),
            post("/campaigns", self.create, may),
            post("/campaigns/{id}/open", self.open, may),
            post("/campaigns/{id}/close", self.close_campaign, may),
            post("/campaigns/{id}/archive", self.archive, may),
            post("/campaigns/{id}/restore", self.restore, may),
        ]

    async def close(self) -> None:
        """Close the connections."""
        await self._access.close()

    async def show(self, visit: Visit) -> Response:
        """All campaigns."""
        copied = visit.query("copy")
        values = {"copied": copied, "locale": "zh-Hans" if visit.language == CHINESE else "en"}
        return await self._list(visit, visit.form(_new_fields(copied), values))

    async def create(self, visit: Visit) -> Response:
        """Add a campaign, empty or as a copy of another one."""
        form = visit.taken(_new_fields(visit.posted.fields.get("copied", "")))
        if not form.is_right:
            return await self._list(visit, form, 422)
        new, copied, locale = map(form.value, ("id", "copied", "locale"))
        if copied:
            plain = plain_of(without_secrets(await self._access.one(visit, copied)))
        else:
            plain = {"locale": locale, "title": {locale: form.value("title") or new}}
        try:
            await self._access.manager(visit).add(plain | {"id": new, "open": False})
        except CampaignError as error:
            form.errors["id"] = all_said(error.problems, visit.t)
            return await self._list(visit, form, 422)
        await self._access.tell()
        done = visit.t(text("{name} is there, and closed. Fill it in, then open it."), name=new)
        return await visit.go(f"/campaigns/{new}", done)

    async def open(self, visit: Visit) -> Response:
        """Let people join, now or at the time that is set."""
        definition = await self._access.one(visit, visit.path("id"))
        opens = moment(definition.opens, definition.time_zone)
        done = text("{name} is open. Tell people of it: the links are below.")
        if opens and datetime.now(UTC) < opens:
            done = text("{name} opens by itself at the time that is set. Tell people of it.")
        return await self._turn(visit, CampaignManager.open, visit.t(done))

    async def close_campaign(self, visit: Visit) -> Response:
        """Let nobody join."""
        name = visit.path("id")
        question = visit.t(text("Close {name}? Who writes may finish."), name=name)
        if ask := visit.unconfirmed(question, visit.t(text("Close")), f"/campaigns/{name}"):
            return ask
        return await self._turn(visit, CampaignManager.close, visit.t(text("{name} is closed.")))

    async def archive(self, visit: Visit) -> Response:
        """Take a campaign that is over out of the lists."""
        done = visit.t(text("{name} is archived. Everything of it is kept, and can be exported."))
        return await self._turn(visit, CampaignManager.archive, done)

    async def restore(self, visit: Visit) -> Response:
        """Show it in the lists again."""
        done = visit.t(text("{name} is in the list again, and closed."))
        return await self._turn(visit, CampaignManager.restore, done)

    async def _turn(self, visit: Visit, turn: Turn, done: str) -> Response:
        """Do one of these, and go to the campaign's page, which says `done` or why not."""
        name = visit.path("id")
        try:
            await turn(self._access.manager(visit), name)
        except CampaignError as error:
            why = all_said(error.problems, visit.t)
            return await visit.go(f"/campaigns/{name}", why, "bad")
        await self._access.tell()
        return await visit.go(f"/campaigns/{name}", done.format(name=name))

    async def _list(self, visit: Visit, form: Form, status: int = 200) -> Response:
        may, archived = self._access.may_change(visit), visit.query("show") == "archived"
        all_ = (await self._access.all()).values()
        rows = [self._row(visit, it, may) for it in all_ if it.archived == archived]
        empty = text("No campaign is archived.") if archived else text("There is no campaign.")
        return visit.page(
            "campaigns",
            status,
            table=Table(text("Campaigns"), _COLUMNS, rows, empty),
            form=form,
            may=may and not archived,
            file=self._access.file,
            archived=archived,
            count=sum(it.archived for it in all_),
        )

    def _row(self, visit: Visit, definition: Definition, may: bool) -> list[Cell]:
        path = f"/campaigns/{definition.id}"
        links = [Link(visit.t(text("Change")) if may else visit.t(text("Show")), path)]
        if may:
            links.append(Link(visit.t(text("Copy")), f"/campaigns?copy={definition.id}"))
        title = text_in(definition.title, definition.locale, definition.locale)
        ways = ", ".join(visit.t(WAYS[relay]) for relay in definition.relays)
        state = state_of(definition, self._access.library)
        buttons = [_button_of(definition, path)] if may else []
        return [f"{title} ({definition.id})", state, ways, Buttons(buttons, links)]


def _button_of(definition: Definition, path: str) -> Button:
    if definition.archived:
        return Button(text("Restore"), f"{path}/restore")
    if definition.open:
        return Button(text("Close"), f"{path}/close")
    return Button(text("Open"), f"{path}/open")


def _new_fields(copied: str) -> tuple[Field, ...]:
    """Those of the form for a new campaign; a copy has its name and language from the other one."""
    return (_ID, _COPY) if copied else (_ID, _TITLE, _LOCALE, _COPY)
