"""How far visits of a campaign get: from the first `hello` to a finished work that is shared.

A visit is one connection of a participant, together with later ones that continue in the same room.
Each step counts once a visit.
"""

from __future__ import annotations

import enum


class Step(enum.IntEnum):
    """The steps, in their order."""

    HELLO = 0
    """`welcome` was sent."""

    JOIN = 1
    """`join` came, and could be served."""

    SEATED = 2
    """The participant has a seat, and may write."""

    MATCHED = 3
    """There is, or was, a partner in the room."""

    COMMITTED = 4
    """The participant's first character is committed."""

    FINISHED = 5
    """The participant was told of a finished work."""

    SHARED = 6
    """The participant shared the work, as the client says."""

    POSTER = 7
    """The participant kept the work's poster, as the client says."""


NAMES = tuple(step.name.lower() for step in Step)


class Funnel:
    """The steps that one worker has counted in a campaign and not yet added to Redis.

    Attributes:
        counts: how many visits reached each step.
    """

    def __init__(self) -> None:
        """None yet."""
        self.counts = [0] * len(Step)

    def take(self) -> dict[str, int]:
        """What was counted since this was called last, by the names of the steps."""
        counts, self.counts = self.counts, [0] * len(Step)
        return {name: count for name, count in zip(NAMES, counts, strict=True) if count}

    def put_back(self, counts: dict[str, int]) -> None:
        """Count again what was taken and could not be added to Redis."""
        for name, count in counts.items():
            self.counts[NAMES.index(name)] += count
