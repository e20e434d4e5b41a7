"""When a participant joined last, which decides what the next join costs."""

from __future__ import annotations

import math

PACE_SECONDS = 40.0
"""Somebody known who joins again after this time or later joins at the pace of a person."""


class Joining:
    """The joins of one participant, as this session and the store remember them.

    Attributes:
        challenges: sent since the last join that was let in.
        is_newcomer: whether the last join was let in as a newcomer's.
    """

    __slots__ = ("_last_at", "challenges", "is_newcomer")

    def __init__(self) -> None:
        """None yet."""
        self.challenges = 0
        self.is_newcomer = True
        self._last_at = -math.inf

    def is_paced(self, now: float) -> bool:
        """Whether enough time has passed at `now`, in seconds of a steady clock."""
        return now - self._last_at >= PACE_SECONDS

    def seated_before(self, now: float, seconds: float) -> None:
        """The participant got a seat so many seconds ago, on an earlier connection."""
        self._last_at = now - max(0.0, seconds)

    def let_in(self, now: float, *, is_newcomer: bool) -> None:
        """A join was let in at `now`."""
        self.challenges = 0
        self.is_newcomer = is_newcomer
        self._last_at = now
