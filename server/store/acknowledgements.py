"""Acknowledgements of finished works; those of one event-loop pass go in one call for each lane.

A call for each would cost a third of the commit before it (`bench/match.py`).
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

_ACKNOWLEDGE = function("acknowledge")


class _Acknowledge(Call):
    """Collects acknowledgements until it is sent or full.

    No caller waits for the answer: if the call is lost, participants hear of the works again.
    """

    __slots__ = ("_sent",)

    def __init__(self, base: str) -> None:
        super().__init__(_ACKNOWLEDGE, base, [], repeatable=True, low_priority=True)
        self._sent = False

    @property
    def takes_more(self) -> bool:
        return not self._sent and len(self.arguments) < 2 * AT_ONCE

    def started(self) -> None:
        self._sent = True

    def resolve(self, reply: object) -> None:
        """Nothing to do."""

    def fail(self, error: StoreError) -> None:
        self._sent = True
        log.warning("acknowledgements are lost; works will be told again", error=str(error))


class Acknowledgements:
    """Sends acknowledgements with the other calls of their event-loop pass.

    So a participant who reconnects at once is not told of the works again.
    """

    def __init__(self, shards: Shards) -> None:
        """Calls go out over `shards`."""
        self._shards = shards
        self._newest: dict[str, _Acknowledge] = {}

    def add(self, base: str, participant: str, work: UnacknowledgedWork) -> None:
        """The participant has received the news of this work of the lane `base`."""
        call = self._newest.get(base)
        if call is None or not call.takes_more:
            call = self._newest[base] = _Acknowledge(base)
            self._shards.submit(call)
        call.arguments += (participant, f"{work.work} {work.serial}")
