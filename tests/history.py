"""Records clients as the histories that `jielong check` reads: one JSON line an event."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import IO

from jielong.connection import Tap


class HistoryWriter:
    """One file of histories; compressed when its name ends in `.gz`.

    All writers of one machine share the clock, so the files of several processes may be checked
    together.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.monotonic) -> None:
        """Write a new file at `path`; `clock` is the monotonic clock of all clients."""
        opener = gzip.open if path.suffix == ".gz" else open
        self._out: IO[str] = opener(path, "wt", encoding="utf-8")  # type: ignore[assignment]
        self._clock = clock
        self._opened: set[tuple[str, int]] = set()

    def tap(self, client: str, connection: int) -> Tap:
        """What a connection of the SDK calls with every message, as its `tap`.

        Args:
            client: the simulated person.
            connection: the number of this connection of theirs; each is higher than the last.
        """

        def record(direction: str, message: Mapping[str, object]) -> None:
            self.opened(client, connection)
            self.write(client, connection, direction, message=message)

        return record

    def opened(self, client: str, connection: int) -> None:
        """The connection is open; the first message says so, too."""
        if (client, connection) not in self._opened:
            self._opened.add((client, connection))
            self.write(client, connection, "opened")

    def closed(self, client: str, connection: int, code: int | None = None) -> None:
        """The connection is over, for this reason; to be called as soon as it is known."""
        self.opened(client, connection)
        self.write(client, connection, "closed", code=code)

    def write(self, client: str, connection: int, event: str, **more: object) -> None:
        """Add a line."""
        line = {"at": round(self._clock(), 6), "client": client, "connection": connection}
        line |= {"event": event} | more
        self._out.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")

    def close(self) -> None:
        """Finish the file."""
        self._out.close()

    def __enter__(self) -> HistoryWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
