"""A sliding window counts what came in its time, here and in all workers."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from server.guard import windows
from server.guard.windows import Counted, SlidingWindow

ONE, OTHER = b"one", b"other"
START = 60_000.0


def minute(share_from: int = 1_000) -> SlidingWindow:
    return SlidingWindow(60, share_from)


@given(st.lists(st.floats(0, 600), max_size=60))
def test_the_estimate_is_between_one_window_and_two(times: list[float]) -> None:
    window, times = minute(), sorted(START + at for at in times)
    for at in times:
        window.add(ONE, at)
    now = times[-1] if times else START
    estimate = window.estimate(ONE, now)
    assert estimate <= sum(now - 120 <= at for at in times)
    assert estimate >= sum(now // 60 == at // 60 for at in times)


@given(st.lists(st.floats(0, 120), min_size=1, max_size=60), st.integers(1, 50))
def test_after_the_wait_there_is_room_for_one_more(times: list[float], most: int) -> None:
    window, times = minute(), sorted(START + at for at in times)
    for at in times:
        window.add(ONE, at)
    later = times[-1] + window.seconds_until(ONE, times[-1], most) + 0.001
    assert window.estimate(ONE, later) < most + 0.001


def test_networks_are_counted_apart_and_forgotten_after_two_windows() -> None:
    window = minute()
    window.add(ONE, START, 10)
    assert (window.estimate(ONE, START), window.estimate(OTHER, START)) == (10, 0)
    assert window.estimate(ONE, START + 90) == 5
    assert window.estimate(ONE, START + 120) == 0


def test_only_a_network_that_is_worth_it_is_shared_with_all_its_events() -> None:
    window = minute(share_from=3)
    for _ in range(2):
        window.add(ONE, START)
        window.add(OTHER, START)
    assert window.take_unsent(START, 9).networks == []
    window.add(ONE, START)
    window.add(ONE, START)
    assert window.take_unsent(START, 9) == (START / 60, [(ONE, 4)])
    window.add(ONE, START)
    assert window.take_unsent(START, 9).networks == [(ONE, 1)]


def test_two_workers_know_the_same_after_an_exchange() -> None:
    here, there, total = minute(share_from=1), minute(share_from=1), 0
    for window, events in ((here, 3), (there, 4), (here, 2)):
        window.add(ONE, START, events)
        index, networks = window.take_unsent(START, 9)
        for key, unsent in networks:
            total += unsent
            window.add(ONE, START, 1)  # comes while the others are asked
            window.merge(index, [Counted(key, total, 6)])
    assert here.estimate(ONE, START) == 3 + 1 + 4 + 2 + 1 + 6
    assert there.estimate(ONE, START) == 3 + 4 + 1 + 6


def test_what_was_not_sent_when_a_window_ends_is_sent_later() -> None:
    window = minute(share_from=1)
    window.add(ONE, START, 3)
    window.add(ONE, START + 60, 2)
    late = window.take_unsent(START + 60, 9)
    assert late == (START / 60, [(ONE, 3)])
    window.merge(late.number, [Counted(ONE, 100, 0)])
    assert window.estimate(ONE, START + 60) == 102
    assert window.take_unsent(START + 60, 9) == (START / 60 + 1, [(ONE, 2)])


def test_an_answer_that_comes_two_windows_later_changes_nothing() -> None:
    window = minute(share_from=1)
    window.add(ONE, START, 3)
    sent = window.take_unsent(START, 9)
    window.add(ONE, START + 120, 1)
    window.merge(sent.number, [Counted(ONE, 100, 100)])
    assert window.estimate(ONE, START + 120) == 1


def test_the_table_is_bounded() -> None:
    window = minute()
    for number in range(windows.MOST_NETWORKS + 9):
        window.add(number.to_bytes(8), START)
    assert window.networks == windows.MOST_NETWORKS
