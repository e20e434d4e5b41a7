"""The review queue: works that wait for a person, with one key for each decision."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import orjson
from starlette.responses import Response

from server.archive.decisions import Decision, Decisions
from server.archive.review import HeldWork, Review
from server.archive.review_queue import ReviewQueue
from server.console.frame import HEADERS, WORKS, MenuEntry
from server.console.parts import Parts
from server.console.roles import Permission
from server.console.section import ConsoleRoute, Section, get, post
from server.console.texts import text
from server.console.visit import Visit
from server.console.works import DECIDED, DECISIONS, ink_of, why

AT_ONCE = 6
"""Works that a page has in hand."""

HOLD_SECONDS = 24 * 3_600
"""For so long nobody is shown a work in the queue that somebody held."""

KEYS = {
    Decision.RELEASE: "P",
    Decision.HOLD: "H",
    Decision.REFUSE: "X",
    Decision.REMOVE: "R",
}


class ReviewPage(Section):
    """The page, the works that it is given, and what it is told of them."""

    menu = (MenuEntry("/review", text("Review"), WORKS, Permission.REVIEW),)

    def __init__(self, parts: Parts) -> None:
        """Over the database of `parts`."""
        self._campaigns = parts.campaigns
        self._pictures = parts.pictures
        self._queue = ReviewQueue(parts.database)
        self._review = Review(parts.database)
        self._decisions = Decisions(parts.database)

    def routes(self) -> Sequence[ConsoleRoute]:
        """Its routes."""
        may = Permission.REVIEW
        return [
            get("/review", self.show, may),
            get("/review/next", self.next, may),
            post("/review/decide", self.decide, may),
            post("/review/undo", self.undo, may),
            post("/review/give-back", self.give_back, may),
        ]

    async def show(self, visit: Visit) -> Response:
        """The page; its script asks for the works."""
        campaigns = {name: it.campaign for name, it in self._campaigns.live.items()}
        return visit.page(
            "review",
            campaign=visit.query("campaign"),
            campaigns=[(name, it.text(it.title)) for name, it in campaigns.items()],
            decisions=[(it.value, DECISIONS[it], KEYS[it]) for it in Decision],
            words=_words(visit),
        )

    async def next(self, visit: Visit) -> Response:
        """The works that this moderator has in hand, as JSON, and how many wait."""
        taken = await self._queue.take(_moderator(visit), AT_ONCE, visit.query("campaign"))
        works = {work.id: work for work in await self._review.look(taken)}
        shown = [_shown(visit, works[it]) for it in taken if it in works]
        return _json({"works": shown, "waiting": await self._review.waiting()})

    async def decide(self, visit: Visit) -> Response:
        """Take a decision; its number, or 0 when somebody else has decided before."""
        fields = visit.posted.fields
        work, decision = fields.get("work", ""), _decision(fields.get("decision", ""))
        if decision is None:
            return _json({"error": "no such decision"}, 400)
        made = await self._decisions.decide(work, decision, visit.account.name, waiting=True)
        if made is None:
            return _json({"number": 0})
        if decision is Decision.HOLD:
            await self._queue.put_off(work, HOLD_SECONDS)
        elif decision is not Decision.RELEASE:
            await self._pictures.forget(work)
        await visit.record(f"{decision.value} work", work)
        return _json({"number": made.number})

    async def undo(self, visit: Visit) -> Response:
        """Take a decision back; the work is in this moderator's hand again."""
        number = visit.posted.fields.get("number", "")
        if not number.isascii() or not number.isdecimal() or len(number) > 18:
            return _json({"error": "no such decision"}, 400)
        work = await self._decisions.undo(int(number), visit.account.name)
        if work is None:
            return _json({"works": []})
        await visit.record("undo decision", work)
        await self._queue.lease(_moderator(visit), work)
        works = await self._review.look([work])
        return _json({"works": [_shown(visit, it) for it in works]})

    async def give_back(self, visit: Visit) -> Response:
        """The page is closed: others may have the works."""
        await self._queue.give_back(_moderator(visit), visit.posted.all("work")[:AT_ONCE])
        return Response(status_code=204, headers=HEADERS)


def _moderator(visit: Visit) -> str:
    """Who has the works in hand: a session, since one account may be open in two browsers."""
    session = hashlib.sha256(visit.session.id.encode()).hexdigest()[:16]
    return f"{visit.account.name}/{session}"


def _decision(value: str) -> Decision | None:
    return Decision(value) if value in {it.value for it in Decision} else None


def _shown(visit: Visit, work: HeldWork) -> dict[str, Any]:
    return {
        "id": work.id,
        "campaign": work.campaign,
        "text": work.phrase.text,
        "locale": work.phrase.locale,
        "completed_at": work.completed_at,
        "reported": work.reported,
        "why": [visit.t(it) for it in why(work)],
        "chars": ink_of(work.phrase, work.ink, work.judgements),
    }


def _words(visit: Visit) -> str:
    """What the script says, as JSON."""
    words = {it.value: visit.t(DECIDED[it]) for it in Decision}
    words |= {
        "waiting": visit.t(text("{n} wait")),
        "said": visit.t(text("{text}: {decided}.")),
        "undone": visit.t(text("{text}: taken back.")),
        "taken": visit.t(text("{text}: somebody else has decided.")),
        "nothing": visit.t(text("There is nothing to take back.")),
        "failed": visit.t(text("That did not arrive. Try again.")),
    }
    return orjson.dumps(words).decode()


def _json(content: dict[str, Any], status: int = 200) -> Response:
    body = orjson.dumps(content)
    return Response(body, status, HEADERS, media_type="application/json")
