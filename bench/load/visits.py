"""One load process of visits: they begin at a given rate, whether or not they are answered."""

from __future__ import annotations

import gc
import time
from functools import partial
from typing import Any

import msgspec

from bench.load import arrivals
from bench.load.histogram import BUCKETS, bucket_of
from bench.load.http import PageLoad, Request
from bench.load.reactor import Reactor
from bench.load.shared_stats import SharedStats

COUNTERS = ("begun", "loaded", "failed", "bytes", "cpu_us")
"""`begun`: visits; `loaded`, `failed`: how they ended; `cpu_us`: CPU of this process."""

LATENCIES = ("loaded",)
"""From the scheduled beginning of a visit to its last answer."""

PUBLISH_SECONDS = 0.2
STAY_SECONDS = 1.0
"""How long a visitor keeps the connections open after the last answer."""


class Scenario(msgspec.Struct, frozen=True):
    """The work of the process.

    Attributes:
        start: start on the monotonic clock.
        visits: how many.
        rate: visits a second; they are independent of each other.
        requests: one list for each kind of visitor; they take turns.
    """

    host: str
    port: int
    start: float
    visits: int
    rate: float
    requests: list[list[Request]]
    seed: int


class Visits:
    """All visits of the process."""

    def __init__(self, scenario: Scenario, stats: SharedStats) -> None:
        """Publishes to `stats`."""
        self._scenario = scenario
        self._stats = stats
        self._reactor = Reactor(scenario.host, scenario.port, b"", scenario.seed % 97)
        self._tally = dict.fromkeys(COUNTERS, 0)
        self._counts = [[0] * BUCKETS for _ in LATENCIES]
        self._cpu_before = time.process_time()

    def run(self) -> None:
        """Run until `stats` says stop."""
        scenario, reactor = self._scenario, self._reactor
        times = arrivals.arrival_times("poisson", scenario.visits, scenario.rate, scenario.seed)
        moments = (times + scenario.start).tolist()
        at, publish_at = 0, 0.0
        while not self._stats.stopping:
            now = time.monotonic()
            while at < len(moments) and moments[at] <= now:
                self._begin(at, moments[at])
                at += 1
            if now >= publish_at:
                publish_at = now + PUBLISH_SECONDS
                self._publish()
            reactor.run_once(min(publish_at, moments[at]) if at < len(moments) else publish_at)
        self._publish()

    def _begin(self, number: int, due: float) -> None:
        self._tally["begun"] += 1
        kinds = self._scenario.requests
        PageLoad(self._reactor, kinds[number % len(kinds)], partial(self._done, due)).start()

    def _done(self, due: float, page: PageLoad) -> None:
        now = time.monotonic()
        self._tally["failed" if page.failed else "loaded"] += 1
        self._counts[0][bucket_of(int((now - due) * 1e6))] += 1
        self._reactor.at(now + STAY_SECONDS, page.leave)

    def _publish(self) -> None:
        self._tally["bytes"] = self._reactor.bytes
        self._tally["cpu_us"] = round((time.process_time() - self._cpu_before) * 1e6)
        self._stats.publish(0, self._tally, self._counts)


def run(scenario: Scenario, stats: SharedStats, outcome: Any) -> None:
    """Main function of the load process; `outcome` gets None when it has ended."""
    gc.disable()  # there is no cyclic garbage here, and a collection would pause the load
    Visits(scenario, stats).run()
    outcome.put(None)
