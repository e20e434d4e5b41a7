"""Ink that took its time is believed; ink that nobody can have written by then is not."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jielong import Pen

from server.guard.hand import LONGEST_MS, HandTime, needed_ms, said_ms
from server.relay.ink import Stroke

LINE = [[100, 100, 0, 90, 50, 0, 16, 0, 50, 0, 16, 0]]


def duration(strokes: list[Stroke]) -> int:
    """What the ink says of itself, from the first point on."""
    return sum(sum(stroke[2::4]) for stroke in strokes) - strokes[0][2]


@pytest.mark.parametrize("seed", range(20))
def test_a_hand_that_wrote_at_its_own_pace_need_not_wait(seed: int) -> None:
    pen = Pen(random.Random(seed))
    strokes = [list(stroke) for stroke in pen.character("永")]
    reaction = 0.3
    assert HandTime(1).wait_ms(strokes, 0, reaction + duration(strokes) / 1_000) == 0


@given(st.floats(0, 100))
def test_ink_must_have_taken_as_long_as_it_says(passed: float) -> None:
    strokes = [[100, 100, 0, 90, 50, 0, 60_000, 0], [200, 200, 30_000, 90]]
    wait = HandTime(1).wait_ms(strokes, 0, passed)
    assert (wait == 0) == (passed >= (90_000 * 0.98 - 100) / 1_000)
    assert wait == 0 or HandTime(1).wait_ms(strokes, 0, passed + wait / 1_000) == 0


def test_a_client_cannot_make_its_ink_faster_than_a_hand() -> None:
    scribble = [[0, 0, 0, 90, *[4_095, 4_095, 0, 0, -4_095, -4_095, 0, 0] * 5] for _ in range(4)]
    assert needed_ms(scribble) == LONGEST_MS
    assert HandTime(1).wait_ms(scribble, 0, 1.0) > 3_900
    assert HandTime(1).wait_ms(scribble, 0, 5.0) == 0


def test_not_even_a_dot_comes_at_once() -> None:
    assert needed_ms([[100, 100, 0, 128]]) >= 200


@pytest.mark.parametrize("pause", [0, 400, 60_000])
def test_the_pause_before_the_first_stroke_is_not_asked_for(pause: int) -> None:
    strokes = [[100, 100, pause, *LINE[0][3:]]]
    assert said_ms(strokes) == said_ms(LINE)


def test_refusals_are_counted_and_a_pace_makes_them_fewer() -> None:
    whole, half = HandTime(1), HandTime(0.5)
    soon = needed_ms(LINE) * 0.6 / 1_000
    assert (whole.wait_ms(LINE, 0, soon) > 0, half.wait_ms(LINE, 0, soon)) == (True, 0)
    assert (whole.refused, half.refused) == (1, 0)
