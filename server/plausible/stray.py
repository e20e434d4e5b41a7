"""Strokes that lie on nothing: the character is there, and something over it.

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

COUNT = 4


def measures(distances: Floats, line: NDArray[np.intp], extent: float) -> list[float]:
    """COUNT numbers, of the distances of n points from a shape and the stroke of each, (n,).

    The mean distance of the stroke that lies worst, and of the worst two; the most ink of a stroke
    that lies on nothing; all ink of strokes that lie on nothing. `extent` is the length of all
    ink, in sides of the box.
    """
    step = extent / len(distances)
    counts = np.bincount(line)
    points = np.maximum(counts, 1)
    far = np.bincount(line, distances > FAR)
    means = np.bincount(line, distances) / points * np.minimum(1, counts * step / WHOLE)
    worst = np.sort(means)[-2:]
    alone = far[far / points > ALONE].sum()
    return [float(worst[-1]), float(worst.mean()), float(far.max() * step), float(alone * step)]
