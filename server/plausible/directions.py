"""Maps of directions: how much ink goes which way where, as a vector.

The classic feature of recognizers of handwritten Chinese (directional element features, Sun et al.
1991): four directions on a blurred grid.
"""

from __future__ import annotations

import numpy as np

from server.plausible.points import Floats, Points

DIRECTIONS = 4
FINE, COARSE = 16, 8
SIZE = DIRECTIONS * COARSE * COARSE
"""Values of a map."""


def _blur() -> Floats:
    """From the fine to the coarse grid, with a Gaussian as wide as a coarse cell."""
    fine = (np.arange(FINE) + 0.5) / FINE
    coarse = (np.arange(COARSE) + 0.5) / COARSE
    weights = np.exp(-0.5 * ((coarse[:, None] - fine) * COARSE / 0.75) ** 2)
    blur: Floats = (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)
    return blur


_BLUR = _blur()
_CORNERS = np.array([0, 1, FINE, FINE + 1])[:, None, None]
"""From a cell of the fine grid to the four around a place."""


_MIRRORED = [0, 3, 2, 1]
"""The direction of which each is the mirror image, left for right."""


def mirrored(ink_map: Floats) -> Floats:
    """The map of the mirror image, left for right, of what has this map, (SIZE,)."""
    image: Floats = ink_map.reshape(DIRECTIONS, COARSE, COARSE)[_MIRRORED, :, ::-1].ravel()
    return image


def maps(points: Points) -> Floats:
    """The maps of characters, (k, n) points each, normalized: (k, SIZE)."""
    count, size = points.angle.shape
    place = np.clip(points.xy * FINE - 0.5, 0, FINE - 1.001)
    low = place.astype(np.intp)
    part = place - low
    turn = points.angle * (DIRECTIONS / np.pi)
    direction = turn.astype(np.intp)
    rest = turn - direction
    base = np.arange(count)[:, None] * (DIRECTIONS * FINE * FINE)
    cell = base + low[..., 1] * FINE + low[..., 0] + _CORNERS
    beside, below = part[..., 0], part[..., 1]
    here = np.stack([1 - beside, beside, 1 - beside, beside])
    here *= np.stack([1 - below, 1 - below, below, below])
    turned = np.stack([direction, direction + 1]) % DIRECTIONS * (FINE * FINE)
    shares = np.stack([1 - rest, rest])
    cells, weights = cell[:, None] + turned, here[:, None] * shares
    shape = count, DIRECTIONS, FINE, FINE
    every = np.bincount(cells.ravel(), weights.ravel(), count * DIRECTIONS * FINE * FINE)
    blurred = _BLUR @ every.reshape(shape).astype(np.float32) @ _BLUR.T
    roots: Floats = np.sqrt(blurred.reshape(count, SIZE) * np.float32(100.0 / size))
    return roots
