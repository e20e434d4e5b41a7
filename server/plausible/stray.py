"""Strokes that lie on nothing, or across: the character is there, and something over it.

The rest of what is measured is of the ink as a whole, in which one stroke too many counts little.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from server.plausible.points import Floats

FAR = 0.06
"""A point farther than this from the shape lies on nothing, in sides of the box."""

ALONE = 0.7
"""A stroke lies on nothing when more than this share of its points does."""

WHOLE = 0.3
"""A shorter stroke counts less, in sides of the box."""

FAR_STRICTLY = 0.09
"""The same for strict distances: a point that is near a line may go another way."""

COUNT = 4
ACROSS = 6


def measures(distances: Floats, line: NDArray[np.intp], extent: float) -> list[float]:
    """COUNT numbers, of the distances of n points from a shape and the stroke of each, (n,).

    The mean distance of the stroke that lies worst, and of the worst two; the most ink of a stroke
    that lies on nothing; all ink of strokes that lie on nothing. `extent` is the length of all
    ink, in sides of the box.
    """
    step = extent / len(distances)
    far = np.bincount(line, distances > FAR)
    worst = np.sort(_means(distances, line, step))[-2:]
    alone = far[far / np.maximum(np.bincount(line), 1) > ALONE].sum()
    return [float(worst[-1]), float(worst.mean()), float(far.max() * step), float(alone * step)]


def across(to_shape: Floats, to_ink: Floats, line: NDArray[np.intp], extent: float) -> list[float]:
    """ACROSS numbers, of the strict distances from n points to a shape and from the shape to them.

    A line across a dense character is near to some line of it everywhere; but it goes another way.
    The mean distance of the stroke that lies worst; the longest piece of a stroke that lies on
    nothing; all ink that does; the mean distance and its square; the mean from shape to ink.
    """
    step = extent / len(to_shape)
    far = to_shape > FAR_STRICTLY
    pieces = np.cumsum(~far | (np.diff(line, prepend=line[0]) != 0))
    return [
        float(_means(to_shape, line, step).max()),
        float(np.bincount(pieces, far).max() * step),
        float(far.sum() * step),
        float(to_shape.mean()),
        float(np.square(to_shape).mean()),
        float(to_ink.mean()),
    ]


def _means(distances: Floats, line: NDArray[np.intp], step: float) -> NDArray[np.float64]:
    """The mean distance of each stroke, less for a short one."""
    counts = np.bincount(line)
    sums = np.bincount(line, distances)
    means: NDArray[np.float64] = sums / np.maximum(counts, 1) * np.minimum(1, counts * step / WHOLE)
    return means
