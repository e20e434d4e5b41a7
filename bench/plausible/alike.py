"""Characters that look like another one: those whose drawings are nearest to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from bench.plausible import kanjivg
from server.plausible import directions
from server.plausible.points import INK_POINTS, Floats, Points, normalized, sample_lines
from server.plausible.shapes import Shapes

NEAREST = 8


class LookAlikes:
    """The look-alikes among some characters, by their maps of directions."""

    def __init__(self, chars: Sequence[str], shapes: Shapes) -> None:
        """Draws each character once; takes some seconds."""
        self._chars = list(chars)
        self._shapes = shapes
        self._maps = np.concatenate([_map(kanjivg.strokes(char)) for char in self._chars])
        self._row = {char: row for row, char in enumerate(self._chars)}

    def of(self, char: str, among: frozenset[str] | None = None) -> list[str]:
        """The NEAREST characters that are not the same, among some or all."""
        squares = self._squares(char, self._maps)
        same = self._shapes.same(char)
        nearest = (self._chars[row] for row in np.argsort(squares).tolist())
        others = (it for it in nearest if it not in same and (among is None or it in among))
        return list(islice(others, NEAREST))

    def differs(self, char: str, lines: Sequence[NDArray[np.float64]]) -> bool:
        """Whether lines look less like the character than its nearest look-alike does."""
        nearest = self._row[self.of(char)[0]]
        other, altered = self._squares(char, np.concatenate([self._maps[[nearest]], _map(lines)]))
        return bool(altered > other)

    def _squares(self, char: str, maps: Floats) -> Floats:
        squares: Floats = np.square(maps - self._maps[self._row[char]]).sum(axis=1)
        return squares


def _map(strokes: Iterable[NDArray[np.float64]]) -> Floats:
    lines = [line.astype(np.float32) for line in strokes if len(line) > 1]
    points, _ = normalized(sample_lines(lines, INK_POINTS).points)
    return directions.maps(Points(points.xy[None], points.angle[None]))
