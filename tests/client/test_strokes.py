"""Ink in the wire's form: exact both ways, and nothing outside the limits gets through."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jielong.codec import Codec
from jielong.pen import Pen
from jielong.strokes import (
    GRID,
    MAX_PAUSE_MS,
    MAX_POINTS,
    MAX_STROKES,
    MAX_WIDTH,
    Point,
    check,
    decode,
    encode,
    parts,
)

points = st.lists(
    st.builds(
        Point,
        x=st.integers(0, GRID),
        y=st.integers(0, GRID),
        dt=st.integers(0, MAX_PAUSE_MS),
        w=st.integers(1, MAX_WIDTH),
    ),
    min_size=1,
    max_size=60,
)
chars = st.sampled_from([*"加油致敬天使がんばれBravo", "👨‍👩‍👧", "é"])


@given(points)
def test_decode_undoes_encode(written: list[Point]) -> None:
    assert decode(encode(written)) == written


@given(points)
def test_encode_undoes_decode(written: list[Point]) -> None:
    stroke = encode(written)
    assert encode(decode(stroke)) == stroke


def test_the_first_point_is_absolute_and_the_rest_are_differences() -> None:
    assert encode([Point(100, 200, 0, 90), Point(110, 190, 12, 85)]) == (
        *(100, 200, 0, 90),
        *(10, -10, 12, -5),
    )


@given(points, st.integers(1, 70))
def test_parts_joined_are_the_stroke(written: list[Point], size: int) -> None:
    stroke = encode(written)
    cut = list(parts(stroke, size))
    assert sum(cut, ()) == stroke
    assert all(0 < len(part) <= size * 4 for part in cut)


@pytest.mark.parametrize(
    "point",
    [
        Point(-1, 0, 0, 1),
        Point(0, GRID + 1, 0, 1),
        Point(0, 0, -1, 1),
        Point(0, 0, MAX_PAUSE_MS + 1, 1),
        Point(0, 0, 0, 0),
        Point(0, 0, 0, MAX_WIDTH + 1),
    ],
)
def test_a_point_outside_the_limits_is_an_error(point: Point) -> None:
    with pytest.raises(ValueError, match="outside"):
        encode([point])


@pytest.mark.parametrize("stroke", [(), (1, 2, 3), (1, 2, 3, 4, 5)])
def test_a_stroke_is_whole_points(stroke: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="whole number of points"):
        decode(stroke)


def test_differences_must_not_leave_the_grid() -> None:
    with pytest.raises(ValueError, match="outside the grid"):
        decode((4000, 0, 0, 9, 96, 0, 10, 0))


@pytest.mark.parametrize(
    "strokes",
    [
        [],
        [(1, 1, 0, 1)] * (MAX_STROKES + 1),
        [(1, 1, 0, 1) + (0, 0, 1, 0) * (MAX_POINTS // 2)] * 2,
    ],
    ids=["no stroke", "too many strokes", "too many points"],
)
def test_a_character_has_bounds(strokes: list[tuple[int, ...]]) -> None:
    with pytest.raises(ValueError, match="a character has"):
        check(strokes)


@given(st.integers(), chars)
def test_a_pen_writes_what_may_be_committed(seed: int, char: str) -> None:
    check(Pen(random.Random(seed)).character(char))


@given(st.integers(), chars)
def test_the_same_seed_writes_the_same(seed: int, char: str) -> None:
    assert Pen(random.Random(seed)).character(char) == Pen(random.Random(seed)).character(char)


def test_hands_differ_and_characters_differ() -> None:
    pen = Pen(random.Random(1))
    again = Pen(random.Random(2))
    assert pen.character("加") != again.character("加")
    assert len({pen.character(char) for char in "加油致敬天使"}) == 6


def test_a_character_takes_a_hand_a_second_or_several() -> None:
    pens = (Pen(random.Random(seed)) for seed in range(50))
    times = [sum(sum(s[2::4]) for s in pen.character(char)) for pen in pens for char in "加油天使"]
    assert 1_000 < sum(times) / len(times) < 6_000
    assert max(times) < 20_000


@given(points, st.sampled_from(["msgpack", "json"]))
def test_ink_survives_both_formats(written: list[Point], name: str) -> None:
    codec = Codec("msgpack" if name == "msgpack" else "json")
    message: dict[str, object] = {"t": "commit", "strokes": [list(encode(written))]}
    assert codec.decode(codec.encode(message)) == message


@pytest.mark.parametrize("make", [lambda: Codec("msgpack"), lambda: Codec("json")])
def test_a_frame_over_64_kib_is_not_sent(make: Callable[[], Codec]) -> None:
    with pytest.raises(ValueError, match="a frame holds 65536"):
        make().encode({"t": "x", "p": "字" * 22_000})
