"""Does this ink show the asked character? By its shape, and by a reader where there is one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from server.plausible import learned
from server.plausible.features import Space, features, rivalry
from server.plausible.points import Floats, sample
from server.plausible.reader import Reader, Reading, Written
from server.plausible.shapes import Shapes
from server.relay.ink import Stroke

HOPELESS = 0.03
"""What scores less by its shape is not read: it saves most of what hostile ink would cost."""


class Asked(NamedTuple):
    """A character that was asked, and the ink that was written; the ink is valid."""

    char: str
    strokes: Sequence[Stroke]


class Judge:
    """Judges ink."""

    def __init__(self, reader: Reader | None = None) -> None:
        """Load the shapes; takes about half a second and 60 MB."""
        self.shapes = Shapes()
        self._learned = learned.load()
        self._reader = reader

    def scores(self, asked: Sequence[Asked]) -> list[float | None]:
        """How sure it is that the ink shows each character, 0 to 1; None where nobody can tell.

        Costs about 2 ms a character, and 12 ms more for those that the reader reads;
        `python -m bench.plausible` measures it.
        """
        told = [self.features(one) for one in asked]
        scores = [
            None if one is None else float(self._learned.by_shape.chance(one)) for one in told
        ]
        if self._reader is None:
            return scores
        to_read = [i for i, score in enumerate(scores) if score is not None and score >= HOPELESS]
        readings = self._reader.read([written(asked[i], self.shapes) for i in to_read])
        for i, reading in zip(to_read, readings, strict=True):
            found = told[i]
            if reading is not None and found is not None:
                space = self._learned.space
                inputs = with_reading(asked[i], found, reading, self.shapes, space)
                scores[i] = float(self._learned.by_reading.chance(inputs))
        return scores

    def features(self, asked: Asked) -> Floats | None:
        """What is told of the ink; None: nobody knows the shape of the character."""
        return features(sample(asked.strokes), asked.char, self.shapes, self._learned.space)


def written(asked: Asked, shapes: Shapes) -> Written:
    """The ink for a reader."""
    return Written(asked.strokes, shapes.same(asked.char), shapes.rows(asked.char))


def with_reading(
    asked: Asked, told: Floats, reading: Reading, shapes: Shapes, space: Space
) -> Floats:
    """What is told of the ink, and what was read."""
    points = sample(asked.strokes).points
    compared = rivalry(points, asked.char, reading.rival, shapes, space)
    return np.concatenate([told, reading.logs, compared])
