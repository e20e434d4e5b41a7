"""Learns the space in which hands differ little and characters much.

That is linear discriminant analysis (Fisher 1936), with all shapes as classes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from bench.plausible.samples import Sample, fold_of
from server.plausible import directions
from server.plausible.features import Space
from server.plausible.points import Floats, Points, normalized, sample
from server.plausible.shapes import Shapes

DIMENSIONS = 64

RIDGE = 0.15
"""What is added to the spread of hands, of its mean in all directions."""


@dataclass(frozen=True)
class Hands:
    """How the maps of n honest hands differ from those of the shapes that they wrote.

    Attributes:
        shape_maps: the maps of all shapes, (shapes, SIZE).
        rests: the differences, (n, SIZE).
        fold: the part of each, by its character, (n,).
    """

    shape_maps: Floats
    rests: Floats
    fold: NDArray[np.intp]

    @classmethod
    def of(cls, shapes: Shapes, honest: Iterable[Sample]) -> Self:
        """Write the samples, and compare each with the nearest shape of its character."""
        shape_maps = _maps(shapes.points)
        rests, folds = [], []
        for one in honest:
            points, _ = normalized(sample(one.ink).points)
            ink_map = directions.maps(Points(points.xy[None], points.angle[None]))[0]
            rows = shape_maps[shapes.rows(one.char)]
            rests.append(ink_map - rows[np.square(rows - ink_map).sum(axis=1).argmin()])
            folds.append(fold_of(one.char))
        return cls(shape_maps, np.stack(rests), np.array(folds))

    def space(self, without: int | None = None) -> Space:
        """The space that is learned from all hands, or from all but those of one part."""
        rest = self.rests[self.fold != without]
        within = rest.T @ rest / len(rest)
        within += np.eye(len(within)) * np.trace(within) / len(within) * RIDGE
        values, vectors = np.linalg.eigh(within)
        whitening = vectors / np.sqrt(values)
        spread = np.cov((self.shape_maps @ whitening).T)
        _, axes = np.linalg.eigh(spread)
        projection = whitening @ axes[:, ::-1][:, :DIMENSIONS]
        projection = projection.astype(np.float16).astype(np.float32)
        places = self.shape_maps @ projection
        return Space(projection, places.astype(np.float16).astype(np.float32))


def _maps(points: Points, at_once: int = 500) -> Floats:
    return np.concatenate(
        [
            directions.maps(Points(points.xy[i : i + at_once], points.angle[i : i + at_once]))
            for i in range(0, len(points.xy), at_once)
        ]
    )
