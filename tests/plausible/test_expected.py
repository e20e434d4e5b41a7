"""What the reader is expected to read, without its network: the file has its readings."""

from __future__ import annotations

import numpy as np
import pytest

from server.plausible.expected import Expected
from server.plausible.points import Floats
from server.plausible.shapes import Shapes

CLASSES = {"訂": 1, "訌": 2, "ア": 3, "家": 4, "續": 5, "続": 6}


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
    rows, known = shapes.rows("訌"), [CLASSES["訌"]]
    assert expected.compared(reading_of("訂"), known, rows).alike > 0.7
    assert expected.compared(reading_of("家"), known, rows).alike == 0


def test_what_it_reads_well_is_legible(expected: Expected, shapes: Shapes) -> None:
    for char, least, most in (("家", 0.9, 1.0), ("訌", 0.0, 0.3)):
        found = expected.compared(reading_of(char), [CLASSES[char]], shapes.rows(char))
        assert least <= found.legible <= most


def test_a_form_without_a_shape_of_its_own_is_read_as_the_others_of_the_character(
    expected: Expected, shapes: Shapes
) -> None:
    known = [CLASSES["續"], CLASSES["続"]]
    assert expected.compared(reading_of("続"), known, shapes.rows("続")).alike > 0.9
