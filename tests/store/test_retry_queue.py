"""What waits to be sent keeps its order, and patient calls let others go first."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from server.store.retry_queue import RetryQueue


@dataclass(frozen=True)
class Call:
    number: int
    patient: bool

    @property
    def size(self) -> int:
        return 2**self.number


calls = st.lists(st.booleans()).map(
    lambda kinds: [Call(number, patient) for number, patient in enumerate(kinds)]
)


def filled(waiting: list[Call]) -> RetryQueue[Call]:
    backlog: RetryQueue[Call] = RetryQueue()
    for call in waiting:
        backlog.add(call)
    return backlog


def in_order(waiting: list[Call]) -> list[Call]:
    return sorted(waiting, key=lambda call: (call.patient, call.number))


@given(calls, st.integers(0, 10), st.integers(0, 10))
def test_a_batch_is_the_next_ones_the_patient_behind_the_others(
    waiting: list[Call], most: int, most_patient: int
) -> None:
    backlog = filled(waiting)
    batch = backlog.take(most, most_patient)
    urgent = [call for call in waiting if not call.patient]
    patient = [call for call in waiting if call.patient]
    assert batch[: len(urgent)] == urgent[:most]
    assert batch[len(urgent) :] == patient[: max(0, min(most - len(urgent), most_patient))]
    assert list(backlog) == [call for call in in_order(waiting) if call not in batch]
    assert len(backlog) == len(waiting) - len(batch)
    assert backlog.size == sum(call.size for call in backlog)


@given(calls, st.integers(0, 10), st.integers(0, 10))
def test_what_is_put_back_is_where_it_was(
    waiting: list[Call], most: int, most_patient: int
) -> None:
    backlog = filled(waiting)
    backlog.put_back(backlog.take(most, most_patient))
    assert list(backlog) == in_order(waiting)
    assert backlog.size == sum(call.size for call in waiting)


@given(calls, st.integers(1, 4))
def test_who_leaves_waits_no_more(waiting: list[Call], every: int) -> None:
    backlog = filled(waiting)
    left = backlog.take_those_who(lambda call: call.number % every == 0)
    assert left == [call for call in in_order(waiting) if call.number % every == 0]
    assert list(backlog) == [call for call in in_order(waiting) if call.number % every]
    assert backlog.size == sum(call.size for call in backlog)
