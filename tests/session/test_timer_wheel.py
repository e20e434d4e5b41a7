"""Every session that received data or has a deadline is yielded, once a second."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from server.session.timer_wheel import TimerWheel

SESSIONS = st.integers(0, 5)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("stirs"), SESSIONS, st.just(0)),
        st.tuples(st.just("is expected"), SESSIONS, st.integers(1, 6)),
        st.tuples(st.just("second"), st.just(0), st.just(0)),
    ),
    max_size=60,
)


@given(STEPS)
def test_active_and_due_sessions_are_yielded_once_and_no_others(
    steps: list[tuple[str, int, int]],
) -> None:
    wheel = TimerWheel()
    wanted: dict[int, set[int]] = {}
    for what, session, seconds in [*steps, *[("second", 0, 0)] * 6]:
        if what == "stirs":
            wheel.mark_active(session)
            wanted.setdefault(wheel.clock + 1, set()).add(session)
        elif what == "is expected":
            wheel.schedule(session, wheel.clock + seconds)
            wanted.setdefault(wheel.clock + seconds, set()).add(session)
        else:
            yielded = wheel.advance()
            assert sorted(yielded) == sorted(wanted.pop(wheel.clock, set()))
    assert not wanted
    assert wheel.advance() == []
