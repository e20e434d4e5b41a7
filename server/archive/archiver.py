"""Moves finished works from a lane's stream into SQL."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from server.archive.review_state import FirstReview
from server.archive.stream_archiver import StreamArchiver
from server.archive.works import Works
from server.store.works import Entry, FinishedWork, WorksStream
from server.tracing.span import Span, Tracer


class Archiver(StreamArchiver[FinishedWork]):
    """Drains the works of one lane."""

    def __init__(
        self,
        stream: WorksStream,
        works: Works,
        first_review: FirstReview,
        tracer: Tracer | None = None,
    ) -> None:
        """Drain `stream` into `works`; `first_review` says in which state each work begins.

        A `tracer` goes on with the traces of those commits that are traced.
        """
        self._tracer = tracer
        super().__init__(stream)
        self._works_stream = stream
        self._works = works
        self._first_review = first_review

    async def store(self, entries: list[Entry]) -> None:
        """Store works, and acknowledge them."""
        works = [work for _, work in entries]
        review = self._first_review(self.campaign)
        archiving = self._begin(works)
        storing = [span.child("SQL store works") for span in archiving]
        try:
            relays = await self._works.store(self.campaign, works, review)
        except Exception as error:
            _end([*storing, *archiving], repr(error))
            raise
        _end(storing)
        try:
            await self._works_stream.acknowledge(entries, relays)
        finally:
            _end(archiving)

    def _begin(self, works: Sequence[FinishedWork]) -> list[Span]:
        """A span for each work of a trace, which the works of one transaction share."""
        if self._tracer is None:
            return []
        traced = [work for work in works if work.traceparent]
        spans = [
            self._tracer.start(
                "archive work", work.traceparent, campaign=self.campaign, room=work.id
            )
            for work in traced
        ]
        return [span for span in spans if span is not None]


def _end(spans: Iterable[Span], error: str = "") -> None:
    for span in spans:
        span.end(error)
