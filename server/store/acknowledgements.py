"""Works of which participants have heard: each lane is told of all that came together in one call.

One call for each would cost as much as a third of the commit before it (`bench/match.py`).
"""

from __future__ import annotations

import structlog

from server.store.answers import UnacknowledgedWork
from server.store.call import Call
from server.store.errors import StoreError
from server.store.library import function
from server.store.shards import Shards

log = structlog.get_logger()

AT_ONCE = 100
"""Acknowledgements in one call at most."""

_TOLD = function("told")


class _Told(Call):
    """It takes receipts until it is sent or full.

    Nobody waits for it: without it somebody hears of a work again, and nothing is lost.
    """

    __slots__ = ("_sent",)

    def __init__(self, base: str) -> None:
        super().__init__(_TOLD, base, [], repeatable=True, patient=True)
        self._sent = False

    @property
    def takes_more(self) -> bool:
        return not self._sent and len(self.arguments) < 2 * AT_ONCE

    def started(self) -> None:
        self._sent = True

    def resolve(self, reply: object) -> None:
        """It is done."""

    def fail(self, error: StoreError) -> None:
        self._sent = True
        log.warning("works that were heard of will be told again", error=str(error))


class Acknowledgements:
    """Sends them with everything else of their event-loop pass, so that whoever returns at once is
    not told again.
    """

    def __init__(self, connections: Shards) -> None:
        """Calls go out over `connections`."""
        self._connections = connections
        self._newest: dict[str, _Told] = {}

    def add(self, base: str, participant: str, works: list[UnacknowledgedWork]) -> None:
        """The participant has heard of these works of the lane `base`."""
        for entry in works:
            told = self._newest.get(base)
            if told is None or not told.takes_more:
                told = self._newest[base] = _Told(base)
                self._connections.submit(told)
            told.arguments += (participant, f"{entry.work} {entry.serial}")
