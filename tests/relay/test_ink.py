"""Which ink is valid: the protocol's limits, each by itself."""

from __future__ import annotations

from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.relay.ink import (
    GRID,
    MAX_NIB,
    MAX_PAUSE_MS,
    MAX_POINTS,
    MAX_STROKES,
    POINT,
    BadInkError,
    check_strokes,
)
from server.relay.values import LivePart

Point = tuple[int, int, int, int]

points = st.tuples(
    st.integers(0, GRID),
    st.integers(0, GRID),
    st.integers(0, MAX_PAUSE_MS),
    st.integers(1, MAX_NIB),
)
paths = st.lists(points, min_size=1, max_size=30)
characters = st.lists(paths, min_size=1, max_size=8)


def stroke_of(path: list[Point]) -> list[int]:
    """A stroke as the protocol has it, from absolute points."""
    flat = list(path[0])
    for (x0, y0, _, w0), (x, y, dt, w) in pairwise(path):
        flat += [x - x0, y - y0, dt, w - w0]
    return flat


def dot(x: int = 0, y: int = 0, dt: int = 0, w: int = 1) -> list[int]:
    return [x, y, dt, w]


@given(characters)
def test_everything_within_the_limits_is_valid(character: list[list[Point]]) -> None:
    check_strokes([stroke_of(path) for path in character])


@given(characters, st.data())
def test_one_point_outside_any_limit_spoils_the_character(
    character: list[list[Point]], data: st.DataObject
) -> None:
    path = data.draw(st.sampled_from(range(len(character))))
    place = data.draw(st.sampled_from(range(len(character[path]))))
    value = data.draw(st.sampled_from(range(POINT)))
    lowest, highest = (0, 0, 0, 1)[value], (GRID, GRID, MAX_PAUSE_MS, MAX_NIB)[value]
    outside = data.draw(st.one_of(st.integers(max_value=lowest - 1), st.integers(highest + 1)))
    point = list(character[path][place])
    point[value] = outside
    character[path][place] = (point[0], point[1], point[2], point[3])
    with pytest.raises(BadInkError):
        check_strokes([stroke_of(each) for each in character])


@given(characters, st.data(), st.integers(1, POINT - 1))
def test_a_stroke_of_less_than_whole_points_is_refused(
    character: list[list[Point]], data: st.DataObject, extra: int
) -> None:
    strokes = [stroke_of(path) for path in character]
    data.draw(st.sampled_from(strokes)).extend([0] * extra)
    with pytest.raises(BadInkError, match="x, y, dt, w"):
        check_strokes(strokes)


@given(characters, st.data())
def test_an_empty_stroke_is_refused(character: list[list[Point]], data: st.DataObject) -> None:
    strokes = [stroke_of(path) for path in character]
    strokes.insert(data.draw(st.integers(0, len(strokes))), [])
    with pytest.raises(BadInkError, match="one or more points"):
        check_strokes(strokes)


@pytest.mark.parametrize("count", [1, MAX_STROKES])
def test_a_character_has_one_to_sixty_four_strokes(count: int) -> None:
    check_strokes([dot()] * count)


@pytest.mark.parametrize("count", [0, MAX_STROKES + 1])
def test_no_strokes_or_too_many_are_refused(count: int) -> None:
    with pytest.raises(BadInkError, match="strokes"):
        check_strokes([dot()] * count)


def test_a_character_has_at_most_4096_points_over_all_its_strokes() -> None:
    half = dot() + [0, 0, 0, 0] * (MAX_POINTS // 2 - 1)
    check_strokes([half, half])
    with pytest.raises(BadInkError, match="points"):
        check_strokes([half, half, dot()])


@pytest.mark.parametrize(
    "stroke",
    [
        dot(GRID, GRID, MAX_PAUSE_MS, MAX_NIB),
        [*dot(0, 0, 0, 1), *dot(GRID, GRID, MAX_PAUSE_MS, MAX_NIB - 1)],
        [*dot(GRID, GRID, 0, MAX_NIB), *dot(-GRID, -GRID, 0, 1 - MAX_NIB)],
    ],
)
def test_the_limits_themselves_are_allowed(stroke: list[int]) -> None:
    check_strokes([stroke])


@pytest.mark.parametrize(
    ("stroke", "what"),
    [
        (dot(x=GRID + 1), "grid"),
        (dot(y=-1), "grid"),
        ([*dot(x=GRID), *dot(x=1, w=0)], "grid"),
        ([*dot(), *dot(y=-1, w=0)], "grid"),
        (dot(dt=-1), "dt"),
        (dot(dt=MAX_PAUSE_MS + 1), "dt"),
        (dot(w=0), "nib"),
        (dot(w=MAX_NIB + 1), "nib"),
        ([*dot(w=MAX_NIB), *dot(w=1)], "nib"),
    ],
)
def test_a_refusal_says_which_limit_is_broken(stroke: list[int], what: str) -> None:
    with pytest.raises(BadInkError, match=what):
        check_strokes([stroke])


def test_the_way_back_into_the_grid_does_not_excuse_leaving_it() -> None:
    with pytest.raises(BadInkError, match="grid"):
        check_strokes([[*dot(x=GRID), *dot(x=1, w=0), *dot(x=-1, w=0)]])


@given(paths, st.data())
def test_every_part_of_a_valid_stroke_is_valid_live_ink(
    path: list[Point], data: st.DataObject
) -> None:
    stroke = stroke_of(path)
    cut = data.draw(st.integers(0, len(path) - 1)) * POINT
    for part in (stroke[:cut], stroke[cut:]):
        if part:
            assert msgspec.convert(part, LivePart) == part


@pytest.mark.parametrize("part", [[], [1, 2, 3], [0, 0, 0, 0] * (MAX_POINTS + 1)], ids=len)
def test_no_or_too_much_live_ink_is_refused(part: list[int]) -> None:
    with pytest.raises(msgspec.ValidationError, match="length"):
        msgspec.convert(part, LivePart)
