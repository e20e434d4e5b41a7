"""Between workers: a channel for each, and one for all of them.

A session that missed a transition in an outage notices the gap in the room's version and reads the
room again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from server.store.deployment import CALL_SECONDS, Deployment
from server.store.envelope import Envelope
from server.store.errors import StoreAwayError
from server.store.publishers import Publishers
from server.store.subscriber import Subscriber


class Backplane:
    """Sends envelopes to other workers and receives those for this one."""

    def __init__(
        self, deployment: Deployment, worker: str, receive: Callable[[Envelope], None]
    ) -> None:
        """`receive` is called for every envelope that comes for this worker."""
        self._deployment = deployment
        self._receive = receive
        self._publishers = Publishers(deployment)
        self._subscriber = Subscriber(deployment, worker, receive)
        self._subscriber_task: asyncio.Task[None] | None = None
        self._group: asyncio.TaskGroup | None = None

    @property
    def ready(self) -> asyncio.Event:
        """Set while envelopes for this worker arrive."""
        return self._subscriber.ready

    @property
    def dropped(self) -> int:
        """Envelopes to other workers that were lost."""
        return self._publishers.dropped

    def on_reconnect(self, callback: Callable[[], None]) -> None:
        """Have `callback` called when envelopes arrive again after a time without them."""
        self._subscriber.on_reconnect.append(callback)

    def send(self, worker: str, envelope: Envelope) -> None:
        """Send an envelope to a worker with all others of this event-loop pass."""
        self._publishers.send(worker, envelope)

    def send_to_all(self, envelope: Envelope) -> None:
        """Send an envelope to every worker, this one included."""
        self._publishers.send_to_all(envelope)

    async def run(self) -> None:
        """Send and receive, for as long as the worker lives."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            self._subscriber_task = group.create_task(self._subscriber.run())
            group.create_task(self._publishers.run())

    async def move(self, worker: str) -> None:
        """Receive as another worker from now on; returns when its channel is subscribed.

        Raises:
            StoreAwayError: it is not subscribed in time. The attempts go on; then the callbacks of
                `on_reconnect` are called.
        """
        assert self._group is not None and self._subscriber_task is not None
        callbacks = self._subscriber.on_reconnect
        self._subscriber_task.cancel()
        self._subscriber = Subscriber(self._deployment, worker, self._receive)
        self._subscriber.on_reconnect = callbacks
        self._subscriber_task = self._group.create_task(self._subscriber.run())
        try:
            async with asyncio.timeout(CALL_SECONDS):
                await self._subscriber.ready.wait()
        except TimeoutError as error:
            self._subscriber.was_lost = True
            raise StoreAwayError from error
