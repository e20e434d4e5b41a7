"""What the reader is expected to read, without its network: the file has its readings."""

from __future__ import annotations

import numpy as np
import pytest

from server.plausible.expected import Expected
from server.plausible.points import Floats
from server.plausible.shapes import Shapes

CLASSES = {"訂": 1, "訌": 2, "ア": 3, "家": 4}


@pytest.fixture(scope="module")
def expected() -> Expected:
    return Expected(CLASSES)


@pytest.fixture(scope="module")
def shapes() -> Shapes:
    return Shapes()


def reading_of(char: str) -> Floats:
    """The chances when nothing but this character is read."""
    likely = np.zeros(len(CLASSES) + 1, np.float32)
    likely[CLASSES[char]] = 1
    return likely


def test_a_character_that_the_network_takes_for_another_is_expected_to_be_read_so(
    expected: Expected, shapes: Shapes
) -> None:
    rows = shapes.rows("訌")
    assert expected.alike(reading_of("訂"), rows) > 0.7
    assert expected.alike(reading_of("家"), rows) == 0


def test_what_it_reads_well_is_legible(expected: Expected, shapes: Shapes) -> None:
    assert expected.legible([CLASSES["家"]], shapes.rows("家")) > 0.9
    assert expected.legible([CLASSES["訌"]], shapes.rows("訌")) < 0.3
