"""How long a hand takes for a character, at least. Pure: times are passed in."""

from __future__ import annotations

from operator import itemgetter

from server.relay.ink import POINT, Stroke

REACTION_MS = 150
"""From the turn to the first touch."""

LIFT_MS = 50
"""From the start of a stroke to that of the next one, beside the way that it takes."""

UNITS_A_MS = 60
"""The fastest hand, in units of the grid: a cell of 8 cm is crossed in 70 ms. A way is measured
along both axes."""

LONGEST_MS = 5_000
"""Nobody is asked for more than this, except by what the ink says of itself."""

CLOCK_MS, CLOCK_SHARE = 100, 0.98
"""A client's clock may run faster than ours by as much."""


_pauses = itemgetter(slice(2, None, POINT))
"""The dt of every point of a stroke."""


class HandTime:
    """Decides whether a hand can have written a character in the time that has passed.

    Attributes:
        on: whether any time must pass.
        refused: characters that came too early.
    """

    def __init__(self, pace: float) -> None:
        """`pace` is the share of the least time that must have passed; 0: none."""
        self.on = pace > 0
        self.refused = 0
        self._pace = pace

    def wait_ms(self, strokes: list[Stroke], began: float, now: float) -> int:
        """Milliseconds after which these strokes are credible; 0 when they are now.

        Costs about 2 us for 100 points in eight strokes, and 10 us while any hand may need more
        time than has passed: at the usual pace, in the first 5 s of a turn.

        Args:
            strokes: the ink of a whole character, checked.
            began: when its turn began, in seconds of a steady clock.
            now: the time on the same clock.
        """
        passed = (now - began) * 1_000
        wait = self._pace * said_ms(strokes) - passed
        if passed < self._pace * LONGEST_MS:
            wait = max(wait, self._pace * needed_ms(strokes) - passed)
        if wait <= 0:
            return 0
        self.refused += 1
        return int(wait) + 1


def said_ms(strokes: list[Stroke]) -> float:
    """The time that these strokes say of themselves, less what clocks may differ by.

    The pause before the first stroke is not counted: clients differ in what they write there.
    """
    said = sum(map(sum, map(_pauses, strokes))) - strokes[0][2]
    return said * CLOCK_SHARE - CLOCK_MS


def needed_ms(strokes: list[Stroke]) -> float:
    """The time that any hand needs for these strokes."""
    way = 0
    for stroke in strokes:
        way += sum(map(abs, stroke[POINT::POINT])) + sum(map(abs, stroke[POINT + 1 :: POINT]))
    return min(REACTION_MS + LIFT_MS * len(strokes) + way / UNITS_A_MS, LONGEST_MS)
