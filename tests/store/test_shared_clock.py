"""A lane's clock as its answers tell it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.store.clock import REMEMBERED, SharedClock

AHEAD_MS = 3_600_000

PREEMPTED_MS = 500
"""This process may stand still between two looks at a clock."""

delays = st.tuples(st.floats(0.0001, 5), st.floats(0.0001, 5))


def answered_after(clock: SharedClock, there: float, back: float, ahead_ms: int = AHEAD_MS) -> None:
    """The server's answer took `there` and `back` seconds; its clock is so far ahead of ours."""
    asked = time.monotonic()
    server_ms = round((time.time() + there) * 1_000) + ahead_ms
    clock.see(server_ms, asked, asked + there + back)


@given(st.lists(delays, min_size=1, max_size=REMEMBERED))
def test_it_is_right_to_half_of_the_quickest_answer(answers: list[tuple[float, float]]) -> None:
    clock = SharedClock()
    for there, back in answers:
        answered_after(clock, there, back)
    quickest = min(there + back for there, back in answers)
    error_ms = abs(clock.now() - (time.time() * 1_000 + AHEAD_MS))
    assert error_ms <= quickest / 2 * 1_000 + PREEMPTED_MS


@given(st.lists(st.tuples(delays, st.integers(-AHEAD_MS, AHEAD_MS)), min_size=1, max_size=9))
def test_it_never_goes_back(answers: list[tuple[tuple[float, float], int]]) -> None:
    clock, last = SharedClock(), 0
    for (there, back), ahead_ms in answers:
        answered_after(clock, there, back, ahead_ms)
        assert clock.now() >= last
        last = clock.now()


def test_before_any_answer_it_is_this_machines() -> None:
    assert SharedClock().now() == pytest.approx(time.time() * 1_000, abs=1_000)


def test_a_clock_that_was_set_forward_is_believed_at_once() -> None:
    clock = SharedClock()
    answered_after(clock, 0.001, 0.001, ahead_ms=0)
    answered_after(clock, 0.01, 0.01)
    assert clock.now() == pytest.approx(time.time() * 1_000 + AHEAD_MS, abs=1_000)
