"""A participant of the open model, with one connection; the model decides what it does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from bench.load.frames import kind_of, retry_after
from bench.load.reactor import Reactor
from bench.load.recording import Recording
from bench.load.websocket import Connection


class Model(Protocol):
    """What a virtual user needs of the model.

    Attributes:
        reactor: carries the connections.
        first_frames: what a user sends first.
        handlers: what a message leads to, by its type.
        messages: how many have come.
    """

    reactor: Reactor
    first_frames: bytes
    messages: int

    @property
    def handlers(self) -> Mapping[bytes, Callable[[Any, bytes], None]]:
        """See above."""

    def turned_away(self, user: VirtualUser, seconds: float) -> None:
        """The service refused a connection with `503`."""

    def write(self, user: VirtualUser, c: int) -> None:
        """Schedule the live ink and the commit of character `c`."""

    def closed(self, user: VirtualUser, code: int) -> None:
        """A connection has ended."""


class VirtualUser(Connection):
    """One participant, with one connection.

    Attributes:
        due: the scheduled arrival.
        seat: 0 or 1 once seated.
        writes: index of the character that is being written; -1 for none.
        written_at: the scheduled end of writing it.
        wrote_last: whether this user wrote the character that was committed last.
        floor: the highest serial received before the last commit was sent.
    """

    __slots__ = (
        "_model",
        "due",
        "floor",
        "number",
        "room",
        "seat",
        "writes",
        "written_at",
        "wrote_last",
    )

    def __init__(self, model: Model, number: int, due: float) -> None:
        """User `number` of this process."""
        super().__init__(model.reactor)
        self._model = model
        self.number = number
        self.due = due
        self.seat = -1
        self.room = b""
        self.writes = -1
        self.written_at = 0.0
        self.wrote_last = False
        self.floor = 0

    def on_open(self) -> None:
        """Send `hello`."""
        self.send(self._model.first_frames)

    def refused(self, head: bytes) -> None:
        """Come back after the time that the service asks for; the wait counts."""
        if head.startswith(b"HTTP/1.1 503"):
            self._model.turned_away(self, retry_after(head))
        else:
            super().refused(head)

    def on_message(self, payload: bytes) -> None:
        """Handle a message."""
        model = self._model
        model.messages += 1
        model.handlers[kind_of(payload)](self, payload)

    def on_close(self, code: int) -> None:
        """Count the end of the connection."""
        self._model.closed(self, code)

    def write(self, c: int) -> None:
        """Start to write character `c`; commit it later."""
        if self.writes != c:
            self.writes = c
            self._model.write(self, c)


class RecordedUser(VirtualUser):
    """A user whose messages are recorded."""

    __slots__ = ("_recording",)

    def __init__(self, model: Model, number: int, due: float, recording: Recording) -> None:
        """Recorded in `recording`."""
        super().__init__(model, number, due)
        self._recording = recording

    def on_open(self) -> None:
        self._recording.write(self.number, "opened")
        super().on_open()

    def on_message(self, payload: bytes) -> None:
        self._recording.write(self.number, "received", payload)
        super().on_message(payload)

    def send(self, data: bytes) -> None:
        self._recording.sent(self.number, data)
        super().send(data)

    def on_close(self, code: int) -> None:
        self._recording.write(self.number, "closed", code=code)
        super().on_close(code)
