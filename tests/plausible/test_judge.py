"""Whether ink is judged as a person would judge it."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jielong import Pen

from server import catalogue
from server.plausible.judge import Asked, Judge
from server.plausible.verdict import Judgement, Verdict, judged
from server.relay.campaign import Thresholds
from server.relay.ink import GRID, MAX_NIB, Stroke
from tests.browser.handwriting import Handwriting

THRESHOLDS = Thresholds()


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge()


def written(char: str, seed: int = 7) -> list[Stroke]:
    """The character in a tidy hand."""
    return [list(stroke) for stroke in Handwriting(random.Random(seed)).character(char)]


def judgement_of(
    judge: Judge, char: str, ink: list[Stroke], thresholds: Thresholds = THRESHOLDS
) -> Judgement:
    return judged(judge.scores([Asked(char, ink)])[0], thresholds)


def chars_of(language: str) -> list[str]:
    phrases = catalogue.load_library().phrases.values()
    found = {char for it in phrases if it.locale.startswith(language) for char in it.chars}
    return sorted(found)


def test_a_tidy_hand_passes_in_every_chinese_phrase(judge: Judge) -> None:
    verdicts = {char: judgement_of(judge, char, written(char)) for char in chars_of("zh")}
    refused = {char: it for char, it in verdicts.items() if it.verdict is Verdict.NO}
    unsure = {char: it for char, it in verdicts.items() if it.verdict is Verdict.UNSURE}
    assert not refused
    assert len(unsure) <= len(verdicts) // 50


def test_order_number_and_direction_of_strokes_make_no_difference(judge: Judge) -> None:
    ink = written("家")
    whole = judgement_of(judge, "家", ink).score
    assert judgement_of(judge, "家", ink[::-1]).score == pytest.approx(whole, abs=0.02)


def test_place_and_size_make_no_difference(judge: Judge) -> None:
    ink = written("家")
    small = [[value // 4 if i % 4 < 2 else value for i, value in enumerate(it)] for it in ink]
    assert judgement_of(judge, "家", small).verdict is Verdict.OK


@pytest.mark.parametrize(("asked", "wrote"), [("学", "學"), ("樂", "乐")])
def test_simplified_and_traditional_forms_are_the_same(
    judge: Judge, asked: str, wrote: str
) -> None:
    assert judgement_of(judge, asked, written(wrote)).verdict is Verdict.OK


@pytest.mark.parametrize(("small", "large"), [("ッ", "ツ"), ("ゃ", "や"), ("X", "乂")])
def test_what_nobody_can_tell_apart_is_the_same(judge: Judge, small: str, large: str) -> None:
    assert judge.shapes.same(small) >= {small, large}
    assert set(judge.shapes.rows(small)) >= set(judge.shapes.rows(large)) > set()


def test_another_character_does_not_pass(judge: Judge) -> None:
    chars = chars_of("zh")
    rng = random.Random(11)
    passed = []
    for asked in chars:
        wrote = rng.choice([char for char in chars if char != asked])
        if judgement_of(judge, asked, written(wrote)).verdict is Verdict.OK:
            passed.append(asked + wrote)
    assert len(passed) <= len(chars) // 100, passed


def test_a_character_that_is_crossed_out_does_not_pass(judge: Judge) -> None:
    chars = chars_of("zh")
    across = [
        [300, 400, 0, 100, *(120, 110, 11, 0) * 28],
        [300, 1_500, 0, 100, *(120, 8, 11, 0) * 28],
    ]
    passed = [
        char
        for char in chars
        if judgement_of(judge, char, written(char) + across).verdict is Verdict.OK
    ]
    assert len(passed) <= len(chars) // 20, passed


def test_made_up_strokes_do_not_pass(judge: Judge) -> None:
    passed = []
    for number, char in enumerate(chars_of("zh") + chars_of("ja") + chars_of("en")):
        ink = [list(stroke) for stroke in Pen(random.Random(number)).character("鬱")]
        if judgement_of(judge, char, ink).verdict is Verdict.OK:
            passed.append(char)
    assert len(passed) <= 2, passed


def test_every_character_of_the_catalogue_has_a_shape(judge: Judge) -> None:
    dot = [[2_000, 2_000, 0, 100]]
    for language in ("zh", "ja", "en"):
        for char in chars_of(language):
            if char.isalpha():
                assert judge.scores([Asked(char, dot)]) != [None], char


def test_a_character_without_a_known_shape_waits_for_a_person(judge: Judge) -> None:
    assert judgement_of(judge, "🐼", written("家")).verdict is Verdict.UNSURE


def test_thresholds_of_a_campaign_decide(judge: Judge) -> None:
    ink = written("家")
    assert judgement_of(judge, "家", ink, Thresholds(ok=1, no=0)).verdict is Verdict.UNSURE
    assert judgement_of(judge, "家", ink, Thresholds(ok=1, no=1)).verdict is Verdict.NO


@st.composite
def any_ink(draw: st.DrawFn) -> list[Stroke]:
    """Ink that the protocol allows, however strange."""
    place = st.integers(0, GRID)
    point = st.tuples(place, place, st.integers(0, 60_000), st.integers(1, MAX_NIB))
    strokes = draw(st.lists(st.lists(point, min_size=1, max_size=6), min_size=1, max_size=64))
    ink = []
    for points in strokes:
        x = y = w = 0
        stroke: Stroke = []
        for at_x, at_y, dt, at_w in points:
            stroke += [at_x - x, at_y - y, dt, at_w - w]
            x, y, w = at_x, at_y, at_w
        ink.append(stroke)
    return ink


@settings(max_examples=150)
@given(ink=any_ink(), char=st.sampled_from("一家あéM한ب🐼"))
def test_any_valid_ink_gets_a_score(judge: Judge, ink: list[Stroke], char: str) -> None:
    assert 0 <= judgement_of(judge, char, ink).score <= 1
