"""Reads finished works: those in SQL, and those still in the streams."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import msgspec
import structlog
from redis.exceptions import RedisError

from server.archive.database import ArchiveAwayError
from server.archive.gathered_reads import GatheredReads
from server.archive.review_state import FirstReview, ReviewState
from server.archive.works import ArchivedWork, Cursor, Works, archived
from server.relay.phrase import Phrase
from server.store.errors import StoreAwayError
from server.store.lanes import LETTERS
from server.store.works import FinishedWork, WorksStream

log = structlog.get_logger()

LOOK_SECONDS = 0.01
"""Between two reads of works, and of review states: who asks meanwhile shares the next one."""

ON_THE_WAY = 1_000
"""How many of the newest works in a stream are looked at for one that SQL does not have."""

_Lane = tuple[str, int]
"""A campaign and the number of one of its lanes."""

_WORK_ID = re.compile(rf"[A-Za-z0-9_-]{{16}}(?:[A-Za-z0-9_-]{{4}})?[{LETTERS}]")
"""A room's id: 15 bytes in URL-safe base64 (12 in works of 0.2.0), and the letter of its lane."""


class WorkReader:
    """Finds works from the moment of completion."""

    def __init__(
        self,
        works: Works,
        streams: Mapping[str, Sequence[WorksStream]],
        first_review: FirstReview,
    ) -> None:
        """`streams` by campaign, in the order of its lanes; more may be added later."""
        self._works = works
        self._streams = streams
        self._first_review = first_review
        self._states = GatheredReads(works.states, "review states", LOOK_SECONDS)
        self._found = GatheredReads(works.find_all, "works", LOOK_SECONDS)
        self._waiting = GatheredReads(self._read_streams, "works on their way")

    async def states(self, ids: Iterable[str]) -> dict[str, ReviewState]:
        """The review state of these works at this moment; works that are not in SQL have none.

        Raises:
            ArchiveAwayError: SQL cannot be read now.
        """
        return await self._states.of(ids)

    async def find(self, work_id: str) -> ArchivedWork | None:
        """A work, also one that is not public; None when there is none.

        Raises:
            ArchiveAwayError: SQL cannot be read now.
        """
        if not is_work_id(work_id):
            return None
        if stored := (await self._found.of([work_id])).get(work_id):
            return stored
        lane = LETTERS.index(work_id[-1])
        for campaign in list(self._streams):
            for work in await self._on_the_way([(campaign, lane)]):
                if work.id == work_id:
                    reported = (await self.states([work_id])).get(work_id) is ReviewState.WAITING
                    held = msgspec.structs.replace(work, held=int(work.held or reported))
                    return archived(campaign, held, self._first_review(campaign))
        return (await self._found.of([work_id])).get(work_id)

    async def newest(
        self, campaign: str, limit: int, before: Cursor | None, phrase: Phrase | None = None
    ) -> tuple[list[FinishedWork], Cursor | None]:
        """A page of a campaign's public works, newest first, and where the next one starts.

        With a phrase, only the works that write it.

        Raises:
            ArchiveAwayError: SQL cannot be read now.
        """
        # Read the stream first: a work archived between the reads is then in both, not in neither.
        waiting = []
        if self._first_review(campaign) is ReviewState.PUBLIC:
            lanes = range(len(self._streams[campaign]))
            waiting = await self._on_the_way((campaign, lane) for lane in lanes)
        states = await self.states(work.id for work in waiting)
        page = {
            work.id: work
            for work in waiting
            if not work.held and states.get(work.id, ReviewState.PUBLIC) is ReviewState.PUBLIC
        }
        stored = await self._works.newest(campaign, limit + 1, before, phrase)
        page |= {work.id: work for work in stored}
        works = sorted(page.values(), key=_place, reverse=True)
        if phrase is not None:
            works = [work for work in works if work.phrase == phrase]
        if before is not None:
            works = [work for work in works if _place(work) < (before.completed_at, before.id)]
        if len(works) <= limit:
            return works, None
        last = works[limit - 1]
        return works[:limit], Cursor(last.completed_at, last.id)

    async def hold(self, work_id: str, participant: str, why: str) -> bool:
        """Hold a work back for review; False when the participant had no hand in it.

        Raises:
            StoreAwayError: SQL cannot be written now; the work is unchanged.
        """
        try:
            found = await self.find(work_id)
            if found is None or all(it.participant != participant for it in found.work.hands):
                return False
            await self._works.report(work_id, participant, why)
        except ArchiveAwayError as error:
            log.warning("a report was not taken", work=work_id, error=str(error))
            raise StoreAwayError from error
        return True

    async def hold_unfinished(self, work_id: str, participant: str, why: str) -> None:
        """Hold a work back that the participant is writing, or has written.

        Raises:
            StoreAwayError: SQL cannot be written now; the work is unchanged.
        """
        try:
            await self._works.report(work_id, participant, why)
        except ArchiveAwayError as error:
            raise StoreAwayError from error

    async def _on_the_way(self, lanes: Iterable[_Lane]) -> list[FinishedWork]:
        """The newest works in the streams of these lanes."""
        found = await self._waiting.of(lanes)
        return [work for works in found.values() for work in works]

    async def _read_streams(self, lanes: Iterable[_Lane]) -> dict[_Lane, list[FinishedWork]]:
        found: dict[_Lane, list[FinishedWork]] = {}
        try:
            for campaign, lane in lanes:
                for stream in self._streams[campaign][lane : lane + 1]:
                    found[campaign, lane] = await stream.newest(ON_THE_WAY)
        except (RedisError, OSError) as error:
            # What SQL has is readable without Redis.
            log.debug("works on their way cannot be read", error=str(error))
        return found


def is_work_id(text: str) -> bool:
    """Whether it can be the id of a work."""
    return _WORK_ID.fullmatch(text) is not None


def _place(work: FinishedWork) -> tuple[int, str]:
    """The position of a work in the list."""
    return work.completed_at, work.id
