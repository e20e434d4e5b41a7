"""Checks one history: replays its events, and lets every promise check each received message."""

from __future__ import annotations

import msgspec

from server.check.from_client import decode_from_client
from server.check.history import Event, RecordedEvent
from server.check.observed import Connection
from server.check.promise import Promise
from server.check.promises import all_promises
from server.check.received import Received
from server.check.replay import Replay
from server.check.state import ObservedState
from server.check.store import Store
from server.check.to_client import decode_to_client


class HistoryChecker:
    """Takes the events one by one, in the order of time.

    Attributes:
        promises: every promise, with what it found.
        state: what the clients observed.
        events: the number of events.
        start: the time of the first event.
    """

    def __init__(self, grace_seconds: float, campaign: str | None = None) -> None:
        """Check `campaign`, or every campaign in the history if None."""
        self.state = ObservedState()
        self.promises: list[Promise] = all_promises(self.state, grace_seconds)
        self.events = 0
        self.start = 0.0
        self._replay = Replay(self.state, campaign)

    def add(self, recorded: RecordedEvent) -> None:
        """Check and replay the next event."""
        at, ref, event = recorded
        self.start = self.start if self.events else at
        self.events += 1
        connection = self._replay.connection(event.client, event.connection)
        if event.kind == "received":
            self._received(connection, event, at, ref)
        elif event.kind == "sent":
            message = decode_from_client(event.message)
            if message is not None:
                self._replay.sent(connection, message, at, ref)
        elif event.kind == "closed":
            self._replay.closed(connection, at)

    def finish(self, store: Store | None) -> None:
        """Check what needs the whole history or the final store (None if it was not read)."""
        for promise in self.promises:
            promise.finish(store)

    def _received(self, connection: Connection, event: Event, at: float, ref: int) -> None:
        try:
            message = decode_to_client(event.message)
        except msgspec.DecodeError as error:
            for promise in self.promises:
                promise.check_undecodable(str(error), ref)
            return
        received = Received(at, ref, connection, message)
        if not (connection.ignored or self._replay.ignores(message)):
            for promise in self.promises:
                promise.check_received(received)
        self._replay.received(received)
