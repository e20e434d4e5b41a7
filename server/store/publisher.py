"""Publishes envelopes on the channels of one node: those of an event-loop pass in one message each.

In an outage live ink is dropped. Everything else waits, within a bound, and is sent again.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from time import monotonic
from typing import Any, NamedTuple

import hiredis
import structlog

from server.store import keys
from server.store.deployment import CALL_SECONDS, Deployment
from server.store.envelope import Envelope, LiveMessage, pack_envelopes
from server.store.raw_connection import Argument
from server.store.reconnect import ReconnectingConnection

log = structlog.get_logger()

MAX_WAITING = 10_000
"""Envelopes that wait for one channel; further ones are dropped."""

IN_FLIGHT_BYTES = 8 * 1024 * 1024
"""Bytes sent and not answered, about; the rest waits."""

WATCH_SECONDS = 0.5

UNUSED_SECONDS = 60.0
"""A publisher that sent nothing for so long is closed until it is needed again."""


class _Published(NamedTuple):
    """Envelopes of one channel that were sent and not answered."""

    channel: str
    envelopes: list[Envelope]
    size: int
    sent_at: float


class Publisher:
    """One connection to the node of some channels.

    Attributes:
        dropped: envelopes that were lost.
    """

    def __init__(self, deployment: Deployment, key: str) -> None:
        """To the node of the channel `key`, or on a single server of every channel."""
        self._reconnecting = ReconnectingConnection(deployment, key, self._on_reply)
        self._reconnecting.on_connect = self._connected
        self._reconnecting.on_disconnect = self._disconnected
        self._lost = False
        self._refusal = ""
        self._waiting: defaultdict[str, list[Envelope]] = defaultdict(list)
        self._in_flight: deque[_Published] = deque()
        self._bytes_in_flight = 0
        self._replied_at = 0.0
        self._used_at = monotonic()
        self._flushing = False
        self._running: asyncio.Task[None] | None = None
        self.dropped = 0

    @property
    def unused(self) -> bool:
        """Whether it sent nothing for a while."""
        since = monotonic() - UNUSED_SECONDS
        return not self._waiting and not self._in_flight and self._used_at < since

    def start(self, group: asyncio.TaskGroup) -> None:
        """Connect, in a task of `group`."""
        self._running = group.create_task(self._run())

    def stop(self) -> None:
        """Disconnect."""
        if self._running is not None:
            self._running.cancel()

    def send(self, channel: str, envelope: Envelope) -> None:
        """Publish an envelope with all others of this event-loop pass."""
        if self._lost and isinstance(envelope, LiveMessage):
            self.dropped += 1
            return
        waiting = self._waiting[channel]
        if len(waiting) >= MAX_WAITING:
            self.dropped += 1
            return
        waiting.append(envelope)
        self._flush_soon()

    async def _run(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._reconnecting.run())
            group.create_task(self._watch())

    def _flush_soon(self) -> None:
        if not self._flushing:
            self._flushing = True
            asyncio.get_running_loop().call_soon(self._flush)

    def _flush(self) -> None:
        self._flushing = False
        connection = self._reconnecting.connection
        if connection is None:
            return
        now = self._used_at = monotonic()
        out: list[tuple[Argument, ...]] = []
        while self._waiting and self._bytes_in_flight < IN_FLIGHT_BYTES:
            channel = next(iter(self._waiting))
            envelopes = self._waiting.pop(channel)
            packed = pack_envelopes(envelopes)
            publish = "PUBLISH" if channel == keys.EVERYBODY else "SPUBLISH"
            out.append((publish, channel, packed))
            self._in_flight.append(_Published(channel, envelopes, len(packed), now))
            self._bytes_in_flight += len(packed)
        if out:
            connection.write(*out)

    def _on_reply(self, reply: Any) -> None:
        published = self._in_flight.popleft()
        self._bytes_in_flight -= published.size
        self._replied_at = monotonic()
        if isinstance(reply, hiredis.ReplyError):
            self._warn(published.channel, str(reply))
            self._put_back(published)
            self._reconnecting.cut()
            return
        self._refusal = ""
        if self._waiting:
            self._flush_soon()

    def _warn(self, channel: str, error: str) -> None:
        """Warn of a new refusal only: the same envelopes are sent again and again."""
        if error != self._refusal:
            log.warning("redis refused envelopes", channel=channel, error=error)
        self._refusal = error

    def _connected(self) -> None:
        self._lost = False
        self._flush_soon()

    def _disconnected(self) -> None:
        """Put back what was not answered: it may have arrived, but a repeat does no harm."""
        self._lost = True
        for published in reversed(self._in_flight):
            self._put_back(published)
        self._in_flight.clear()
        self._bytes_in_flight = 0

    def _put_back(self, published: _Published) -> None:
        lasting = [it for it in published.envelopes if not isinstance(it, LiveMessage)]
        self.dropped += len(published.envelopes) - len(lasting)
        if lasting:
            self._waiting[published.channel][:0] = lasting

    async def _watch(self) -> None:
        """Cut a connection on which the next answer is overdue."""
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            if not self._in_flight:
                continue
            if monotonic() - max(self._in_flight[0].sent_at, self._replied_at) > CALL_SECONDS:
                log.warning("redis does not answer in time", of="envelopes")
                self._reconnecting.cut()
