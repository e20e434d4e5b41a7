"""That the fast way to lay ink on shapes finds what the plain definition finds."""

from __future__ import annotations

import numpy as np
import pytest

from server.plausible import alignment
from server.plausible.points import Floats, Points


def plain_measures(ink: Points, shape: Points) -> list[float]:
    """`alignment.lay` on one shape, term by term in double precision."""
    ones = np.ones((len(ink.xy), 1))
    source = np.hstack([ink.xy.astype(float) - 0.5, ones])
    target = shape.xy.astype(float) - 0.5
    across = alignment.TURN * np.sin(ink.angle[:, None].astype(float) - shape.angle)
    change = np.zeros((3, 2))
    for fitting in range(alignment.ROUNDS + 1):
        moved = source[:, :2] + source @ change
        apart = np.square(moved[:, None] - target).sum(axis=2)
        squares = apart + np.square(across)
        if fitting == alignment.ROUNDS:
            break
        nearest, back = squares.argmin(axis=1), squares.argmin(axis=0)
        columns = np.vstack([source, source[back]])
        gaps = np.concatenate([squares.min(axis=1), squares.min(axis=0)])
        weights = 1 / (1 + gaps / alignment.SOFT**2)
        ridge = np.diag([alignment.STIFF / 12, alignment.STIFF / 12, alignment.STIFF])
        normal = columns.T * weights @ columns + ridge
        missing = np.vstack([target[nearest], target]) - columns[:, :2]
        change = np.linalg.solve(normal, columns.T * weights @ missing)
    to_shape, to_ink = np.sqrt(squares.min(axis=1)), np.sqrt(squares.min(axis=0))
    return [
        to_shape.mean(),
        worst(to_shape),
        to_ink.mean(),
        worst(to_ink),
        (to_shape > alignment.NEAR).mean(),
        (to_ink > alignment.NEAR).mean(),
        np.sqrt(np.square(change).sum()),
        np.sqrt(apart.min(axis=1)).mean(),
        np.sqrt(apart.min(axis=0)).mean(),
    ]


def worst(distances: Floats) -> float:
    return float(np.sort(distances)[-(len(distances) // alignment.WORST) :].mean())


def points(rng: np.random.Generator, *shape: int) -> Points:
    """Points along wavy lines, (..., n)."""
    steps = rng.normal(0, 1, (*shape, 2)).cumsum(axis=-2)
    low, high = steps.min(axis=-2, keepdims=True), steps.max(axis=-2, keepdims=True)
    angle = rng.uniform(0, np.pi, shape)
    return Points(((steps - low) / (high - low)).astype(np.float32), angle.astype(np.float32))


@pytest.mark.parametrize("seed", range(20))
def test_measures_are_those_of_the_definition(seed: int) -> None:
    rng = np.random.default_rng(seed)
    ink, shapes = points(rng, 80), points(rng, 4, 80)
    found = alignment.lay(ink, shapes).measures
    each = zip(shapes.xy, shapes.angle, strict=True)
    wanted = np.array([plain_measures(ink, Points(xy, angle)) for xy, angle in each])
    # A point at the very edge of NEAR may fall on either side: one of 80.
    assert np.abs(found - wanted)[:, 4:6].max() < 0.013
    assert np.delete(found, [4, 5], 1) == pytest.approx(np.delete(wanted, [4, 5], 1), abs=1e-3)


def test_ink_that_is_moved_and_slanted_lies_on_its_shape() -> None:
    shapes = points(np.random.default_rng(5), 1, 80)
    slanted = (shapes.xy[0] - 0.5) @ np.array([[1.0, 0.05], [0.1, 0.95]]) + 0.52
    ink = Points(slanted.astype(np.float32), shapes.angle[0])
    (found,) = alignment.lay(ink, shapes).measures
    assert found[:4].max() < 0.02


def test_strict_distances_count_a_turn_twice() -> None:
    rng = np.random.default_rng(6)
    ink, shapes = points(rng, 80), points(rng, 2, 80)
    laid = alignment.lay(ink, shapes)
    for row, found in ((0, laid.strictly(0)), (1, laid.strictly(1))):
        turns = 2 * alignment.TURN * np.sin(ink.angle[:, None] - shapes.angle[row])
        wanted = np.sqrt(np.maximum(laid.apart[row], 0) + np.square(turns))
        assert found[0] == pytest.approx(wanted.min(axis=1), abs=1e-3)
        assert found[1] == pytest.approx(wanted.min(axis=0), abs=1e-3)
