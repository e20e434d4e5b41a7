"""What a rehearsal measures while it runs."""

from __future__ import annotations

import bisect
from collections import Counter
from typing import NamedTuple

MOST_SAMPLES = 100_000
"""Of each latency; later ones replace none of the first."""


class Latency:
    """The times that one kind of request took, in seconds."""

    def __init__(self) -> None:
        """None yet."""
        self._sorted: list[float] = []

    def add(self, seconds: float) -> None:
        """One more request was answered."""
        if len(self._sorted) < MOST_SAMPLES:
            bisect.insort(self._sorted, seconds)

    def __len__(self) -> int:
        """How many were answered."""
        return len(self._sorted)

    def at(self, share: float) -> float:
        """The time within which this share of them was answered, e.g. 0.95; 0 for none."""
        if not self._sorted:
            return 0.0
        return self._sorted[min(len(self._sorted) - 1, int(share * len(self._sorted)))]


class Usage(NamedTuple):
    """What the service uses at a moment.

    Attributes:
        cpu: seconds of CPU since it started, all its processes together.
        memory: bytes.
    """

    cpu: float
    memory: int


class Sample(NamedTuple):
    """One look at the rehearsal.

    Attributes:
        at: seconds of a steady clock.
        online: people who are connected.
        usage: None where the service is on another machine.
        own_cpu: seconds of CPU of the rehearsal itself, since it began.
    """

    at: float
    online: int
    usage: Usage | None
    own_cpu: float


class Measured:
    """Everything that is measured.

    Attributes:
        joining: from `join` to the seat.
        committing: from `commit` to `committed`.
        pledging, giving: from the request to its answer.
        page: how long the campaign's page took.
        online: people who are connected now.
        came: people who came so far.
        works: those that were completed.
        pledges: numbers of certificates, by pledge.
        given: amounts that were taken, by fund.
        failures: by what went wrong.
        samples: of the machine, in order.
    """

    def __init__(self) -> None:
        """Nothing yet."""
        self.joining, self.committing = Latency(), Latency()
        self.pledging, self.giving, self.page = Latency(), Latency(), Latency()
        self.online = self.came = 0
        self.works: set[str] = set()
        self.pledges: dict[str, set[int]] = {}
        self.given: Counter[str] = Counter()
        self.failures: Counter[str] = Counter()
        self.samples: list[Sample] = []

    @property
    def answered(self) -> int:
        """Requests of every kind that were answered."""
        every = (self.joining, self.committing, self.pledging, self.giving, self.page)
        return sum(len(one) for one in every)

    @property
    def failed(self) -> int:
        """Requests that failed."""
        return sum(self.failures.values())
