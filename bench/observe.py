"""What it costs a worker to watch itself: one observation, and the text for Prometheus.

    python -m bench.observe

Best of several rounds, in microseconds; no service runs.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from time import perf_counter

from server.metrics.exposition import blocks, text
from server.metrics.family import Family, counter, gauge, histogram
from server.metrics.histogram import Histogram
from server.metrics.shared_file import OwnMetricsFile

ROUNDS, CALLS = 9, 20_000
WORKERS = 8


def microseconds(call: Callable[[], object], calls: int = CALLS) -> float:
    """One call, in the best of the rounds."""
    best = float("inf")
    for _ in range(ROUNDS):
        began = perf_counter()
        for _ in range(calls):
            call()
        best = min(best, (perf_counter() - began) / calls)
    return best * 1e6


def families() -> list[Family]:
    """As many as a worker tells."""
    single = [counter(f"jielong_{number}_total", "A counter.", number) for number in range(30)]
    single += [gauge(f"jielong_{number}", "A gauge.", number / 3) for number in range(20)]
    return single + [histogram(f"jielong_{n}_seconds", "Waiting.", Histogram()) for n in range(4)]


def main() -> None:
    """Measure, and print."""
    observed = Histogram()
    seconds = random.Random(1).random()
    told, file = families(), OwnMetricsFile(WORKERS)
    for place in range(WORKERS):
        file.write(place, blocks(told, place))
    writing = microseconds(lambda: file.write(0, blocks(told, 0)), 50)
    print(f"one observation:             {microseconds(lambda: observed.observe(seconds)):8.2f} us")
    print(f"nothing, as often:           {microseconds(lambda: None):8.2f} us")
    print(f"a worker tells the others:   {writing:8.2f} us")
    scrape = microseconds(lambda: text(*file.read().values()), 20)
    print(f"the text of {WORKERS} workers:       {scrape:8.2f} us")


if __name__ == "__main__":
    main()
