"""The publishers of one process: one for all channels, or on a Cluster one for each."""

from __future__ import annotations

import asyncio

from server.store import keys
from server.store.deployment import Deployment
from server.store.envelope import Envelope
from server.store.publisher import UNUSED_SECONDS, Publisher


class Publishers:
    """Sends envelopes to workers."""

    def __init__(self, deployment: Deployment) -> None:
        """None yet."""
        self._deployment = deployment
        self._publishers: dict[str, Publisher] = {}
        self._dropped = 0
        self._group: asyncio.TaskGroup | None = None

    @property
    def dropped(self) -> int:
        """Envelopes that were lost."""
        return self._dropped + sum(publisher.dropped for publisher in self._publishers.values())

    def send(self, worker: str, envelope: Envelope) -> None:
        """Send an envelope to a worker with all others of this event-loop pass."""
        self._send(keys.worker(worker), envelope)

    def send_to_all(self, envelope: Envelope) -> None:
        """Send an envelope to every worker."""
        self._send(keys.EVERYBODY, envelope)

    async def run(self) -> None:
        """Send, for as long as the process lives."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            for publisher in self._publishers.values():
                publisher.start(group)
            while True:
                await asyncio.sleep(UNUSED_SECONDS / 2)
                self._stop_unused()

    def _stop_unused(self) -> None:
        """Stop publishers that are not used: on a Cluster each worker that ever was has had one."""
        for key, publisher in list(self._publishers.items()):
            if publisher.unused:
                del self._publishers[key]
                self._dropped += publisher.dropped
                publisher.stop()

    def _send(self, channel: str, envelope: Envelope) -> None:
        key = channel if self._deployment.spread else ""
        publisher = self._publishers.get(key)
        if publisher is None:
            publisher = self._publishers[key] = Publisher(self._deployment, key)
            if self._group is not None:
                publisher.start(self._group)
        publisher.send(channel, envelope)
