"""Participants on one master of Valkey and its share of the workers, event by event.

A fleet is many such slices side by side: lanes do not know each other, and the load balancer deals
participants out evenly, so what one slice shows is what all show.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any

from bench.fleet.costs import Costs
from bench.fleet.discrete_events import Clock, Machine, Process
from bench.load import histogram
from bench.load.histogram import BUCKETS, bucket_of
from bench.load.reactor import GATHER_SECONDS

LATENCIES = ("seated", "committed")
LARGEST_BATCH = 500
UPGRADE = 0.65
"""Share of what opening costs that is the upgrade's, the rest being `hello`'s (`bench.idle`)."""


@dataclass(frozen=True)
class Layout:
    """What a slice is made of.

    Attributes:
        workers: worker processes.
        cores: of the one machine on which all of it runs, load included; None: each process has a
            core of its own.
        clients: load processes that share the machine; 0 when participants are elsewhere.
        network: seconds from a participant to a worker, one way.
        to_store: seconds from a worker to its master, one way.
        writing: median seconds to write a character.
    """

    workers: int
    cores: int | None
    clients: int
    network: float
    to_store: float
    writing: float


@dataclass
class Outcome:
    """What happened between warm-up and end.

    Attributes:
        counts: of each latency.
        busy: cores used by workers, Valkey and clients.
        seen: joiners who arrived in that time.
    """

    counts: dict[str, Any] = field(default_factory=dict)
    busy: dict[str, float] = field(default_factory=dict)
    seen: int = 0

    def summary(self) -> dict[str, Any]:
        """With percentiles."""
        latencies = {name: histogram.summary(counts) for name, counts in self.counts.items()}
        return {"joiners": self.seen, "cores": self.busy, "latencies_ms": latencies}


class Slice:
    """The simulation."""

    def __init__(self, costs: Costs, layout: Layout, rate: float, seed: int) -> None:
        """`rate` participants arrive a second."""
        self._costs, self._layout, self._rate = costs, layout, rate
        self._random = Random(seed)
        self._clock = Clock()
        shared = Machine(self._clock, layout.cores) if layout.cores else None

        def process() -> Process:
            return Process(shared or Machine(self._clock, 1))

        self._workers = [Worker(process()) for _ in range(layout.workers)]
        self._store = process()
        self._clients = [process() for _ in range(layout.clients)]
        self._waiting: Participant | None = None
        self._counts = {name: [0] * BUCKETS for name in LATENCIES}
        self._from = 0.0
        self._seen = 0

    def run(self, warm_up: float, seconds: float) -> Outcome:
        """Let participants come for so long."""
        clock = self._clock
        clock.after(self._random.expovariate(self._rate), self._arrive)
        clock.run(warm_up)
        self._from = clock.now
        parts = {
            "worker": [worker.process for worker in self._workers],
            "valkey": [self._store],
            "load": self._clients,
        }
        before = {name: sum(one.used for one in some) for name, some in parts.items()}
        clock.run(warm_up + seconds)
        busy = {
            name: (sum(one.used for one in some) - before[name]) / seconds
            for name, some in parts.items()
        }
        return Outcome(self._counts, busy, self._seen)

    def _arrive(self) -> None:
        self._clock.after(self._random.expovariate(self._rate), self._arrive)
        self._seen += self._clock.now >= self._from > 0
        one = Participant(self._random.choice(self._workers), self._clock.now)
        open_ = self._costs.open

        def connect() -> None:
            """TCP's handshake is the kernel's: a round trip, and no time of the worker's."""
            self._clock.after(2 * self._layout.network, upgrade)

        def upgrade() -> None:
            self._to_worker(one, open_ * UPGRADE, lambda: self._back(0.15, greet))

        def greet() -> None:
            self._to_worker(one, open_ * (1 - UPGRADE), lambda: self._back(0.15, join))

        def join() -> None:
            self._join(one)

        self._at_client(0.2, connect)

    def _join(self, one: Participant) -> None:
        def ticket() -> None:
            one.worker.tickets.append(one)
            self._send_batch(one.worker)

        self._to_worker(one, self._costs.join / 2, ticket)

    def _back(self, share: float, then: Any) -> None:
        """From a worker to the participant, who does something."""
        self._clock.after(self._layout.network, lambda: self._at_client(share, then))

    def _send_batch(self, worker: Worker) -> None:
        """The pool's way: one batch under way, the next one collects meanwhile."""
        if worker.under_way or not worker.tickets:
            return
        worker.under_way = True
        batch, worker.tickets = worker.tickets[:LARGEST_BATCH], worker.tickets[LARGEST_BATCH:]
        costs, delay = self._costs, self._layout.to_store
        seconds = costs.batch + len(batch) * (costs.ticket + costs.store_rest)

        def answered() -> None:
            worker.under_way = False
            for one in batch:
                worker.process.do(costs.join / 2, lambda one=one: self._seated(one))  # type: ignore[misc]
            self._send_batch(worker)

        def seat() -> None:
            for one in batch:
                self._pair(one)
            self._clock.after(delay, answered)

        self._clock.after(delay, lambda: self._store.do(seconds, seat))

    def _pair(self, one: Participant) -> None:
        other, self._waiting = self._waiting, None
        if other is None:
            self._waiting = one
        else:
            one.partner, other.partner, one.second = other, one, True
            if other.wrote:
                self._clock.after(self._layout.to_store, lambda: self._write(one))

    def _seated(self, one: Participant) -> None:
        def heard() -> None:
            self._count("seated", one.due)
            if not one.second:
                self._write(one)

        self._back(0.15, heard)

    def _write(self, one: Participant) -> None:
        """Write for a while, then commit; the moment planned is what latency counts from."""
        seconds = self._layout.writing * self._random.lognormvariate(0.0, 0.5)
        self._clock.after(seconds, lambda: self._commit(one, self._clock.now))

    def _commit(self, one: Participant, due: float) -> None:
        costs, delay = self._costs, self._layout.to_store

        def answered() -> None:
            one.wrote = True
            one.worker.process.do(costs.commit / 2, lambda: self._heard_commit(one, due))
            other = one.partner
            if other is not None:
                cross = 0.0 if other.worker is one.worker else 2 * delay
                self._clock.after(cross, lambda: self._deliver(one, other))

        def call() -> None:
            self._clock.after(
                delay,
                lambda: self._store.do(
                    costs.turn + costs.told, lambda: self._clock.after(delay, answered)
                ),
            )

        self._at_client(0.15, lambda: self._to_worker(one, costs.commit / 2, call))

    def _deliver(self, writer: Participant, other: Participant) -> None:
        def heard() -> None:
            if not other.wrote and other.second:
                self._write(other)
            elif writer.second:
                self._end(other)
                self._end(writer)

        other.worker.process.do(
            self._costs.deliver, lambda: self._clock.after(self._layout.network, heard)
        )

    def _heard_commit(self, one: Participant, due: float) -> None:
        self._back(0.1, lambda: self._count("committed", due))

    def _end(self, one: Participant) -> None:
        self._at_client(0.1, lambda: self._to_worker(one, self._costs.close, _nothing))

    def _to_worker(self, one: Participant, seconds: float, then: Any) -> None:
        self._clock.after(self._layout.network, lambda: one.worker.process.do(seconds, then))

    def _at_client(self, share: float, then: Any) -> None:
        """What a load process does takes its time, too; real participants have their own."""
        if not self._clients:
            then()
            return
        client, seconds = self._random.choice(self._clients), self._costs.client * share
        gathered = self._random.random() * GATHER_SECONDS
        self._clock.after(gathered, lambda: client.do(seconds, then))

    def _count(self, name: str, due: float) -> None:
        if self._from:
            microseconds = int((self._clock.now - due) * 1e6)
            self._counts[name][bucket_of(microseconds)] += 1


class Worker:
    """One worker process and its batch."""

    __slots__ = ("process", "tickets", "under_way")

    def __init__(self, process: Process) -> None:
        """Nobody is there."""
        self.process = process
        self.tickets: list[Participant] = []
        self.under_way = False


class Participant:
    """Somebody on their way through one relay.

    Attributes:
        second: holds seat 1.
        wrote: has committed.
    """

    __slots__ = ("due", "partner", "second", "worker", "wrote")

    def __init__(self, worker: Worker, due: float) -> None:
        """Arrives at `due`."""
        self.worker, self.due = worker, due
        self.partner: Participant | None = None
        self.second = self.wrote = False


def _nothing() -> None:
    """Nothing follows."""
