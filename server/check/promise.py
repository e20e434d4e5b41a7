"""The base of all promises: what a promise counts, and the evidence of its first violation."""

from __future__ import annotations

import abc

import msgspec

from server.check.received import Received
from server.check.state import ObservedState
from server.check.store import Store

MAX_EVIDENCE = 12
"""Events kept as the evidence of a violation."""


class Violation(msgspec.Struct, frozen=True):
    """One violation: what is wrong, and the references of the events that show it."""

    text: str
    refs: tuple[int, ...]


class Promise(abc.ABC):
    """Checks one promise on a history and on the final store.

    It counts what it checks and the violations, and keeps the first violation.

    Attributes:
        name: the promise's name in the report.
        checked: the name of one fact in the report.
        facts: how many facts were checked.
        violations: how many violations were found.
        first_violation: the first of them; None if there is none.
    """

    name: str
    checked: str

    def __init__(self, state: ObservedState) -> None:
        """Check with `state`, which the replay changes after each message is checked."""
        self.state = state
        self.facts = 0
        self.violations = 0
        self.first_violation: Violation | None = None

    def add_violation(self, text: str, *refs: int) -> None:
        """Count a violation; `refs` are the events that show it."""
        self.violations += 1
        if self.first_violation is None:
            self.first_violation = Violation(text, tuple(dict.fromkeys(refs))[:MAX_EVIDENCE])

    def check_undecodable(self, error: str, ref: int) -> None:  # noqa: B027
        """Check a received message that cannot be decoded; `error` says why."""

    @abc.abstractmethod
    def check_received(self, received: Received) -> None:
        """Check a message, before the replay applies it to the state."""

    def finish(self, store: Store | None) -> None:  # noqa: B027
        """Check what needs the whole history or the final store (None if it was not read)."""
