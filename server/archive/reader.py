"""Reads finished works: those in SQL, and those still in the streams."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import structlog
from redis.exceptions import RedisError

from server.archive.database import ArchiveAwayError
from server.archive.works import Cursor, Works
from server.relay.phrase import Phrase
from server.store.errors import StoreAwayError
from server.store.lanes import LETTERS
from server.store.works import FinishedWork, WorksStream

log = structlog.get_logger()

ON_THE_WAY = 1_000
"""How many of the newest works in a stream are looked at for one that SQL does not have."""

_WORK_ID = re.compile(rf"[A-Za-z0-9_-]{{16}}[{LETTERS}]")
"""A room's id: 12 random bytes in URL-safe base64, and the letter of its lane."""


class WorkReader:
    """Finds works from the moment of completion, except those that are held back."""

    def __init__(self, works: Works, streams: Mapping[str, Sequence[WorksStream]]) -> None:
        """`streams` by campaign, in the order of its lanes; more may be added later."""
        self._works = works
        self._streams = streams

    async def find(self, work_id: str) -> tuple[str, FinishedWork] | None:
        """A work and its campaign; None when there is none or it is held back.

        Raises:
            ArchiveAwayError: SQL cannot be read now.
        """
        found = await self._find(work_id)
        return None if found is None or found[1].held else found

    async def newest(
        self, campaign: str, limit: int, before: Cursor | None, phrase: Phrase | None = None
    ) -> tuple[list[FinishedWork], Cursor | None]:
        """A page of a campaign's works, newest first, and where the next one starts.

        With a phrase, only the works that write it.

        Raises:
            ArchiveAwayError: SQL cannot be read now.
        """
        # Read the stream first: a work archived between the reads is then in both, not in neither.
        waiting = await _on_the_way(self._streams[campaign])
        page = {work.id: work for work in waiting if not work.held}
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
            found = await self._find(work_id)
            if found is None or all(hand.participant != participant for hand in found[1].hands):
                return False
            await self._works.report(work_id, participant, why)
        except ArchiveAwayError as error:
            log.warning("a report was not taken", work=work_id, error=str(error))
            raise StoreAwayError from error
        return True

    async def hold_replay(self, work_id: str, participant: str, why: str) -> None:
        """Hold a work back that the participant is writing, or has written.

        Raises:
            StoreAwayError: SQL cannot be written now; the work is unchanged.
        """
        try:
            await self._works.report(work_id, participant, why)
        except ArchiveAwayError as error:
            raise StoreAwayError from error

    async def _find(self, work_id: str) -> tuple[str, FinishedWork] | None:
        if not _WORK_ID.fullmatch(work_id):
            return None
        found = await self._works.find(work_id)
        if found is not None:
            return found
        lane = LETTERS.index(work_id[-1])
        for campaign, streams in self._streams.items():
            for work in await _on_the_way(streams[lane : lane + 1]):
                if work.id == work_id:
                    return campaign, work
        return await self._works.find(work_id)


async def _on_the_way(streams: Iterable[WorksStream]) -> list[FinishedWork]:
    try:
        return [work for stream in streams for work in await stream.newest(ON_THE_WAY)]
    except (RedisError, OSError) as error:
        # What SQL has is readable without Redis.
        log.warning("works on their way cannot be read", error=str(error))
        return []


def _place(work: FinishedWork) -> tuple[int, str]:
    """The position of a work in the list."""
    return work.completed_at, work.id
