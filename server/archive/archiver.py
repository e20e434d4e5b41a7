"""Moves finished works from a lane's stream into SQL."""

from __future__ import annotations

from server.archive.review_state import FirstReview
from server.archive.stream_archiver import StreamArchiver
from server.archive.works import Works
from server.store.works import Entry, FinishedWork, WorksStream


class Archiver(StreamArchiver[FinishedWork]):
    """Drains the works of one lane."""

    def __init__(self, stream: WorksStream, works: Works, first_review: FirstReview) -> None:
        """Drain `stream` into `works`; `first_review` says in which state each work begins."""
        super().__init__(stream)
        self._works_stream = stream
        self._works = works
        self._first_review = first_review

    async def store(self, entries: list[Entry]) -> None:
        """Store works, and acknowledge them."""
        works = [work for _, work in entries]
        review = self._first_review(self.campaign)
        relays = await self._works.store(self.campaign, works, review)
        await self._works_stream.acknowledge(entries, relays)
