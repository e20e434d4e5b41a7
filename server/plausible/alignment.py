"""How well ink lies on a shape, point by point, after the best affine fit.

Iterated closest points (Besl and McKay 1992) from both sides, with directions in the distance: ink
that crosses a line of the shape does not lie on it.
"""

from __future__ import annotations

from typing import NamedTuple

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

STRICT = 4.0
"""In strict distances the square of a turn counts so many times as much."""

WORST = 8
"""One in so many points is among the worst."""

MEASURES = 9

_RIDGE = np.diag([STIFF / 12, STIFF / 12, STIFF]).astype(np.float32)
"""A coordinate's square is 1/12 in the mean, the constant's 1."""

_MIDDLE = np.float32(0.5)
_TURNS = np.float32(TURN**2 / 2)
"""The squares of the coordinates of two directions."""


class Laid(NamedTuple):
    """One character's ink of n points on each of k shapes.

    Attributes:
        measures: (k, MEASURES). In columns: the mean distance from ink to shape, of all points and
            of the worst; the same from shape to ink; the shares of ink and of shape that have
            nothing near; how much the fit changed; the same two means without directions.
        distances: of each point of the ink from the shape, (k, n).
        squares: the squared distances of all pairs of points, (k, n, m) with m points of a shape.
        apart: the same without directions.
    """

    measures: Floats
    distances: Floats
    squares: Floats
    apart: Floats

    def strictly(self, row: int) -> tuple[Floats, Floats]:
        """Strict distances from the ink to one shape, (n,), and from the shape to the ink, (m,).

        What lies on a line of the shape is near, what only crosses it is not.
        """
        strict = np.float32(STRICT) * self.squares[row] - np.float32(STRICT - 1) * self.apart[row]
        return _roots(strict.min(axis=1)), _roots(strict.min(axis=0))


def lay(ink: Points, shapes: Points) -> Laid:
    """Lay ink on shapes."""
    fit = Fit(ink, shapes)
    squares, apart = fit.squares()
    to_shape, to_ink = _roots(squares.min(axis=2)), _roots(squares.min(axis=1))
    measures = np.stack(
        [
            to_shape.mean(axis=1),
            _worst(to_shape),
            to_ink.mean(axis=1),
            _worst(to_ink),
            (to_shape > NEAR).mean(axis=1),
            (to_ink > NEAR).mean(axis=1),
            np.sqrt(np.square(fit.change).sum(axis=(1, 2))),
            _roots(apart.min(axis=2)).mean(axis=1),
            _roots(apart.min(axis=1)).mean(axis=1),
        ],
        axis=1,
    )
    return Laid(measures.astype(np.float32), to_shape, squares, apart)


class Fit:
    """The best affine fit of n points of ink to each of k shapes of m points.

    A direction is a place on a circle, and so two more coordinates: all squared distances come of
    one product of matrices.

    Attributes:
        change: what is added to the identity, (k, 3, 2): for x, y and the constant 1; x and y are
            from the middle of the box.
    """

    def __init__(self, ink: Points, shapes: Points) -> None:
        """Fit in ROUNDS rounds; costs about 0.1 ms a shape."""
        self._columns = np.empty((len(ink.xy), 3), np.float32)
        self._columns[:, :2] = ink.xy - _MIDDLE
        self._columns[:, 2] = 1
        self._targets = shapes.xy - _MIDDLE
        self._left = np.ones((len(shapes.xy), len(ink.xy), 6), np.float32)
        self._left[:, :, 2:4] = _circle(ink.angle)
        self._right = np.ones((len(shapes.xy), shapes.xy.shape[1], 6), np.float32)
        self._right[:, :, :2] = -2 * self._targets
        self._right[:, :, 2:4] = -2 * _circle(shapes.angle)
        self._right[:, :, 5] = np.square(self._targets).sum(axis=2) + _TURNS
        self.change = np.zeros((len(shapes.xy), 3, 2), np.float32)
        for _ in range(ROUNDS):
            self._improve()

    def squares(self) -> tuple[Floats, Floats]:
        """The squared distances of the fitted ink from the shapes, with directions and without.

        (k, n, m) each, and rounded: a small one may be below 0.
        """
        self._place()
        places = [0, 1, 4, 5]
        apart = self._left[:, :, places] @ self._right[:, :, places].transpose(0, 2, 1)
        return self._left @ self._right.transpose(0, 2, 1), apart - _TURNS

    def _place(self) -> None:
        """Put the ink where the fit moves it."""
        moved = self._columns[:, :2] + self._columns @ self.change
        self._left[:, :, :2] = moved
        self._left[:, :, 4] = np.square(moved).sum(axis=2)

    def _improve(self) -> None:
        self._place()
        squares = self._left @ self._right.transpose(0, 2, 1)
        nearest, back = squares.argmin(axis=2), squares.argmin(axis=1)
        gaps = np.concatenate([squares.min(axis=2), squares.min(axis=1)], axis=1)
        weights = 1 / (1 + gaps / np.float32(SOFT**2))
        every = np.arange(len(nearest))[:, None]
        targets = np.concatenate([self._targets[every, nearest], self._targets], axis=1)
        whole = np.broadcast_to(self._columns, (len(back), *self._columns.shape))
        columns = np.concatenate([whole, self._columns[back]], axis=1)
        weighted = (columns * weights[:, :, None]).transpose(0, 2, 1)
        # The unknown is what is added to the identity, so that a ridge holds it back.
        normal = weighted @ columns + _RIDGE
        right = weighted @ (targets - columns[:, :, :2])
        self.change = np.linalg.solve(normal, right).astype(np.float32)


def _circle(angle: Floats) -> Floats:
    """Two coordinates, in which a right angle is TURN apart."""
    twice = 2 * angle
    circle = np.stack([np.cos(twice), np.sin(twice)], axis=-1) * np.float32(TURN / 2)
    return circle.astype(np.float32)


def _roots(squares: Floats) -> Floats:
    roots: Floats = np.sqrt(np.maximum(squares, 0))
    return roots


def _worst(distances: Floats) -> Floats:
    """The mean of the worst part of each row."""
    count = max(1, distances.shape[1] // WORST)
    worst: Floats = np.partition(distances, -count, axis=1)[:, -count:].mean(axis=1)
    return worst
