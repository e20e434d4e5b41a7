"""Ink as a small picture, for readers of pictures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from server.plausible.points import Floats, sample
from server.relay.ink import Stroke

SIDE = 48
"""Pixels."""

MARGIN = 4
FINER = 3
"""Drawn so many times larger, and then made smaller: the edges become smooth."""

RADIUS = 4
"""Of the pen, in pixels of the larger picture."""

DENSE = 900
"""Points along the ink: close enough for a line without gaps."""

_DISC = [
    (dx, dy)
    for dx in range(-RADIUS, RADIUS + 1)
    for dy in range(-RADIUS, RADIUS + 1)
    if dx * dx + dy * dy <= RADIUS * RADIUS
]


def picture(strokes: Sequence[Stroke]) -> Floats:
    """The ink in black (0) on white (1), as large as it fits: (SIDE, SIDE). Costs about 0.5 ms."""
    return drawn(sample(strokes, DENSE).points.xy)


def drawn(xy: Floats) -> Floats:
    """The same of places along the ink, (n, 2), close enough for a line without gaps."""
    low, high = xy.min(axis=0), xy.max(axis=0)
    inner = (SIDE - 2 * MARGIN) * FINER
    size = inner / max(float((high - low).max()), 0.05)
    whole = SIDE * FINER
    at = np.rint((xy - (low + high) / 2) * size + whole / 2).astype(np.intp)
    paper = np.ones((whole + 2 * RADIUS, whole + 2 * RADIUS), np.float32)
    at = np.unique(at[:, 1] * paper.shape[1] + at[:, 0])
    flat = paper.ravel()
    for dx, dy in _DISC:
        flat[at + (dy + RADIUS) * paper.shape[1] + dx + RADIUS] = 0
    inside = paper[RADIUS:-RADIUS, RADIUS:-RADIUS]
    small: Floats = inside.reshape(SIDE, FINER, SIDE, FINER).mean(axis=(1, 3))
    return small
