"""The audit log: what everybody has done."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.responses import Response

from server.console.actions import ACTIONS
from server.console.audit import PAGE, AuditFilter, Entry
from server.console.frame import CONSOLE, MenuEntry
from server.console.parts import Parts
from server.console.roles import Permission
from server.console.section import ConsoleRoute, Section, get
from server.console.tables import Cell, Code, Column, Filter, Moment, Table
from server.console.texts import text
from server.console.visit import Visit

_COLUMNS = (
    Column(text("When")),
    Column(text("Who")),
    Column(text("What")),
    Column(text("On what")),
    Column(text("Campaign")),
    Column(text("Before")),
    Column(text("After")),
)

SHOWN_CHARS = 240
"""The most characters that are shown of the values before and after."""


class AuditPage(Section):
    """The newest entries first, narrowed by who, what and campaign."""

    menu = (MenuEntry("/audit", text("Audit log"), CONSOLE, Permission.AUDIT),)

    def __init__(self, parts: Parts) -> None:
        """Over the log of `parts`."""
        self._audit = parts.audit

    def routes(self) -> Sequence[ConsoleRoute]:
        """Its routes."""
        return [get("/audit", self.show, Permission.AUDIT)]

    async def show(self, visit: Visit) -> Response:
        """One page of entries."""
        wanted = AuditFilter(
            who=visit.query("who"),
            action=visit.query("action"),
            campaign=visit.query("campaign"),
            target=visit.query("target"),
            before=visit.number("before"),
        )
        entries = await self._audit.entries(wanted, PAGE + 1)
        shown = entries[:PAGE]
        older = visit.here(before=shown[-1].number) if len(entries) > PAGE else ""
        table = Table(
            text("Everything that was done"),
            _COLUMNS,
            [_row(visit, entry) for entry in shown],
            text("Nothing was done."),
            filters=await self._filters(visit, wanted),
            newer=visit.here(before="") if wanted.before else "",
            older=older,
        )
        return visit.page("audit", table=table)

    async def _filters(self, visit: Visit, wanted: AuditFilter) -> list[Filter]:
        filters = []
        for name, label in (
            ("who", text("Who")),
            ("action", text("What")),
            ("campaign", text("Campaign")),
        ):
            found = await self._audit.choices(name)
            choices = [(it, _words(visit, it) if name == "action" else it) for it in found]
            value = getattr(wanted, name)
            filters.append(Filter(name, label, value, [("", visit.t(text("All"))), *choices]))
        return [*filters, Filter("target", text("On what"), wanted.target)]


def _row(visit: Visit, entry: Entry) -> list[Cell]:
    return [
        Moment(entry.at),
        entry.who,
        _words(visit, entry.action),
        Code(entry.target),
        entry.campaign,
        Code(_short(entry.before)),
        Code(_short(entry.after)),
    ]


def _words(visit: Visit, action: str) -> str:
    return visit.t(ACTIONS.get(action, action))


def _short(value: str) -> str:
    return value if len(value) <= SHOWN_CHARS else f"{value[:SHOWN_CHARS]}…"
