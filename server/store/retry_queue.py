"""Calls that wait to be sent, in their order; patient ones a few at a time behind the others."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Protocol, TypeVar


class Waiting(Protocol):
    """What a backlog must know of a call."""

    @property
    def patient(self) -> bool:
        """Whether others go before it."""

    @property
    def size(self) -> int:
        """Bytes that it takes."""


C = TypeVar("C", bound=Waiting)


class RetryQueue(Iterable[C]):
    """Of one connection.

    Attributes:
        size: bytes that all of it takes.
    """

    def __init__(self) -> None:
        """Nothing waits."""
        self._urgent: deque[C] = deque()
        self._patient: deque[C] = deque()
        self.size = 0

    def __len__(self) -> int:
        """How many wait."""
        return len(self._urgent) + len(self._patient)

    def __iter__(self) -> Iterator[C]:
        """All of them."""
        return chain(self._urgent, self._patient)

    def add(self, call: C) -> None:
        """One more."""
        self.size += call.size
        (self._patient if call.patient else self._urgent).append(call)

    def put_back(self, calls: list[C]) -> None:
        """These come before all others of their kind."""
        self.size += _size(calls)
        self._urgent.extendleft(call for call in reversed(calls) if not call.patient)
        self._patient.extendleft(call for call in reversed(calls) if call.patient)

    def take(self, most: int, most_patient: int) -> list[C]:
        """The next batch: of so many at most, and so many patient ones."""
        urgent = min(most, len(self._urgent))
        patient = min(most - urgent, most_patient, len(self._patient))
        batch = [self._urgent.popleft() for _ in range(urgent)]
        batch += [self._patient.popleft() for _ in range(patient)]
        self.size -= _size(batch)
        return batch

    def take_those_who(self, leave: Callable[[C], bool]) -> list[C]:
        """Those for which this holds, which wait no more."""
        left = [call for call in self if leave(call)]
        for queue in (self._urgent, self._patient):
            staying = [call for call in queue if not leave(call)]
            queue.clear()
            queue.extend(staying)
        self.size -= _size(left)
        return left


def _size(calls: Iterable[Waiting]) -> int:
    return sum(call.size for call in calls)
