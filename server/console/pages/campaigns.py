"""Campaigns: the list, the editor with its preview, opening, closing, copies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from redis.exceptions import RedisError
from starlette.responses import Response

from server.campaign.colours import on_colour
from server.campaign.definition import Definition
from server.campaign.manager import CampaignManager
from server.campaign.problems import CampaignError
from server.campaign.provider_secrets import without_secrets
from server.campaign.reading import plain_of, read_definition
from server.campaign.storage import CampaignStorage
from server.catalogue import load_library
from server.console.campaign_fields import GROUPS, LISTS, fields_of, row_count
from server.console.campaign_values import field_of, plain_from, values_of
from server.console.forms import Field, Form
from server.console.frame import CAMPAIGNS, MenuEntry
from server.console.parts import Parts
from server.console.roles import Permission
from server.console.section import ConsoleRoute, Section, get, post
from server.console.tables import Badge, Button, Buttons, Cell, Column, Link, Table
from server.console.texts import text
from server.console.visit import Visit
from server.relay.texts import text_in
from server.session.campaigns import OpenCampaign
from server.store.campaign_news import CampaignNews

MOST_BYTES = 512 * 1024

_COLUMNS = (
    Column(text("Campaign")),
    Column(text("State")),
    Column(text("Relays")),
    Column(text("Actions")),
)
_NEW = (
    Field(
        "id",
        text("Id"),
        hint=text("Small letters, digits and dashes; it is in the address, and never changes."),
        most=64,
    ),
)
_COPY = Field("copied", text("Copied from"), "hidden", required=False)


class CampaignsPage(Section):
    """The list, the form for a new campaign, and the editor of one."""

    menu = (MenuEntry("/campaigns", text("Campaigns"), CAMPAIGNS, Permission.LOOK),)

    def __init__(self, parts: Parts) -> None:
        """Over the campaigns of `parts`."""
        self._campaigns = parts.campaigns
        self._file = parts.settings.campaigns
        self._storage = CampaignStorage(parts.database)
        self._library = load_library()
        self._news = CampaignNews(parts.deployment)

    def routes(self) -> Sequence[ConsoleRoute]:
        """Its routes."""
        may = Permission.EDIT
        return [
            get("/campaigns", self.show),
            post("/campaigns", self.create, may),
            get("/campaigns/{id}", self.edit),
            post("/campaigns/{id}", self.save, may, MOST_BYTES),
            post("/campaigns/{id}/preview", self.preview, may, MOST_BYTES),
            post("/campaigns/{id}/open", self.open, may),
            post("/campaigns/{id}/close", self.close_campaign, may),
        ]

    async def close(self) -> None:
        """Close the connection that tells workers of changes."""
        await self._news.close()

    async def show(self, visit: Visit) -> Response:
        """All campaigns."""
        values = {"copied": visit.query("copy")}
        return self._list(visit, visit.form((*_NEW, _COPY), values))

    async def create(self, visit: Visit) -> Response:
        """Add a campaign, empty or as a copy of another one."""
        form = visit.taken((*_NEW, _COPY))
        if not form.is_right:
            return self._list(visit, form, 422)
        new, copied = form.value("id"), form.value("copied")
        plain: dict[str, Any] = {"open": False}
        if copied:
            plain |= plain_of(without_secrets(await self._stored(visit, copied)))
        try:
            await self._manager(visit).add(plain | {"id": new, "open": False})
        except CampaignError as error:
            form.errors["id"] = "; ".join(problem.reason for problem in error.problems)
            return self._list(visit, form, 422)
        await self._tell()
        told = visit.t(text("{name} is there, and closed. Fill it in, then open it."), name=new)
        return await visit.go(f"/campaigns/{new}", told)

    async def edit(self, visit: Visit) -> Response:
        """The editor of one."""
        definition = await self._stored(visit, visit.path("id"))
        plain = plain_of(definition)
        fields = fields_of(plain)
        form = visit.form(fields, values_of(plain, fields))
        return self._editor(visit, definition, form)

    async def save(self, visit: Visit) -> Response:
        """Change it, if everything is right."""
        before = await self._stored(visit, visit.path("id"))
        form, plain, used = self._taken(visit, before)
        if form.is_right:
            try:
                changed = await self._manager(visit).write(before.id, plain)
            except CampaignError as error:
                self._show_problems(form, error, used)
            else:
                await self._tell()
                told = visit.t(text("It is saved.") if changed else text("Nothing has changed."))
                return await visit.go(f"/campaigns/{before.id}", told)
        return self._editor(visit, before, form, 422)

    async def preview(self, visit: Visit) -> Response:
        """What the page would look like, and what is wrong so far."""
        before = await self._stored(visit, visit.path("id"))
        form, plain, used = self._taken(visit, before)
        shown = before
        if form.is_right:
            try:
                shown = read_definition(plain, self._library)
            except CampaignError as error:
                self._show_problems(form, error, used)
        return visit.page("campaign-preview", form=form, **_preview(shown))

    async def open(self, visit: Visit) -> Response:
        """Let people join."""
        name = visit.path("id")
        try:
            await self._manager(visit).open(name)
        except CampaignError as error:
            return await visit.go(f"/campaigns/{name}", str(error), "bad")
        await self._tell()
        return await visit.go("/campaigns", visit.t(text("{name} is open."), name=name))

    async def close_campaign(self, visit: Visit) -> Response:
        """Let nobody join."""
        name = visit.path("id")
        question = visit.t(text("Close {name}? Who writes may finish."), name=name)
        if ask := visit.unconfirmed(question, visit.t(text("Close"))):
            return ask
        try:
            await self._manager(visit).close(name)
        except CampaignError as error:
            return await visit.go(f"/campaigns/{name}", str(error), "bad")
        await self._tell()
        return await visit.go("/campaigns", visit.t(text("{name} is closed."), name=name))

    def _manager(self, visit: Visit) -> CampaignManager:
        """Changes campaigns in the name of the account; the audit log is written with them.

        Raises:
            HTTPException: they come from a file.
        """
        if self._file is not None:
            raise visit.missing("the campaigns come from a file")
        return CampaignManager(self._storage, self._library, visit.account.name)

    def _definition(self, visit: Visit, name: str) -> Definition:
        if name not in self._campaigns.live:
            raise visit.missing("there is no campaign of this id")
        return self._campaigns.definition(name)

    async def _stored(self, visit: Visit, name: str) -> Definition:
        """A campaign as it is now, also if this process has not heard of the last change."""
        if self._file is None:
            found = (await self._storage.read()).definitions.get(name)
            if found is not None:
                return found
        return self._definition(visit, name)

    def _taken(
        self, visit: Visit, before: Definition
    ) -> tuple[Form, dict[str, Any], Mapping[str, list[int]]]:
        """The form as it was posted, and the campaign that it defines."""
        plain = plain_of(before)
        posted = visit.posted.fields
        form = visit.taken(fields_of(plain, list(posted)))
        try:
            return form, *plain_from(form.values, plain)
        except ValueError as error:
            form.errors.setdefault("", str(error))
            return form, plain, {}

    def _show_problems(
        self, form: Form, error: CampaignError, used: Mapping[str, list[int]]
    ) -> None:
        """Put each problem beside its field."""
        names = [field.name for field in form.fields]
        for problem in error.problems:
            name = field_of(problem, names, used)
            said = problem.reason if name else str(problem)
            form.errors[name] = "; ".join(filter(None, (form.errors.get(name, ""), said)))

    def _editor(
        self, visit: Visit, definition: Definition, form: Form, status: int = 200
    ) -> Response:
        plain = plain_of(definition)
        names = [field.name for field in form.fields]
        lists = [
            (rows, [rows.row(number) for number in range(row_count(rows, plain, names))])
            for rows in LISTS
        ]
        return visit.page(
            "campaign",
            status,
            campaign=definition,
            form=form,
            groups=GROUPS,
            lists=lists,
            file=self._file,
            saved={name: _saved(definition, name) for name in ("webhook", "wechat", "stripe")},
            **_preview(definition),
        )

    def _list(self, visit: Visit, form: Form, status: int = 200) -> Response:
        may = visit.may(Permission.EDIT) and self._file is None
        rows = [_row(visit, live, may) for live in self._campaigns.live.values()]
        table = Table(text("Campaigns"), _COLUMNS, rows, text("There is no campaign."))
        return visit.page("campaigns", status, table=table, form=form, may=may, file=self._file)

    async def _tell(self) -> None:
        """Tell the workers; without Redis they find out by themselves within 10 s."""
        try:
            await self._news.tell()
        except (RedisError, OSError):
            return


def _row(visit: Visit, live: OpenCampaign, may: bool) -> list[Cell]:
    campaign = live.campaign
    path = f"/campaigns/{campaign.id}"
    state = Badge(text("open"), "good") if live.is_open else Badge(text("closed"))
    buttons = []
    if may:
        turn = (
            Button(text("Close"), f"{path}/close")
            if campaign.enabled
            else Button(text("Open"), f"{path}/open")
        )
        buttons = [turn]
    links = [Link(visit.t(text("Change")) if may else visit.t(text("Show")), path)]
    if may:
        links.append(Link(visit.t(text("Copy")), f"/campaigns?copy={campaign.id}"))
    title = f"{campaign.text(campaign.title)} ({campaign.id})"
    return [title, state, ", ".join(campaign.relays), Buttons(buttons, links)]


def _saved(definition: Definition, account: str) -> int:
    """How many secrets of an account are saved."""
    found = getattr(definition, account)
    return len(found.secrets) if found is not None else 0


def _preview(definition: Definition) -> dict[str, Any]:
    """What the preview shows, in the campaign's own language."""

    def said(texts: Any) -> str:
        return text_in(texts, definition.locale, definition.locale)

    look = definition.theme
    return {
        "title": said(definition.title) or definition.id,
        "summary": said(definition.summary),
        "cause": said(definition.cause),
        "organiser": said(definition.organiser.name) if definition.organiser else "",
        "legal": said(definition.legal),
        "seal": look.seal,
        "relays": definition.relays,
        "pledges": [said(it.text) for it in definition.pledge if it.offered],
        "funds": [said(it.title) for it in definition.fund],
        "palettes": [
            (
                name,
                palette.accent,
                palette.paper,
                on_colour(palette.accent),
                on_colour(palette.paper),
            )
            for name, palette in (("light", look.light), ("dark", look.dark))
        ],
        "language_of_page": definition.locale,
    }
