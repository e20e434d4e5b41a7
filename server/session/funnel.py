"""How far visits of a campaign get: from the first `hello` to a finished work that is shared.

A visit is one connection of a participant, together with later ones that continue in the same room.
Each step counts once a visit.
"""

from __future__ import annotations

from typing import NewType

Step = NewType("Step", int)
"""One of the steps below, which have their order. An `IntEnum` would cost each visit 1 us more."""

HELLO = Step(0)
"""`welcome` was sent."""

JOIN = Step(1)
"""`join` came, and could be served."""

SEATED = Step(2)
"""The participant has a seat, and may write."""

MATCHED = Step(3)
"""There is, or was, a partner in the room."""

COMMITTED = Step(4)
"""The participant's first character is committed."""

FINISHED = Step(5)
"""The participant was told of a finished work."""

SHARED = Step(6)
"""The participant shared the work, as the client says."""

POSTER = Step(7)
"""The participant kept the work's poster, as the client says."""

NAMES = ("hello", "join", "seated", "matched", "committed", "finished", "shared", "poster")


class Funnel:
    """The steps that one worker has counted in a campaign and not yet added to Redis.

    Attributes:
        counts: how many visits reached each step; it is the same list all the time.
    """

    def __init__(self) -> None:
        """None yet."""
        self.counts = [0] * len(NAMES)

    def take(self) -> dict[str, int]:
        """What was counted since this was called last, by the names of the steps."""
        counts = {name: count for name, count in zip(NAMES, self.counts, strict=True) if count}
        self.counts[:] = [0] * len(NAMES)
        return counts

    def put_back(self, counts: dict[str, int]) -> None:
        """Count again what was taken and could not be added to Redis."""
        for name, count in counts.items():
            self.counts[NAMES.index(name)] += count
