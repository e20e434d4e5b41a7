"""Receives the envelopes that other workers publish for this one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Any

import hiredis
import msgspec
import structlog

from server.store import keys
from server.store.deployment import CALL_SECONDS, Deployment
from server.store.envelope import Envelope, read_envelopes
from server.store.reconnect import ReconnectingConnection

log = structlog.get_logger()

PING_SECONDS = 1.0
"""How often the subscription is pinged."""


class Subscriber:
    """The subscription of one worker, renewed whenever its connection is lost.

    Attributes:
        ready: set while envelopes arrive.
        was_lost: whether envelopes may have been missed since `ready` was set last.
        on_reconnect: called when envelopes arrive again after a time in which they did not.
    """

    def __init__(
        self, deployment: Deployment, worker: str, receive: Callable[[Envelope], None]
    ) -> None:
        """To the channel of `worker` and the one of all workers; `receive` gets each envelope."""
        self._receive = receive
        self._worker = worker
        self._reconnecting = ReconnectingConnection(deployment, keys.worker(worker), self._on_reply)
        self._reconnecting.on_connect = self._subscribe
        self._reconnecting.on_disconnect = self._disconnected
        self._received_at = 0.0
        self._refusal = ""
        self.was_lost = False
        self.ready = asyncio.Event()
        self.on_reconnect: list[Callable[[], None]] = []

    async def run(self) -> None:
        """Keep the subscription until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._reconnecting.run())
            group.create_task(self._watch())

    def _subscribe(self) -> None:
        assert self._reconnecting.connection is not None
        self._received_at = monotonic()
        own = keys.worker(self._worker)
        self._reconnecting.connection.write(("SUBSCRIBE", keys.EVERYBODY), ("SSUBSCRIBE", own))

    def _disconnected(self) -> None:
        if self.ready.is_set():
            log.warning("cut off from other workers")
        self.ready.clear()
        self.was_lost = True

    def _on_reply(self, reply: Any) -> None:
        self._received_at = monotonic()
        if isinstance(reply, hiredis.ReplyError):
            self._on_error(str(reply))
            return
        kind = reply[0]
        if kind in {b"smessage", b"message"}:
            self._deliver(reply[2])
        elif kind == b"ssubscribe":
            self._subscribed()
        elif kind == b"sunsubscribe":
            self._reconnecting.cut()  # the slot has moved to another node

    def _on_error(self, error: str) -> None:
        """Redis refused the subscription; or, later, a ping: it does so while its disk is full."""
        if self.ready.is_set():
            return
        if error != self._refusal:
            log.warning("redis refused the subscription", error=error)
        self._refusal = error
        self._reconnecting.cut()

    def _subscribed(self) -> None:
        self.ready.set()
        self._refusal = ""
        if self.was_lost:
            self.was_lost = False
            for callback in self.on_reconnect:
                callback()

    def _deliver(self, packed: bytes) -> None:
        try:
            envelopes = read_envelopes(packed)
        except msgspec.DecodeError as error:
            log.error("envelopes from another worker cannot be read", error=str(error))
            return
        for envelope in envelopes:
            self._receive(envelope)

    async def _watch(self) -> None:
        """Ping, and cut a connection on which nothing comes back."""
        while True:
            await asyncio.sleep(PING_SECONDS)
            if self._reconnecting.connection is None:
                continue
            if monotonic() - self._received_at > PING_SECONDS + CALL_SECONDS:
                log.warning("redis does not answer in time", of="the subscription")
                self._reconnecting.cut()
            else:
                self._reconnecting.connection.write(("PING",))
