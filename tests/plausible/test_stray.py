"""What is measured of strokes that lie on nothing, or across the shape."""

from __future__ import annotations

import numpy as np
import pytest

from server.plausible import stray

LINE = np.repeat([0, 1, 3], [40, 20, 20])
"""Of 80 points. Stroke 2 is so short that no point lies on it."""


def test_a_character_without_strays_has_next_to_none() -> None:
    near = np.full(80, 0.01, np.float32)
    assert stray.measures(near, LINE, 4.0) == pytest.approx([0.01, 0.01, 0, 0])


def test_one_stroke_too_many_is_measured_by_itself() -> None:
    distances = np.where(LINE == 3, 0.2, 0.01).astype(np.float32)
    worst, worst_two, most, alone = stray.measures(distances, LINE, 4.0)
    assert (worst, worst_two) == pytest.approx((0.2, 0.105))
    assert most == alone == pytest.approx(1.0)  # a quarter of the ink, in sides of the box


def test_a_stroke_that_only_begins_on_nothing_is_not_alone() -> None:
    distances = np.full(80, 0.01, np.float32)
    distances[:10] = 0.2
    _, _, most, alone = stray.measures(distances, LINE, 4.0)
    assert (most, alone) == pytest.approx((0.5, 0))


def test_a_line_across_is_measured_by_its_longest_piece() -> None:
    strict = np.where(LINE == 3, 0.2, 0.01).astype(np.float32)
    strict[70] = 0.01  # where it goes along a line of the shape
    back = np.full(90, 0.02, np.float32)
    worst, piece, every, mean, square, from_shape = stray.across(strict, back, LINE, 4.0)
    assert worst == pytest.approx((19 * 0.2 + 0.01) / 20)
    assert (piece, every) == pytest.approx((10 * 0.05, 19 * 0.05))
    assert mean == pytest.approx(strict.mean())
    assert square == pytest.approx(np.square(strict).mean())
    assert from_shape == pytest.approx(0.02)


def test_a_piece_ends_with_its_stroke() -> None:
    strict = np.where(LINE >= 1, 0.2, 0.01).astype(np.float32)
    _, piece, every, *_ = stray.across(strict, strict, LINE, 4.0)
    assert (piece, every) == pytest.approx((20 * 0.05, 40 * 0.05))


def test_ink_without_strays_lies_across_nothing() -> None:
    near = np.full(80, 0.01, np.float32)
    assert stray.across(near, near, LINE, 4.0)[1:3] == [0, 0]
