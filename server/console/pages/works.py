"""Works: a list to search, one work with its ink, and the decisions on it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec
import orjson
from starlette.exceptions import HTTPException
from starlette.responses import Response

from server.archive.decisions import UNDO_MS, Decided, Decision, Decisions
from server.archive.publishing import picture_of
from server.archive.reader import is_work_id
from server.archive.review import HeldWork, Review
from server.archive.review_state import ReviewState
from server.archive.search import Wanted, WorkSearch
from server.archive.waiting import Shown
from server.archive.works import ArchivedWork, Cursor
from server.console.frame import HEADERS, WORKS, MenuEntry
from server.console.pages.chosen import campaign_choices
from server.console.parts import Parts
from server.console.roles import Permission
from server.console.section import ConsoleRoute, Section, get, post
from server.console.tables import Badge, Filter
from server.console.texts import text
from server.console.visit import Visit
from server.console.works import DECIDED, DECISIONS, STATES, ink_of, why
from server.relay.ink import Stroke

PAGE = 24

DAY_MS = 86_400_000

_SHOWN = {
    Shown.ALL: text("All"),
    Shown.PUBLIC: text("public"),
    Shown.WAITING: text("waits for a person"),
    Shown.UNCHECKED: text("not checked yet"),
    Shown.PRIVATE: text("private"),
    Shown.REMOVED: text("removed"),
}

_read_strokes = msgspec.msgpack.Decoder(list[Stroke]).decode


class _Card(NamedTuple):
    """A work of the list."""

    id: str
    text: str
    locale: str
    campaign: str
    completed_at: int
    state: Badge


class WorksPage(Section):
    """The list, one work, and its picture."""

    menu = (MenuEntry("/works", text("Works"), WORKS, Permission.LOOK),)

    def __init__(self, parts: Parts) -> None:
        """Over the database of `parts`."""
        self._campaigns = parts.campaigns
        self._pictures = parts.pictures
        self._search = WorkSearch(parts.database)
        self._review = Review(parts.database)
        self._decisions = Decisions(parts.database)

    def routes(self) -> Sequence[ConsoleRoute]:
        """Its routes."""
        return [
            get("/works", self.show),
            get("/works/{id}", self.show_one),
            get("/works/{id}/picture.svg", self.picture),
            post("/works/{id}/decide", self.decide, Permission.REVIEW),
            post("/works/{id}/undo", self.undo, Permission.REVIEW),
        ]

    async def show(self, visit: Visit) -> Response:
        """A page of works, newest first."""
        found = await self._search.page(_wanted(visit), PAGE + 1, _cursor(visit))
        shown = found[:PAGE]
        older = ""
        if len(found) > PAGE:
            last = shown[-1].work
            older = visit.here(before=str(Cursor(last.completed_at, last.id)))
        return visit.page(
            "works",
            filters=self._filters(visit),
            works=[_card(it) for it in shown],
            older=older,
            newer=visit.here(before="") if visit.query("before") else "",
        )

    async def show_one(self, visit: Visit) -> Response:
        """One work, with everything that is known of it."""
        found = await self._one(visit.path("id"))
        looked = await self._review.look([found.work.id])
        if not looked:
            raise HTTPException(404)
        held = looked[0]
        made = await self._decisions.on(found.work.id)
        return visit.page(
            "work",
            work=found.work,
            campaign=found.campaign,
            state=STATES[found.review],
            reasons=why(held) if found.review is ReviewState.WAITING else [],
            ink=orjson.dumps(ink_of(held.phrase, held.ink, held.judgements)).decode(),
            written=_written(found, held),
            decisions=[(it.value, DECISIONS[it], it is Decision.REMOVE) for it in Decision],
            may_decide=visit.may(Permission.REVIEW),
            history=[(it, DECIDED[it.decision], _may_undo(visit, made, it)) for it in made],
        )

    async def picture(self, visit: Visit) -> Response:
        """The work's picture, drawn now: it may be one that is not public."""
        found = await self._one(visit.path("id"))
        ink = [_read_strokes(strokes) for strokes in found.work.ink]
        drawn = picture_of(found.work.phrase, ink)
        return Response(drawn, headers=HEADERS, media_type="image/svg+xml")

    async def decide(self, visit: Visit) -> Response:
        """Decide on a work, whatever its state."""
        found = await self._one(visit.path("id"))
        chosen = visit.posted.fields.get("decision", "")
        if chosen not in {it.value for it in Decision}:
            raise HTTPException(400)
        decision, work = Decision(chosen), found.work.id
        made = await self._decisions.decide(work, decision, visit.account.name)
        if made is None:
            raise HTTPException(404)
        if decision is not Decision.RELEASE:
            await self._pictures.forget(work)
        await visit.record(
            f"{decision.value} work", work, found.campaign, before=found.review.name.lower()
        )
        told = text("{text}: {decided}.")
        decided = visit.t(DECIDED[decision])
        notice = visit.t(told, text=found.work.phrase.text, decided=decided)
        return await visit.go(f"/works/{work}", notice)

    async def undo(self, visit: Visit) -> Response:
        """Take a decision of one's own back."""
        number, work = visit.posted.fields.get("number", ""), visit.path("id")
        if not number.isascii() or not number.isdecimal() or len(number) > 18:
            raise HTTPException(400)
        if await self._decisions.undo(int(number), visit.account.name) is None:
            told = visit.t(text("This decision cannot be taken back any more."))
            return await visit.go(f"/works/{work}", told, "bad")
        await visit.record("undo decision", work)
        return await visit.go(f"/works/{work}", visit.t(text("The decision is taken back.")))

    async def _one(self, work_id: str) -> ArchivedWork:
        if not is_work_id(work_id):
            raise HTTPException(404)
        for shown in (Shown.ALL, Shown.REMOVED):
            if found := await self._search.page(Wanted(id=work_id, shown=shown), 1):
                return found[0]
        raise HTTPException(404)

    def _filters(self, visit: Visit) -> list[Filter]:
        campaigns = campaign_choices(self._campaigns, visit.query("campaign"))
        states = [("" if it is Shown.ALL else it.value, visit.t(_SHOWN[it])) for it in Shown]
        everything = ("", visit.t(text("All")))
        return [
            Filter("campaign", text("Campaign"), visit.query("campaign"), [everything, *campaigns]),
            Filter("state", text("State"), visit.query("state"), states),
            Filter("text", text("Text"), visit.query("text")),
            Filter("of", text("Id or serial number"), visit.query("of")),
            Filter("since", text("From day (UTC)"), visit.query("since"), is_day=True),
            Filter("until", text("To day (UTC)"), visit.query("until"), is_day=True),
        ]


