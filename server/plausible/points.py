"""Ink as points with directions: evenly spaced along the strokes, in one place and size.

A direction has no sign and a point has no stroke, so the order, number and direction of the strokes
make no difference.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from server.relay.ink import GRID, POINT, Stroke

Floats = NDArray[np.float32]

INK_POINTS = 80
"""Into so many points the ink of a character is divided."""

DOT = 0.03
"""A shorter stroke counts as a line of this length, in cells: a dot has to count as ink."""

SPREAD = 2.2
"""So many standard deviations from the centre lie within the box."""

FLATTEST = 0.3
"""A character is stretched to this ratio of its sides at most: 一 stays flat."""


class Points(NamedTuple):
    """Points of one character or of several, with a leading axis each.

    Attributes:
        xy: places, (..., n, 2); x to the right, y down.
        angle: directions of the ink, (..., n), in radians and without a sign: 0 to pi.
    """

    xy: Floats
    angle: Floats


class Sampled(NamedTuple):
    """Points along lines, n of them and equally far from each other, in cells.

    Attributes:
        points: them.
        length: of all lines together.
        line: the line that each point is on, (n,): a stroke of the ink.
    """

    points: Points
    length: float
    line: NDArray[np.intp]


def sample(strokes: Sequence[Stroke], count: int = INK_POINTS) -> Sampled:
    """Points along the strokes of ink."""
    whole = [stroke if len(stroke) > POINT else [*stroke, 0, 0, 0, 0] for stroke in strokes]
    sizes = np.array([len(stroke) // POINT for stroke in whole])
    steps = np.empty((int(sizes.sum()), 2), np.float32)
    for axis in (0, 1):
        values = chain.from_iterable(stroke[axis::POINT] for stroke in whole)
        steps[:, axis] = np.fromiter(values, np.float32, len(steps))
    firsts = np.cumsum(sizes) - sizes
    places = np.cumsum(steps, axis=0)
    before = places[firsts] - steps[firsts]
    xy = (places - np.repeat(before, sizes, axis=0)) / (GRID + 1)
    steps[firsts] = 0
    short = np.add.reduceat(np.abs(steps).sum(axis=1), firsts) < DOT * GRID
    xy[(firsts + sizes - 1)[short]] = xy[firsts[short]] + np.float32(DOT * 0.7)
    return _along(xy, sizes, count)


def sample_lines(lines: Sequence[Floats], count: int) -> Sampled:
    """The same for lines, (n, 2) each with n >= 2, in cells."""
    return _along(np.concatenate(lines), np.array([len(line) for line in lines]), count)


def normalized(points: Points) -> tuple[Points, Floats]:
    """The points with their mean in the middle of a box of 1 by 1, which they fill.

    Also answers the factors by which x and y were multiplied, (..., 2).
    """
    deviation = points.xy.std(axis=-2)
    widest = deviation.max(axis=-1, keepdims=True)
    deviation = np.maximum(np.maximum(deviation, FLATTEST * widest), 1e-6)
    factor = 1 / (2 * SPREAD * deviation)
    middle = points.xy.mean(axis=-2, keepdims=True)
    xy = 0.5 + (points.xy - middle) * factor[..., None, :]
    angle = np.arctan2(
        np.sin(points.angle) * factor[..., 1, None], np.cos(points.angle) * factor[..., 0, None]
    )
    return Points(xy.astype(np.float32), (angle % np.pi).astype(np.float32)), factor


def _along(places: Floats, sizes: NDArray[np.intp], count: int) -> Sampled:
    """Points along lines of these sizes."""
    line = np.repeat(np.arange(len(sizes)), sizes)
    within = np.flatnonzero(line[1:] == line[:-1])
    starts, line = places[within], line[within]
    steps = places[within + 1] - starts
    lengths = np.hypot(steps[:, 0], steps[:, 1])
    ends = np.cumsum(lengths)
    whole = float(ends[-1])
    wanted = (np.arange(count, dtype=np.float32) + 0.5) * np.float32(whole / count)
    at = np.minimum(np.searchsorted(ends, wanted), len(ends) - 1)
    share = 1 - (ends[at] - wanted) / np.maximum(lengths[at], 1e-9)
    xy = (starts[at] + steps[at] * share[:, None]).astype(np.float32)
    return Sampled(Points(xy, _angles(xy, line[at], steps[at])), whole, line[at])


def _angles(xy: Floats, stroke: NDArray[np.intp], steps: Floats) -> Floats:
    """From the point before to the point after, within a stroke: single steps of a hand shake."""
    before, after = np.roll(xy, 1, axis=0), np.roll(xy, -1, axis=0)
    first = np.roll(stroke, 1) != stroke
    last = np.roll(stroke, -1) != stroke
    first[0] = last[-1] = True
    before[first], after[last] = xy[first], xy[last]
    along = after - before
    alone = np.abs(along).sum(axis=1) < 1e-6
    along[alone] = steps[alone]
    angle: Floats = (np.arctan2(along[:, 1], along[:, 0]) % np.pi).astype(np.float32)
    return angle
