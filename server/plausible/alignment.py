"""How well ink lies on a shape, point by point, after the best affine fit.

Iterated closest points (Besl and McKay 1992) from both sides, with directions in the distance: ink
that crosses a line of the shape does not lie on it.
"""

from __future__ import annotations

import numpy as np

from server.plausible.points import Floats, Points

ROUNDS = 2
TURN = 0.12
"""A right angle between two directions counts as much as this distance, in sides of the box."""

SOFT = 0.08
"""Points farther from each other than this have little say in the fit."""

STIFF = 6.0
"""How strongly the fit prefers to change nothing: as much as so many points do."""

NEAR = 0.09
"""Points closer than this lie on each other."""

WORST = 8
"""One in so many points is among the worst."""

MEASURES = 9

_RIDGE = np.diag([STIFF / 12, STIFF / 12, STIFF]).astype(np.float32)
"""A coordinate's square is 1/12 in the mean, the constant's 1."""


def measures(ink: Points, shapes: Points) -> Floats:
    """What is measured of one character's ink on each of k shapes: (k, MEASURES).

    In columns: the mean distance from ink to shape, of all points and of the worst; the same from
    shape to ink; the shares of ink and of shape that have nothing near; how much the fit changed;
    the same two means without directions.
    """
    turned = ink.angle[:, None] - shapes.angle[:, None, :]
    across = np.square(np.sin(turned) * np.float32(TURN))
    moved = np.broadcast_to(ink.xy, (len(shapes.xy), *ink.xy.shape))
    change = np.zeros(len(moved), np.float32)
    for _ in range(ROUNDS):
        moved, change = _fitted(ink.xy, moved, shapes.xy, across)
    apart = _squares(moved, shapes.xy)
    squares = apart + across
    to_shape = np.sqrt(squares.min(axis=2))
    to_ink = np.sqrt(squares.min(axis=1))
    return np.stack(
        [
            to_shape.mean(axis=1),
            _worst(to_shape),
            to_ink.mean(axis=1),
            _worst(to_ink),
            (to_shape > NEAR).mean(axis=1),
            (to_ink > NEAR).mean(axis=1),
            change,
            np.sqrt(apart.min(axis=2)).mean(axis=1),
            np.sqrt(apart.min(axis=1)).mean(axis=1),
        ],
        axis=1,
    ).astype(np.float32)


def _squares(ink: Floats, shapes: Floats) -> Floats:
    """The squared distances of k times n places to k times m: (k, n, m)."""
    products = ink @ shapes.transpose(0, 2, 1)
    own, other = np.square(ink).sum(axis=2), np.square(shapes).sum(axis=2)
    squares: Floats = np.maximum(own[:, :, None] + other[:, None, :] - 2 * products, 0)
    return squares


def _fitted(first: Floats, ink: Floats, shapes: Floats, across: Floats) -> tuple[Floats, Floats]:
    """The ink as it was at `first`, moved closer to the shapes; and how much was changed."""
    squares = _squares(ink, shapes) + across
    nearest = squares.argmin(axis=2)
    back = squares.argmin(axis=1)
    targets = np.concatenate([np.take_along_axis(shapes, nearest[..., None], 1), shapes], axis=1)
    sources = np.concatenate([np.broadcast_to(first, ink.shape), first[back]], axis=1) - np.float32(
        0.5
    )
    gaps = np.concatenate(
        [
            np.take_along_axis(squares, nearest[..., None], 2)[..., 0],
            np.take_along_axis(squares, back[:, None], 1)[:, 0],
        ],
        axis=1,
    )
    weights = 1 / (1 + gaps / SOFT**2)
    ones = np.ones((*sources.shape[:2], 1), np.float32)
    columns = np.concatenate([sources, ones], axis=2)
    weighted = columns * weights[..., None]
    # The unknown is what is added to the identity, so that a ridge holds it back.
    normal = weighted.transpose(0, 2, 1) @ columns + _RIDGE
    right = weighted.transpose(0, 2, 1) @ (targets - np.float32(0.5) - sources)
    change = np.linalg.solve(normal, right).astype(np.float32)
    centred = first - np.float32(0.5)
    moved = first + centred @ change[:, :2] + change[:, 2:]
    return moved.astype(np.float32), np.sqrt(np.square(change).sum(axis=(1, 2)))


def _worst(distances: Floats) -> Floats:
    """The mean of the worst part of each row."""
    count = max(1, distances.shape[1] // WORST)
    worst: Floats = np.partition(distances, -count, axis=1)[:, -count:].mean(axis=1)
    return worst
