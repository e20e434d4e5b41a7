"""Calls that wait to be sent, in their order; low-priority ones a few at a time behind the rest."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Protocol, TypeVar


class Queued(Protocol):
    """What the queue must know of a call."""

    @property
    def low_priority(self) -> bool:
        """Whether other calls are sent first."""

    @property
    def size(self) -> int:
        """Bytes that it takes."""


C = TypeVar("C", bound=Queued)


class RetryQueue(Iterable[C]):
    """The waiting calls of one connection.

    Attributes:
        size: bytes that all of them take.
    """

    def __init__(self) -> None:
        """An empty queue."""
        self._normal: deque[C] = deque()
        self._low: deque[C] = deque()
        self.size = 0

    def __len__(self) -> int:
        """How many wait."""
        return len(self._normal) + len(self._low)

    def __iter__(self) -> Iterator[C]:
        """All of them."""
        return chain(self._normal, self._low)

    def add(self, call: C) -> None:
        """Queue one more call."""
        self.size += call.size
        (self._low if call.low_priority else self._normal).append(call)

    def put_back(self, calls: list[C]) -> None:
        """Queue these calls before all others of their priority."""
        self.size += _size(calls)
        self._normal.extendleft(call for call in reversed(calls) if not call.low_priority)
        self._low.extendleft(call for call in reversed(calls) if call.low_priority)

    def take(self, most: int, most_low: int) -> list[C]:
        """Remove the next batch: `most` calls at most, of which `most_low` have low priority."""
        normal = min(most, len(self._normal))
        low = min(most - normal, most_low, len(self._low))
        batch = [self._normal.popleft() for _ in range(normal)]
        batch += [self._low.popleft() for _ in range(low)]
        self.size -= _size(batch)
        return batch

    def remove_where(self, condition: Callable[[C], bool]) -> list[C]:
        """Remove the calls for which the condition holds; answers them."""
        removed = [call for call in self if condition(call)]
        for queue in (self._normal, self._low):
            staying = [call for call in queue if not condition(call)]
            queue.clear()
            queue.extend(staying)
        self.size -= _size(removed)
        return removed


def _size(calls: Iterable[Queued]) -> int:
    return sum(call.size for call in calls)
