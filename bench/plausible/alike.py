"""Characters that look like another one: those whose drawings are nearest to it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bench.plausible import kanjivg
from server.plausible import directions
from server.plausible.points import INK_POINTS, Points, normalized, sample_lines
from server.plausible.shapes import Shapes

NEAREST = 8


class LookAlikes:
    """The look-alikes among some characters, by their maps of directions."""

    def __init__(self, chars: Sequence[str], shapes: Shapes) -> None:
        """Draws each character once; takes some seconds."""
        self._chars = list(chars)
        self._shapes = shapes
        drawn = [_points(char) for char in self._chars]
        self._maps = np.concatenate([directions.maps(points) for points in drawn])
        self._row = {char: row for row, char in enumerate(self._chars)}

    def of(self, char: str) -> list[str]:
        """The NEAREST characters that are not the same."""
        squares = np.square(self._maps - self._maps[self._row[char]]).sum(axis=1)
        same = self._shapes.same(char)
        nearest = [self._chars[row] for row in np.argsort(squares)[: 2 * NEAREST]]
        return [other for other in nearest if other not in same][:NEAREST]


def _points(char: str) -> Points:
    lines = [line.astype(np.float32) for line in kanjivg.strokes(char) if len(line) > 1]
    points, _ = normalized(sample_lines(lines, INK_POINTS)[0])
    return Points(points.xy[None], points.angle[None])
