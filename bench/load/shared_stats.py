"""Statistics of the load processes in shared memory: counters, histograms and serial numbers.

Each load process writes its own part, and the main process reads all of them.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Mapping
from typing import Any

import numpy as np

from bench.load.histogram import BUCKETS

_CONTEXT = multiprocessing.get_context("spawn")


class SharedStats:
    """Statistics of all load processes of one run.

    Attributes:
        counter_names: names of the counters of each process.
        latency_names: names of its histograms.
    """

    def __init__(
        self,
        processes: int,
        counter_names: tuple[str, ...],
        latency_names: tuple[str, ...],
        serials: int = 0,
    ) -> None:
        """With room for `serials` serial numbers above the base."""
        self.processes = processes
        self.counter_names = counter_names
        self.latency_names = latency_names
        self._serial_bytes = serials // 8 + 1
        self._counters = _CONTEXT.RawArray("q", processes * len(counter_names))
        self._counts = _CONTEXT.RawArray("q", processes * len(latency_names) * BUCKETS)
        self._serials = _CONTEXT.RawArray("B", processes * self._serial_bytes)
        self._stop = _CONTEXT.RawValue("i", 0)
        self._drop_at = _CONTEXT.RawValue("d", 0.0)

    def counters(self) -> Any:
        """The counters, as an array of processes by counters."""
        counters = np.frombuffer(self._counters, np.int64)
        return counters.reshape(self.processes, len(self.counter_names))

    def total(self, name: str) -> int:
        """The sum of a counter over all processes."""
        return int(self.counters()[:, self.counter_names.index(name)].sum())

    def counts(self) -> Any:
        """The histograms, as an array of processes by latencies by buckets."""
        counts = np.frombuffer(self._counts, np.int64)
        return counts.reshape(self.processes, len(self.latency_names), BUCKETS)

    def serials(self) -> Any:
        """The serial numbers, as an array of processes by bytes of bits."""
        return np.frombuffer(self._serials, np.uint8).reshape(self.processes, self._serial_bytes)

    def publish(self, process: int, values: Mapping[str, int], counts: Any) -> None:
        """Publish the totals of one process; counters that are not named are 0."""
        self.counters()[process] = [values.get(name, 0) for name in self.counter_names]
        self.counts()[process] = counts

    def latency(self, name: str) -> Any:
        """The histogram of one latency over all processes."""
        return self.counts()[:, self.latency_names.index(name)].sum(axis=0)

    def stop(self) -> None:
        """Tell every process to end."""
        self._stop.value = 1

    @property
    def stopping(self) -> bool:
        """Whether the processes have to end."""
        return bool(self._stop.value)

    @property
    def drop_at(self) -> float:
        """When to drop connections, on the monotonic clock; 0 for not yet."""
        return float(self._drop_at.value)

    @drop_at.setter
    def drop_at(self, moment: float) -> None:
        self._drop_at.value = moment


def process(target: Any, *arguments: Any) -> Any:
    """A process for `target`, not started yet."""
    return _CONTEXT.Process(target=target, args=arguments, daemon=True)


def queue() -> Any:
    """A queue between processes."""
    return _CONTEXT.Queue()
