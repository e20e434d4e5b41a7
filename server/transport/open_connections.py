"""The connections of a port, and the end of those that do not make a whole request in time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from time import monotonic
from typing import Generic, Protocol, TypeVar

REQUEST_SECONDS = 75.0
"""How long a connection may be open without a whole request; browsers open some ahead of time.
Load balancers keep idle connections for 60 s, and have to be the first to close one."""


class Endable(Protocol):
    """A connection that can be ended."""

    def end(self) -> None:
        """Close at once."""


class Closable(Endable, Protocol):
    """A connection that can also be closed in good order."""

    def shutdown(self) -> None:
        """Close when the answers are out."""


_C = TypeVar("_C", bound=Endable)


class OpenConnections(Generic[_C]):
    """Those of one kind that are open and wait for a request.

    Their time limits share one timer: to set and cancel one for each costs more than everything
    else here.
    """

    def __init__(self) -> None:
        """No connection yet."""
        self._since: dict[_C, float] = {}  # oldest first
        self._timer: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        """How many there are."""
        return len(self._since)

    def __iter__(self) -> Iterator[_C]:
        """Those that are here now, whatever becomes of them meanwhile."""
        return iter(list(self._since))

    def add(self, connection: _C) -> None:
        """The connection waits for a request from now on."""
        self._since[connection] = monotonic()
        if self._timer is None:
            self._set_timer(REQUEST_SECONDS)

    def answered(self, connection: _C) -> None:
        """A request was answered: the time limit of the next one begins."""
        if self._since.pop(connection, None) is not None:
            self._since[connection] = monotonic()

    def remove(self, connection: _C) -> None:
        """The connection is gone, or belongs to somebody else."""
        self._since.pop(connection, None)

    def _set_timer(self, seconds: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(seconds, self._end_overdue)

    def _end_overdue(self) -> None:
        self._timer = None
        now = monotonic()
        while self._since:
            connection, since = next(iter(self._since.items()))
            if now < since + REQUEST_SECONDS:
                self._set_timer(since + REQUEST_SECONDS - now)
                return
            self.remove(connection)
            connection.end()
