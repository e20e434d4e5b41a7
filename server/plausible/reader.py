"""Reads ink with a network for printed and handwritten text: the extra `jielong[reader]`.

What counts is not the text that it reads but how likely it finds the asked character, and how much
its reading is like that of the character's own shape.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Self

import numpy as np

from server.plausible.expected import Expected
from server.plausible.ocr import Ocr
from server.plausible.points import Floats
from server.plausible.raster import picture
from server.relay.ink import Stroke

BATCH = 8

LEAST = np.float32(1e-7)
"""Is added to chances, so that each has a logarithm."""


class Written(NamedTuple):
    """Ink to read.

    Attributes:
        strokes: the ink.
        same: the characters that count as the asked one.
        rows: their shapes, at least one.
    """

    strokes: Sequence[Stroke]
    same: set[str]
    rows: Sequence[int]


class Reading(NamedTuple):
    """What was read.

    Attributes:
        logs: logarithms of four chances: that the asked character is there, and alone; of the
            likeliest other character; how much the reading is like that of the asked character's
            own shape; and how likely the network finds the asked character in that shape.
        rival: the likeliest other character.
    """

    logs: Floats
    rival: str


class Reader:
    """The network, and what it is expected to read."""

    def __init__(self, ocr: Ocr, expected: Expected) -> None:
        """Read with a network."""
        self._ocr = ocr
        self._expected = expected

    @classmethod
    def installed(cls) -> Self | None:
        """The reader; None where the extra is not installed."""
        ocr = Ocr.installed()
        return None if ocr is None else cls(ocr, Expected(ocr.classes))

    def read(self, inks: Sequence[Written]) -> list[Reading | None]:
        """What is read of ink; None where the network knows none of the asked characters."""
        classes = self._ocr.classes
        known = [[classes[char] for char in ink.same if char in classes] for ink in inks]
        asked = [number for number, some in enumerate(known) if some]
        readings: list[Reading | None] = [None] * len(inks)
        for at in range(0, len(asked), BATCH):
            some = asked[at : at + BATCH]
            likely = self._ocr.likely(np.stack([picture(inks[it].strokes) for it in some]))
            for number, chances in zip(some, likely, strict=True):
                readings[number] = self._reading(chances, known[number], inks[number].rows)
        return readings

    def _reading(self, chances: Floats, known: Sequence[int], rows: Sequence[int]) -> Reading:
        alike, legible = self._expected.compared(chances, known, rows)
        own = min(1.0, float(chances[known].sum()))
        chances[known] = 0
        rival = int(chances.argmax())
        other = float(chances[rival])
        # In one place both sum to 1 at most; above that, both are there: a word, not a character.
        alone = 1 - max(0.0, own + other - 1)
        four = np.array([own * alone, other, alike * alone, legible], np.float32)
        return Reading(np.log(four + LEAST), self._ocr.chars[rival])
