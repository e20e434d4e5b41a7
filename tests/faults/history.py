"""The history of all clients, as JSON lines for `jielong check`.

It leaves out live ink, counters, and the list of phrases in `welcome`, which all clients share.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import msgspec

Message = dict[str, Any]
Event = Literal["opened", "sent", "received", "closed"]

SKIPPED = frozenset(("ink", "undo", "counters", "ping", "pong"))


class Entry(msgspec.Struct, frozen=True):
    """One event of one connection; `at` is this machine's monotonic clock in seconds."""

    at: float
    client: str
    connection: int
    event: Event
    message: Message | None = None
    code: int | None = None


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Entry).decode


class History:
    """Appends entries to one file."""

    def __init__(self, path: Path) -> None:
        """Create the file at `path`."""
        self.path = path
        self._out = path.open("wb", buffering=1 << 20)

    def write(
        self,
        client: str,
        connection: int,
        event: Event,
        message: Message | None = None,
        code: int | None = None,
    ) -> None:
        """Append an event, now."""
        if message is not None:
            if message["t"] in SKIPPED:
                return
            if "phrases" in message:
                message = message | {"phrases": []}
        at = round(time.monotonic(), 6)
        self._out.write(_encode(Entry(at, client, connection, event, message, code)) + b"\n")

    def close(self) -> None:
        """Flush and close the file."""
        self._out.close()


def read(path: Path) -> Iterator[Entry]:
    """The entries of a finished history."""
    with path.open("rb") as lines:
        for line in lines:
            yield _decode(line)
