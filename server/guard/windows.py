"""How many events came from a network lately: a sliding window over two fixed ones.

The estimate is what came in the present window, and of the one before the share that the sliding
window still covers. It needs two numbers a network, and no list of times.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import NamedTuple

MOST_NETWORKS = 16_384
"""Networks that one worker counts in a window, at 100 bytes; those after them are not counted."""


class Counted(NamedTuple):
    """What all workers together counted of one network.

    Attributes:
        key: the network.
        present, before: in the present window and in the one before.
    """

    key: bytes
    present: int
    before: int


class Unsent(NamedTuple):
    """Events of networks in window `number` that only this worker knows of."""

    number: int
    networks: list[tuple[bytes, int]]


class SlidingWindow:
    """Counts one kind of event, here and, for the networks that are worth it, in all workers."""

    def __init__(self, seconds: float, share_from: int) -> None:
        """Count over `seconds`; a network with `share_from` events here is shared."""
        self.seconds = seconds
        self._share_from = share_from
        self._index, self._ends_at = 0, 0.0
        self._present: dict[bytes, int] = {}
        self._before: dict[bytes, int] = {}
        self._shared: set[bytes] = set()
        self._unsent: dict[bytes, int] = {}
        self._unsent_before: dict[bytes, int] = {}

    @property
    def networks(self) -> int:
        """Networks counted in the present window."""
        return len(self._present)

    def is_empty(self) -> bool:
        """Whether no network was counted in the present window and in the one before."""
        return not (self._present or self._before)

    def add(self, key: bytes, now: float, events: int = 1) -> None:
        """Count events of a network; `now` is in seconds since 1970."""
        if now >= self._ends_at:
            self._roll(now)
        self._add(key, events)

    def estimate(self, key: bytes, now: float) -> float:
        """The events of a network in the last `seconds`."""
        if now >= self._ends_at:
            self._roll(now)
        count = self._present.get(key, 0)
        return self._with_before(key, now, count) if key in self._before else count

    def _with_before(self, key: bytes, now: float, count: int) -> float:
        """A count, and that part of the window before which the sliding one still covers."""
        return count + self._before[key] * (self._ends_at - now) / self.seconds

    def seconds_until(self, key: bytes, now: float, most: float) -> float:
        """After how many seconds the estimate is below `most` if nothing more comes."""
        self._roll(now)
        passed = now / self.seconds % 1
        present, before = self._present.get(key, 0), self._before.get(key, 0)
        if present < most and before:
            return max(0.0, 1 - (most - present) / before - passed) * self.seconds
        if present < most:
            return 0.0
        return (1 - passed + max(0.0, 1 - most / present)) * self.seconds

    def take_unsent(self, now: float, most: int) -> Unsent:
        """Take the events that other workers do not know of; from now on they count as sent.

        What was left of the window before comes first.
        """
        self._roll(now)
        late = bool(self._unsent_before)
        source = self._unsent_before if late else self._unsent
        taken = [(key, source[key]) for key in islice(source, most)]
        for key, _ in taken:
            del source[key]
        return Unsent(self._index - late, taken)

    def merge(self, index: int, totals: Iterable[Counted]) -> None:
        """Take over what all workers counted in window `index` and in the one before."""
        for key, present, before in totals:
            if index == self._index:
                self._present[key] = present + self._unsent.get(key, 0)
                self._raise_before(key, before)
            elif index == self._index - 1:
                self._raise_before(key, present)

    def _raise_before(self, key: bytes, events: int) -> None:
        if events > self._before.get(key, 0):
            self._before[key] = events

    def _add(self, key: bytes, events: int = 1) -> None:
        count = self._present.get(key, 0)
        if not count and len(self._present) >= MOST_NETWORKS:
            return
        count += events
        self._present[key] = count
        if count < self._share_from:
            return
        if key in self._shared:
            self._unsent[key] = self._unsent.get(key, 0) + events
        else:
            self._shared.add(key)
            self._unsent[key] = count

    def _roll(self, now: float) -> None:
        if now < self._ends_at:
            return
        index = int(now // self.seconds)
        following = index == self._index + 1
        self._before = self._present if following else {}
        self._unsent_before = self._unsent if following else {}
        self._present, self._shared, self._unsent = {}, set(), {}
        self._index, self._ends_at = index, (index + 1) * self.seconds
