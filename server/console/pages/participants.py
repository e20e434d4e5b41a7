"""Participants whose works were reported: their works, and whether they may take part."""

from __future__ import annotations

import re
from collections.abc import Sequence

from starlette.exceptions import HTTPException
from starlette.responses import Response

from server.archive.barred import Barred
from server.archive.reported import Reported, ReportedParticipant
from server.archive.review import HeldWork, Review
from server.console.frame import WORKS, MenuEntry
from server.console.parts import Parts
from server.console.roles import Permission
from server.console.section import ConsoleRoute, Section, get, post
from server.console.tables import Badge, Button, Buttons, Cell, Code, Column, Link, Moment, Table
from server.console.texts import text
from server.console.visit import Visit
from server.console.works import why

MOST_WORKS = 60

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")

_COLUMNS = (
    Column(text("Participant")),
    Column(text("Confirmed reports"), number=True),
    Column(text("Open reports"), number=True),
    Column(text("State")),
    Column(text("Actions")),
)
_WORK_COLUMNS = (
    Column(text("Work")),
    Column(text("Campaign")),
    Column(text("Finished")),
    Column(text("Reports")),
)


class ParticipantsPage(Section):
    """The list, and one participant."""

    menu = (MenuEntry("/participants", text("Participants"), WORKS, Permission.REVIEW),)

    def __init__(self, parts: Parts) -> None:
        """Over the database of `parts`."""
        self._reported = Reported(parts.database)
        self._review = Review(parts.database)
        self._barred = Barred(parts.database)

    def routes(self) -> Sequence[ConsoleRoute]:
        """Its routes."""
        may = Permission.REVIEW
        return [
            get("/participants", self.show, may),
            get("/participants/{id}", self.show_one, may),
            post("/participants/{id}/bar", self.bar, may),
            post("/participants/{id}/unbar", self.unbar, may),
        ]

    async def show(self, visit: Visit) -> Response:
        """Those with reports, and those who are barred."""
        reported = await self._reported.participants()
        table = Table(
            text("Participants with reports"),
            _COLUMNS,
            [_row(it) for it in reported],
            text("Nobody was reported."),
        )
        barred = Table(
            text("Barred participants"),
            (Column(text("Participant")), Column(text("Barred")), Column(text("Actions"))),
            [
                [_link(it.participant), Moment(it.since), _buttons(it.participant, barred=True)]
                for it in await self._barred.all()
                if it.barred
            ],
            text("Nobody is barred."),
        )
        return visit.page("participants", table=table, barred=barred)

    async def show_one(self, visit: Visit) -> Response:
        """One participant with the works."""
        participant = _id(visit)
        (one,) = await self._reported.participants(participant)
        works = (await self._reported.works_of(participant))[:MOST_WORKS]
        found = {it.id: it for it in await self._review.look(works)}
        rows = [_work_row(visit, found[it]) for it in works if it in found]
        table = Table(text("Works"), _WORK_COLUMNS, rows, text("There are no works."))
        return visit.page("participant", one=one, table=table)

    async def bar(self, visit: Visit) -> Response:
        """The participant can neither join nor write, within seconds."""
        participant = _id(visit)
        await self._barred.bar([participant])
        await visit.record("bar participant", participant)
        return await visit.go(f"/participants/{participant}", visit.t(text("Barred.")))

    async def unbar(self, visit: Visit) -> Response:
        """The participant may take part again."""
        participant = _id(visit)
        await self._barred.unbar([participant])
        await visit.record("unbar participant", participant)
        told = visit.t(text("May take part again."))
        return await visit.go(f"/participants/{participant}", told)


def _id(visit: Visit) -> str:
    participant = visit.path("id")
    if not _ID.fullmatch(participant):
        raise HTTPException(404)
    return participant


def _link(participant: str) -> Link:
    return Link(participant, f"/participants/{participant}")


def _buttons(participant: str, *, barred: bool) -> Buttons:
    path = f"/participants/{participant}"
    if barred:
        return Buttons([Button(text("Let back in"), f"{path}/unbar")])
    return Buttons([Button(text("Bar"), f"{path}/bar", danger=True)])


def _row(one: ReportedParticipant) -> list[Cell]:
    state = Badge(text("barred"), "bad") if one.barred else Badge(text("takes part"))
    buttons = _buttons(one.participant, barred=one.barred)
    return [_link(one.participant), one.confirmed, one.waiting, state, buttons]


def _work_row(visit: Visit, work: HeldWork) -> list[Cell]:
    told = ", ".join(visit.t(it) for it in why(work)) if work.reported else ""
    link = Link(work.phrase.text, f"/works/{work.id}")
    return [link, Code(work.campaign), Moment(work.completed_at), told]
