"""Judges finished works: reads those that the check has not looked at, and stores what it found."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import islice
from typing import NamedTuple

import msgspec
import structlog
from sqlalchemy import bindparam, literal_column, select, update

from server.archive import schema
from server.archive.database import ArchiveAwayError, Database
from server.archive.moderation import Policy
from server.archive.review_state import ReviewState
from server.plausible.judge import Asked, Judge
from server.plausible.verdict import UNKNOWN_SHAPE, Judgement, judged
from server.relay.ink import Stroke
from server.relay.phrase import Phrase

log = structlog.get_logger()

BATCH = 20
"""Works that are read, judged and stored at once: SQLite is locked for a few ms, and the end of the
process waits for about a second."""

IDLE_SECONDS = 0.5
"""Between looks while there is nothing to do."""

FIRST_PAUSE, LAST_PAUSE = 0.5, 15.0
"""Seconds between attempts while the database is away."""

_pack = msgspec.msgpack.Encoder().encode
_read_phrase = msgspec.msgpack.Decoder(Phrase).decode
_read_ink = msgspec.msgpack.Decoder(list[list[Stroke]]).decode


class _Unjudged(NamedTuple):
    id: str
    campaign: str
    phrase: bytes
    ink: bytes


class WorkJudge:
    """Judges the works of one database, oldest first.

    Several may run at once: then some works are judged twice, with the same result.

    Attributes:
        judged: how many works it judged.
    """

    def __init__(self, database: Database, judge: Judge, policy: Policy) -> None:
        """`judge` finds, and `policy` decides."""
        self._database = database
        self._judge = judge
        self._policy = policy
        self.judged = 0

    async def run(self) -> None:
        """Judge until cancelled; after an outage it catches up."""
        pause = FIRST_PAUSE
        while True:
            try:
                if not await self.judge_some():
                    await asyncio.sleep(IDLE_SECONDS)
                pause = FIRST_PAUSE
            except ArchiveAwayError as error:
                log.debug("works wait to be judged", error=str(error))
                await asyncio.sleep(pause)
                pause = min(pause * 2, LAST_PAUSE)

    async def judge_some(self) -> int:
        """Judge some works; how many there were.

        Raises:
            ArchiveAwayError: the database cannot be used now.
        """
        works = await self._unjudged()
        if works:
            await self._store(self._judged(works))
            self.judged += len(works)
        return len(works)

    async def _unjudged(self) -> Sequence[_Unjudged]:
        works = schema.works.c
        query = (
            select(works.id, works.campaign, works.phrase, works.ink)
            .where(works.review == literal_column(str(ReviewState.UNJUDGED.value)))
            .order_by(works.completed_at, works.id)
            .limit(BATCH)
        )
        async with self._database.reading() as connection:
            return [_Unjudged(*row) for row in await connection.execute(query)]

    def _judged(self, works: Sequence[_Unjudged]) -> list[dict[str, object]]:
        asked: list[Asked] = []
        readable: list[tuple[_Unjudged, int]] = []
        rows = []
        for work in works:
            try:
                chars = zip(_read_phrase(work.phrase).chars, _read_ink(work.ink), strict=True)
                written = [Asked(char, ink) for char, ink in chars]
            except (msgspec.DecodeError, ValueError) as error:
                log.error(
                    "a work cannot be read and waits for a person",
                    work=work.id,
                    campaign=work.campaign,
                    error=str(error),
                )
                rows.append(self._row(work, [UNKNOWN_SHAPE]))
            else:
                readable.append((work, len(written)))
                asked += written
        scores = iter(self._judge.scores(asked))
        for work, count in readable:
            thresholds = self._policy.thresholds(work.campaign)
            rows.append(self._row(work, [judged(it, thresholds) for it in islice(scores, count)]))
        return rows

    def _row(self, work: _Unjudged, found: list[Judgement]) -> dict[str, object]:
        review = self._policy.review(work.campaign, found)
        return {"judged": work.id, "found": review.value, "told": _packed(found)}

    async def _store(self, rows: list[dict[str, object]]) -> None:
        """Store what was found; what a person decided meanwhile stays."""
        works = schema.works.c
        statement = (
            update(schema.works)
            .where(works.id == bindparam("judged"), works.review == ReviewState.UNJUDGED.value)
            .values(review=bindparam("found"), verdicts=bindparam("told"))
        )
        async with self._database.writing() as connection:
            await connection.execute(statement, rows)


def _packed(found: list[Judgement]) -> bytes:
    return _pack([[it.verdict, round(it.score, 3)] for it in found])
