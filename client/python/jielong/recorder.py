"""Records a participant's messages as JSON lines, in the form that `jielong check` reads."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Mapping
from typing import TextIO

from .connection import Direction


class Recorder:
    """A tap that numbers the connections it sees, one after another.

    A line is `{"at", "client", "connection", "event"}` with the event "opened", "sent", "received"
    or "closed"; "sent" and "received" have a "message". `at` is in seconds on a
    monotonic clock with an arbitrary zero, the same for all files of one machine. `client` is a
    random name of this recorder, so that several may write to one file, one after another. The
    lines contain the participant's token.

    Args:
        out: the lines are written here; flushed after each.
        clock: the monotonic clock.
    """

    def __init__(self, out: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._out = out
        self._clock = clock
        self._client = secrets.token_hex(8)
        self._connection = 0
        self._open = False

    def __call__(self, direction: Direction, message: Mapping[str, object]) -> None:
        """Record a message; the first one after `closed` begins a new connection."""
        if not self._open:
            self._open = True
            self._connection += 1
            self._write("opened")
        self._write(direction, message=message)

    def closed(self) -> None:
        """Record that the connection has ended; call it as soon as that is known."""
        if self._open:
            self._open = False
            self._write("closed")

    def _write(self, event: str, **more: object) -> None:
        line = {"at": round(self._clock(), 6), "client": self._client}
        line |= {"connection": self._connection, "event": event} | more
        self._out.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
        self._out.flush()
