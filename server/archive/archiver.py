"""Moves finished works from a lane's stream into SQL."""

from __future__ import annotations

from server.archive.stream_archiver import StreamArchiver
from server.archive.works import Works
from server.store.works import Entry, FinishedWork, WorksStream


class Archiver(StreamArchiver[FinishedWork]):
    """Drains the works of one lane."""

    def __init__(self, stream: WorksStream, works: Works) -> None:
        """Drain `stream` into `works`."""
        super().__init__(stream)
        self._works_stream = stream
        self._works = works

    async def store(self, entries: list[Entry]) -> None:
        """Store works, and acknowledge them."""
        relays = await self._works.store(self.campaign, [work for _, work in entries])
        await self._works_stream.acknowledge(entries, relays)
