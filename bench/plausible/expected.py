"""Makes `server/plausible/expected.npz`: what the reader reads of each shape. Takes 4 minutes."""

from __future__ import annotations

import numpy as np

from server.plausible.ocr import Ocr
from server.plausible.points import Floats
from server.plausible.raster import drawn
from server.plausible.shapes import Shapes

LIKELIEST = 12
"""Characters that are kept of each reading."""

BATCH = 16
DENSER = 12
"""Points between two of a shape, along its direction."""


def learn(ocr: Ocr, shapes: Shapes) -> tuple[np.ndarray, Floats]:
    """The likeliest characters of each shape as code points, and their chances."""
    count = len(shapes.chars)
    points = np.zeros((count, LIKELIEST), np.uint32)
    chances = np.zeros((count, LIKELIEST), np.float32)
    code_points = np.array([0, *(ord(char) for char in ocr.chars[1:])], np.uint32)
    for at in range(0, count, BATCH):
        rows = range(at, min(at + BATCH, count))
        likely = ocr.likely(np.stack([drawn(_line(shapes, row)) for row in rows]))
        best = np.argpartition(-likely, LIKELIEST, axis=1)[:, :LIKELIEST]
        points[at : at + BATCH] = code_points[best]
        chances[at : at + BATCH] = np.take_along_axis(likely, best, 1)
    return points, chances


def _line(shapes: Shapes, row: int) -> Floats:
    """Places along the ink of a shape, which has points with directions."""
    xy, angle = shapes.points.xy[row], shapes.points.angle[row]
    along = np.linspace(-0.5, 0.5, DENSER) * shapes.lengths[row] / len(xy)
    direction = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    places = xy[:, None] + along[None, :, None] * direction[:, None]
    return places.reshape(-1, 2).astype(np.float32)