def _wanted(visit: Visit) -> Wanted:
    """What the address asks for; a day that is none is any day."""
    state, of = visit.query("state"), visit.query("of").strip()
    is_serial = of.isascii() and of.isdecimal() and len(of) < 18 and not is_work_id(of)
    until = _day(visit.query("until"))
    return Wanted(
        campaign=visit.query("campaign"),
        shown=Shown(state) if state in {it.value for it in Shown} else Shown.ALL,
        since=_day(visit.query("since")),
        until=None if until is None else until + DAY_MS,
        text=visit.query("text").strip(),
        serial=int(of) if is_serial else None,
        id="" if is_serial else of,
    )


def _day(value: str) -> int | None:
    """When a day like 2026-12-01 begins; None for what is none."""
    try:
        return int(datetime.fromisoformat(value.strip()).replace(tzinfo=UTC).timestamp() * 1_000)
    except ValueError:
        return None


def _cursor(visit: Visit) -> Cursor | None:
    try:
        return Cursor.parse(visit.query("before"))
    except ValueError:
        return None


def _card(found: ArchivedWork) -> _Card:
    work = found.work
    return _Card(
        work.id,
        work.phrase.text,
        work.phrase.locale,
        found.campaign,
        work.completed_at,
        STATES[found.review],
    )


def _written(found: ArchivedWork, held: HeldWork) -> list[tuple[str, int, str, str]]:
    """Each hand: the characters, the serial number, the participant, and what the check found."""
    written = []
    for number, hand in enumerate(found.work.hands):
        places = [at for at, writer in enumerate(found.work.writers) if writer == number]
        chars = "".join(found.work.phrase.chars[at] for at in places)
        scores = [f"{held.judgements[at].score:.2f}" for at in places if at < len(held.judgements)]
        written.append((chars, hand.serial, hand.participant, " ".join(scores)))
    return written


def _may_undo(visit: Visit, made: list[Decided], one: Decided) -> bool:
    """Whether this is the last decision that stands, and this account's, of the last day."""
    standing = [it for it in made if not it.undone]
    age = datetime.now(UTC).timestamp() * 1_000 - one.decided_at
    mine = one.moderator == visit.account.name
    return mine and standing[:1] == [one] and age < UNDO_MS
