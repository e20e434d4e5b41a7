"""Starts, watches and stops the load processes of the closed model."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from bench.load import closed_model, shared_stats
from bench.load.closed_model import COUNTERS, LATENCIES, Scenario
from bench.load.shared_stats import SharedStats

PER_PROCESS = 15_000
"""Connections of one load process; some machines limit its descriptors to 20,000."""

TIMEOUT_SECONDS = 60.0
"""Longest time without progress while waiting for a counter."""


class LoadGenerator:
    """All load processes of one benchmark; a context manager.

    Attributes:
        stats: the shared statistics of the processes.
        errors: the number of errors by name, once the processes have ended.
    """

    def __init__(  # noqa: PLR0913 - all but the first two by name
        self,
        http: str,
        phrase: str = "",
        *,
        upgraded: int = 0,
        greeted: int = 0,
        seated: int = 0,
        writers: int = 0,
        rate: float = 2_000.0,
        writing: float = 2.0,
        seed: int = 1,
        low_priority: bool = False,
    ) -> None:
        """The number of users at each stage; see `closed_model.Scenario`."""
        parts = urlsplit(http)
        wanted = {"upgraded": upgraded, "greeted": greeted, "seated": seated, "writers": writers}
        processes = max(1, -(-sum(wanted.values()) // PER_PROCESS))
        self.stats = SharedStats(processes, COUNTERS, LATENCIES)
        self.errors: Counter[str] = Counter()
        self._outcome = shared_stats.queue()
        scenarios = [
            Scenario(
                number=number,
                host=parts.hostname or "127.0.0.1",
                port=parts.port or 80,
                **{
                    kind: count // processes + (number < count % processes)
                    for kind, count in wanted.items()
                },
                rate=rate / processes,
                writing=writing,
                phrase=phrase,
                seed=seed + number,
                low_priority=low_priority,
            )
            for number in range(processes)
        ]
        self._processes = [
            shared_stats.process(closed_model.run, scenario, self.stats, self._outcome)
            for scenario in scenarios
        ]

    def __enter__(self) -> LoadGenerator:
        for process in self._processes:
            process.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stats.stop()
        for process in self._processes:
            if process.is_alive() or process.exitcode == 0:
                self.errors.update(self._outcome.get(timeout=30)[1])
        for process in self._processes:
            process.join(30)

    def wait(self, counter: str, wanted: int) -> float:
        """Wait until a counter reaches `wanted`; return the seconds that this took.

        Raises:
            TimeoutError: the counter no longer grows.
        """
        return self.wait_until(lambda: self.stats.total(counter), wanted, counter)

    def wait_until(self, count: Callable[[], int], wanted: int, what: str) -> float:
        """Wait in the same way for any count."""
        start = moved = time.monotonic()
        before = -1
        while (found := count()) < wanted:
            now = time.monotonic()
            if found != before:
                before, moved = found, now
            if now - moved > TIMEOUT_SECONDS or not self._alive():
                raise TimeoutError(f"{found} of {wanted} are {what}")
            time.sleep(0.1)
        return time.monotonic() - start

    def _alive(self) -> bool:
        return all(process.is_alive() for process in self._processes)

    def latency(self, name: str) -> Any:
        """The histogram of a latency so far."""
        return self.stats.latency(name)
