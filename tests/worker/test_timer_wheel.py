"""Appointments of a worker's sessions: nobody is missed, nobody is looked at twice in a second."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from server.worker.timer_wheel import TimerWheel

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
def test_whoever_stirred_or_is_due_is_looked_at_once_and_nobody_else(
    steps: list[tuple[str, int, int]],
) -> None:
    vigil = TimerWheel()
    wanted: dict[int, set[int]] = {}
    for what, session, seconds in [*steps, *[("second", 0, 0)] * 6]:
        if what == "stirs":
            vigil.stirred(session)
            wanted.setdefault(vigil.clock + 1, set()).add(session)
        elif what == "is expected":
            vigil.expect(session, vigil.clock + seconds)
            wanted.setdefault(vigil.clock + seconds, set()).add(session)
        else:
            looked_at = vigil.next_second()
            assert sorted(looked_at) == sorted(wanted.pop(vigil.clock, set()))
    assert not wanted
    assert vigil.next_second() == []
