"""A network may do so much, a named one more, and nobody is limited where no limit is set."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.guard.limits import MINUTE, Limit, NetworkLimits
from server.guard.rates import (
    FIRST_RETRY_MS,
    LAST_RETRY_MS,
    SPREAD_MS,
    NetworkRate,
    NetworkRates,
)
from server.guard.windows import SlidingWindow
from server.transport.peer import ANYBODY, Peer
from tests.manual_clock import ManualClock

HOME, SCHOOL = Peer(b"home"), Peer(b"school", {"spring": 300})
MOST = 10


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(60_000.0)


@pytest.fixture
def joins(clock: ManualClock) -> NetworkRate:
    """Ten joins a minute, or four for each participant of a named network."""
    return NetworkRate(Limit("join", MOST, MINUTE, 4), clock)


def taken(rate: NetworkRate, peer: Peer, campaign: str | None = None) -> int:
    """Events until one is refused."""
    return next(n for n in range(10_000) if rate.take(peer, campaign))


def test_a_network_may_do_so_much_in_a_minute_and_again_in_the_next(
    joins: NetworkRate, clock: ManualClock
) -> None:
    assert taken(joins, HOME) == MOST
    clock.now += 120
    assert taken(joins, HOME) == MOST
    assert joins.refused == 2


def test_refused_events_are_not_counted_against_the_network(
    joins: NetworkRate, clock: ManualClock
) -> None:
    taken(joins, HOME)
    for _ in range(100):
        joins.take(HOME)
    clock.now += 60 + 30
    assert not joins.take(HOME)


def test_the_wait_is_within_bounds(joins: NetworkRate) -> None:
    taken(joins, HOME)
    assert FIRST_RETRY_MS <= joins.take(HOME) < LAST_RETRY_MS + SPREAD_MS


def test_a_check_counts_nothing_and_a_count_is_never_refused(joins: NetworkRate) -> None:
    assert not any(joins.check(HOME) for _ in range(100))
    for _ in range(MOST):
        joins.count(HOME)
    assert joins.check(HOME)


def test_a_named_network_may_do_more_in_its_campaign_only(clock: ManualClock) -> None:
    def taken_in(campaign: str | None) -> int:
        return taken(NetworkRate(Limit("join", MOST, MINUTE, 4), clock), SCHOOL, campaign)

    assert (taken_in("spring"), taken_in(None), taken_in("autumn")) == (1_200, 1_200, MOST)


def test_without_a_limit_nothing_is_refused(joins: NetworkRate) -> None:
    rates = NetworkRates(NetworkLimits())
    assert not any(rate.take(HOME) for rate in rates.all for _ in range(1_000))
    assert not any(joins.take(ANYBODY) for _ in range(1_000))


@given(
    st.integers(1, 800),
    st.lists(st.tuples(st.floats(0, 9), st.sampled_from(["take", "check", "count"])), max_size=200),
)
def test_a_network_far_below_its_limit_is_counted_as_any_other(
    most: int, steps: list[tuple[float, str]]
) -> None:
    """It takes a shorter way, which leads to the same as the window's own methods."""
    clock, window = ManualClock(60_000.0), SlidingWindow(MINUTE, 1_000)
    rate = NetworkRate(Limit("join", most, MINUTE, 4), clock)
    for pause, step in steps:
        clock.now += pause
        is_counted = True
        if step == "count":
            rate.count(HOME)
        else:
            within = window.estimate(HOME.network, clock.now) < most
            assert (getattr(rate, step)(HOME) == 0) is within
            is_counted = step == "take" and within
        if is_counted:
            window.add(HOME.network, clock.now)
        assert rate.estimate(HOME.network, clock.now) == window.estimate(HOME.network, clock.now)
