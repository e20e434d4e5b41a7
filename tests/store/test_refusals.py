"""When refused calls make the service not ready, and when no longer."""

from __future__ import annotations

import pytest

from server.store import refusals
from server.store.refusals import LIMIT_SECONDS, Reason, Refusals
from tests.manual_clock import ManualClock

OOM = "OOM command not allowed when used memory > 'maxmemory'."
BUG = "ERR user_function:7: attempt to index a nil value"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> ManualClock:
    clock = ManualClock(100.0)
    monkeypatch.setattr(refusals, "monotonic", clock)
    return clock


def refused_for(seconds: float, clock: ManualClock, function: str, error: str) -> Refusals:
    """A function is refused now, and so many seconds later."""
    calls = Refusals()
    calls.add(function, error)
    clock.now += seconds
    calls.add(function, error)
    return calls


def test_a_short_refusal_is_none(clock: ManualClock) -> None:
    assert refused_for(LIMIT_SECONDS - 0.1, clock, "join", OOM).reason is None
    assert refused_for(LIMIT_SECONDS, clock, "join", OOM).reason is Reason.OUT_OF_MEMORY


def test_one_call_that_is_served_ends_a_refusal_of_all(clock: ManualClock) -> None:
    calls = refused_for(LIMIT_SECONDS, clock, "join", OOM)
    calls.served("heartbeat")
    assert (calls.reason, calls.active) == (None, False)


def test_a_function_that_fails_alone_is_mended_by_its_own_success(clock: ManualClock) -> None:
    calls = refused_for(LIMIT_SECONDS, clock, "join", BUG)
    calls.served("heartbeat")
    assert calls.reason is Reason.FAILED
    calls.served("join")
    assert calls.reason is None


def test_a_single_failure_never_makes_the_service_unready(clock: ManualClock) -> None:
    calls = Refusals()
    calls.add("join", BUG)
    clock.now += 60
    assert calls.reason is None
