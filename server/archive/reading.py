"""Finished works as readers see them: those in SQL, and those on their way there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from redis.exceptions import RedisError

from server.archive.works import Cursor, Works
from server.relay.phrase import Phrase
from server.store.works import FinishedWork, WorksStream

ON_THE_WAY = 1_000
"""How many of the newest works in a stream are looked at for one that SQL does not have."""


class ReadingRoom:
    """Finds works from the moment they are completed, held-back ones excepted."""

    def __init__(self, works: Works, streams: Mapping[str, Sequence[WorksStream]]) -> None:
        """`streams` of every campaign's lanes; more of them may come."""
        self._works = works
        self._streams = streams

    async def find(self, work_id: str) -> tuple[str, FinishedWork] | None:
        """A work and its campaign; None when there is none or it is held back."""
        found = await self._find(work_id)
        return None if found is None or found[1].held else found

    async def newest(
        self, campaign: str, limit: int, before: Cursor | None, phrase: Phrase | None = None
    ) -> tuple[list[FinishedWork], Cursor | None]:
        """A page of a campaign's works, newest first, and where the next one starts.

        With a phrase, only the works that write it.
        """
        # The stream first: what is archived between the two is in both, not in neither.
        page = {work.id: work for work in await self._on_the_way(campaign) if not work.held}
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
        """Hold a work back for review; False when the participant had no hand in it."""
        found = await self._find(work_id)
        if found is None or all(hand.participant != participant for hand in found[1].hands):
            return False
        await self._works.report(work_id, participant, why)
        return True

    async def _find(self, work_id: str) -> tuple[str, FinishedWork] | None:
        found = await self._works.find(work_id)
        if found is not None:
            return found
        for campaign in self._streams:
            for work in await self._on_the_way(campaign):
                if work.id == work_id:
                    return campaign, work
        return await self._works.find(work_id)

    async def _on_the_way(self, campaign: str) -> list[FinishedWork]:
        try:
            return [
                work
                for stream in self._streams[campaign]
                for work in await stream.newest(ON_THE_WAY)
            ]
        except (RedisError, OSError):
            return []  # what SQL has is readable without Redis


def _place(work: FinishedWork) -> tuple[int, str]:
    """Where a work stands in the list."""
    return work.completed_at, work.id
