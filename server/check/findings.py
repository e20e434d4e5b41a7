"""What came of a check: for each promise how much was looked at, and what broke it."""

from __future__ import annotations

import abc

import msgspec

from server.check.store import Store
from server.check.timeline import Timeline
from server.check.traces import Connection, Moment

MOST_LINES = 12
"""Events kept as the evidence of a violation."""


class Violation(msgspec.Struct, frozen=True):
    """One breach: what is wrong, and the events that show it."""

    text: str
    refs: tuple[int, ...]


class Promise(abc.ABC):
    """One promise: it watches a history and counts facts and violations; the first one is kept.

    Every event comes here before the timeline takes it in.

    Attributes:
        name: what the report calls it.
        checked: what one fact is.
        facts: how many were looked at.
        violations: how many of them break the promise.
        first: the first violation.
    """

    name: str
    checked: str

    def __init__(self, timeline: Timeline) -> None:
        """Watch what this timeline follows."""
        self.timeline = timeline
        self.facts = 0
        self.violations = 0
        self.first: Violation | None = None

    def violated(self, text: str, *refs: int) -> None:
        """Something breaks the promise."""
        self.violations += 1
        if self.first is None:
            self.first = Violation(text, tuple(dict.fromkeys(refs))[:MOST_LINES])

    def garbled(self, connection: Connection, text: str, ref: int) -> None:  # noqa: B027
        """A client received what is no message; of interest to one promise only."""

    @abc.abstractmethod
    def received(self, moment: Moment) -> None:
        """A client is about to have heard something."""

    def finish(self, store: Store | None) -> None:  # noqa: B027
        """The histories are over; this is the final store, if it was read."""
