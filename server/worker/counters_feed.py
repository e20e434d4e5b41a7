"""Reads the counters of every campaign once a second, and sends them to the participants."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import structlog

from server.relay.to_client import Counters as CountersMessage
from server.relay.to_client import CounterValues
from server.session.campaigns import OpenCampaign
from server.session.session import Session, Stage
from server.store.counters import Counters
from server.store.errors import StoreError
from server.worker.batches import in_batches
from server.worker.registry import Registry

log = structlog.get_logger()

READ_SECONDS = 1.0

MESSAGES_PER_SECOND = 1_000
"""The most counter messages a second: the more participants there are, the rarer for each."""

AT_ONCE = 50
"""Messages in one pass of the event loop."""


class CountersFeed:
    """The counters feed of one worker."""

    def __init__(self, registry: Registry, counters: Counters) -> None:
        """Every part is that of this worker."""
        self._registry = registry
        self._counters = counters
        self._sent: dict[str, CounterValues] = {}
        self._read = asyncio.Event()

    async def run(self) -> None:
        """Read and send, for as long as the worker lives."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._read_often())
            group.create_task(self._send_often())

    async def read(self) -> None:
        """Read the totals of every campaign; the last ones stay while the store is away."""
        for campaign in self._registry.campaigns.values():
            await self._read_totals(campaign)

    async def _read_totals(self, campaign: OpenCampaign) -> None:
        try:
            await self._counters.read(campaign.campaign.id, campaign.lanes.bases)
        except StoreError as error:
            log.debug("no totals: the store is away", error=str(error))

    async def _read_often(self) -> None:
        while True:
            await asyncio.sleep(READ_SECONDS)
            await self.read()
            self._read.set()

    async def _send_often(self) -> None:
        """Send the counters that changed to everybody, at most once a second.

        Many participants get them one after another, so that no turn waits for all.
        """
        while True:
            await self._read.wait()
            self._read.clear()
            last = {name: self._counters.last(name) for name in self._registry.campaigns}
            changed = {name for name, values in last.items() if self._sent.get(name) != values}
            self._sent = last
            if not changed:
                continue
            seconds = len(self._registry) / MESSAGES_PER_SECOND
            async for sessions in in_batches(list(self._registry), AT_ONCE, seconds):
                self._send([it for it in sessions if it.campaign.campaign.id in changed])
            await asyncio.sleep(READ_SECONDS)

    def _send(self, sessions: Sequence[Session]) -> None:
        encoded: dict[tuple[str, str], bytes] = {}
        for session in sessions:
            if session.stage is Stage.READY:
                codec, campaign = session.connection.codec, session.campaign.campaign.id
                key = codec.name, campaign
                if key not in encoded:
                    encoded[key] = codec.encode(self._message(campaign))
                session.connection.send_encoded(encoded[key])

    def _message(self, campaign: str) -> CountersMessage:
        last = self._counters.last(campaign)
        return CountersMessage(last.relays, last.participants, last.online, last.writing)
