"""Moves the pledges of a campaign from its stream into SQL."""

from __future__ import annotations

from server.archive.pledges import PledgeStorage
from server.archive.stream_archiver import StreamArchiver
from server.relay.pledges import MadePledge
from server.store.pledges_stream import Entry, PledgesStream


class PledgeArchiver(StreamArchiver[MadePledge]):
    """Drains the pledges of one campaign."""

    def __init__(self, stream: PledgesStream, pledges: PledgeStorage) -> None:
        """Drain `stream` into `pledges`."""
        super().__init__(stream)
        self._pledges_stream = stream
        self._pledges = pledges

    async def store(self, entries: list[Entry]) -> None:
        """Store pledges, and acknowledge them."""
        totals = await self._pledges.store(self.campaign, [made for _, made in entries])
        await self._pledges_stream.acknowledge(entries, totals)
