"""What tells whether ink shows a character: the ink on its shape, and on those it could be instead.

First all shapes are compared by their maps of directions, in a space in which the differences
between hands are small (linear discriminant analysis). Then the ink is laid on the best few.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from server.plausible import alignment, directions, stray
from server.plausible.points import Floats, Points, Sampled, normalized
from server.plausible.shapes import Shapes

OWN, RIVALS = 2, 2
"""On so many shapes the ink is laid: of the character, and of others."""

COMPARED = 6
RIVALRY = 2 + COMPARED
"""Numbers that compare the character with one other; COMPARED of them are of the alignment."""

COUNT = 2 * alignment.MEASURES + 10 + stray.COUNT + stray.ACROSS
"""Numbers that are told of the ink of a character."""


@dataclass(frozen=True)
class Space:
    """The space in which maps of directions are compared.

    Attributes:
        projection: from a map to the space, (SIZE, dimensions).
        places: of all shapes, (shapes, dimensions).
    """

    projection: Floats
    places: Floats

    @cached_property
    def _own_squares(self) -> Floats:
        squares: Floats = np.square(self.places).sum(axis=1)
        return squares

    def squares(self, ink_map: Floats) -> Floats:
        """The squared distances of the ink from all shapes; costs 1.2 million products."""
        place = ink_map @ self.projection
        squares = self._own_squares - self.places @ (2 * place) + np.square(place).sum()
        positive: Floats = np.maximum(squares, 0)
        return positive

    def least(self, ink_map: Floats, rows: Sequence[int]) -> float:
        """The squared distance of the ink from the nearest of some shapes."""
        apart = self.places[rows] - ink_map @ self.projection
        return float(np.square(apart).sum(axis=1).min())


def features(ink: Sampled, char: str, shapes: Shapes, space: Space) -> Floats | None:
    """COUNT numbers about the ink, as `points.sample` answers it; None: nobody knows the shape."""
    same = shapes.rows(char)
    if not same:
        return None
    points, factor = normalized(ink.points)
    ink_map = directions.maps(Points(points.xy[None], points.angle[None]))[0]
    squares = space.squares(ink_map)
    own = _nearest(squares, same)[:OWN]
    rivals, rank = _rivals(squares, same)
    on = alignment.lay(points, _of(shapes, np.concatenate([own, rivals])))
    laid = on.measures
    sums = laid[:, 0] + laid[:, 2]
    best = int(sums[: len(own)].argmin())
    rival = len(own) + int(sums[len(own) :].argmin())
    mine, other = float(squares[own[0]]), float(squares[rivals[0]])
    extent = ink.length * float(np.sqrt(factor.prod()))
    return np.array(
        [
            *laid[best],
            *(laid[rival] - laid[best]),
            np.log1p(mine),
            np.log((mine + 1) / (other + 1)),
            np.log1p(rank),
            np.log(extent / float(shapes.lengths[own[best]])),
            np.log(float(shapes.lengths[own[best]])),
            np.log(float(factor[0] / factor[1])),
            np.log1p(other),
            float(points.xy.min() < 0) + float(points.xy.max() > 1),
            np.log(ink.length),
            np.log((mine + 1) / (space.least(directions.mirrored(ink_map), same) + 1)),
            *stray.measures(on.distances[best], ink.line, extent),
            *stray.across(*on.strictly(best), ink.line, extent),
        ],
        np.float32,
    )


def rivalry(ink: Points, char: str, rival: str, shapes: Shapes, space: Space) -> Floats:
    """RIVALRY numbers: is the ink more like `char`, or like the one that somebody else reads in it?

    All 0 where nobody knows the rival's shape. The ink is as `points.sample` answers it.
    """
    told = np.zeros(RIVALRY, np.float32)
    same = shapes.rows(char)
    others = [row for row in shapes.rows(rival) if row not in set(same)]
    if same and others:
        points, _ = normalized(ink)
        squares = space.squares(directions.maps(Points(points.xy[None], points.angle[None]))[0])
        own = _nearest(squares, same)[:OWN]
        (other,) = _nearest(squares, others)[:1]
        laid = alignment.lay(points, _of(shapes, np.append(own, other))).measures
        best = int((laid[:-1, 0] + laid[:-1, 2]).argmin())
        told[0] = 1
        told[1] = np.log((squares[own[0]] + 1) / (squares[other] + 1))
        told[2:] = (laid[-1] - laid[best])[:COMPARED]
    return told


def _nearest(squares: Floats, rows: Sequence[int]) -> NDArray[np.intp]:
    """The rows, the nearest first."""
    sorted_rows: NDArray[np.intp] = np.array(rows, np.intp)[np.argsort(squares[rows])]
    return sorted_rows


def _rivals(squares: Floats, same: Sequence[int]) -> tuple[NDArray[np.intp], int]:
    """The best shapes of other characters, and how many are better than the best of `same`."""
    rank = int(np.count_nonzero(squares < squares[same].min()))
    others = squares.copy()
    best = []
    others[same] = np.inf
    for _ in range(RIVALS):
        best.append(int(others.argmin()))
        others[best[-1]] = np.inf
    return np.array(best, np.intp), rank


def _of(shapes: Shapes, rows: NDArray[np.intp]) -> Points:
    return Points(shapes.points.xy[rows], shapes.points.angle[rows])
