"""What waits to be sent keeps its order, and low-priority calls let others go first."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from server.store.retry_queue import RetryQueue


@dataclass(frozen=True)
class Call:
    number: int
    low_priority: bool

    @property
    def size(self) -> int:
        return 2**self.number


calls = st.lists(st.booleans()).map(
    lambda kinds: [Call(number, low_priority) for number, low_priority in enumerate(kinds)]
)


def filled(waiting: list[Call]) -> RetryQueue[Call]:
    queue: RetryQueue[Call] = RetryQueue()
    for call in waiting:
        queue.add(call)
    return queue


def in_order(waiting: list[Call]) -> list[Call]:
    return sorted(waiting, key=lambda call: (call.low_priority, call.number))


@given(calls, st.integers(0, 10), st.integers(0, 10))
def test_a_batch_is_the_next_calls_those_of_low_priority_behind_the_others(
    waiting: list[Call], most: int, most_low: int
) -> None:
    queue = filled(waiting)
    batch = queue.take(most, most_low)
    normal = [call for call in waiting if not call.low_priority]
    low = [call for call in waiting if call.low_priority]
    assert batch[: len(normal)] == normal[:most]
    assert batch[len(normal) :] == low[: max(0, min(most - len(normal), most_low))]
    assert list(queue) == [call for call in in_order(waiting) if call not in batch]
    assert len(queue) == len(waiting) - len(batch)
    assert queue.size == sum(call.size for call in queue)


@given(calls, st.integers(0, 10), st.integers(0, 10))
def test_what_is_put_back_is_where_it_was(waiting: list[Call], most: int, most_low: int) -> None:
    queue = filled(waiting)
    queue.put_back(queue.take(most, most_low))
    assert list(queue) == in_order(waiting)
    assert queue.size == sum(call.size for call in waiting)


@given(calls, st.integers(1, 4))
def test_calls_that_are_removed_wait_no_more(waiting: list[Call], every: int) -> None:
    queue = filled(waiting)
    removed = queue.remove_where(lambda call: call.number % every == 0)
    assert removed == [call for call in in_order(waiting) if call.number % every == 0]
    assert list(queue) == [call for call in in_order(waiting) if call.number % every]
    assert queue.size == sum(call.size for call in queue)
