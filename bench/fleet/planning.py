"""How large a fleet must be: sums of measured costs, and what comes to its limit first.

Approximations, each held against the simulation by `bench.simulate`:
- Capacity: a core that is busy for a share `load` of the time. Waiting in a worker or master with
  one core is that of M/G/1 (Pollaczek and Khinchine): `load * (1 + cv2) / (2 * (1 - load))` service
  times in the mean, with `cv2` the squared variation of service times.
- Participants connected = arrivals a second times the seconds that each stays (Little's law).
- Load is spread evenly over workers and lanes.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from math import ceil
from typing import Any

from bench.fleet.costs import Costs

BEATS_PER_SECOND = 1.0
LOOKS_PER_SECOND = 5.0
"""Of each worker in each lane: heartbeats and looks at the clock (server/worker/)."""

LANES = 32
"""Of one campaign at most (server/store/lanes.py); each on a master of its own while there are."""


@dataclass(frozen=True)
class Assumptions:
    """What an operator decides or knows; none of it is measured here.

    Attributes:
        stay: seconds that a participant is connected, all pauses included.
        frames: frames of live ink that each writes: 30 a second while the pen is down.
        new: share of participants who have never been on the page; the others come back.
        load: share of the time that a core may be busy.
        connections: of one worker at most.
        cores, memory: of one machine, cores and bytes.
        price: of a core for an hour, in whatever currency.
        same_worker: share of pairs on one worker, whose ink does not cross Valkey; with w workers
            1 / w, so nothing in a large fleet.
        largest: participants connected to one deployment at most; more are shared out over several,
            since every worker's clock looks after every lane of its deployment.
    """

    stay: float = 60.0
    frames: float = 300.0
    new: float = 1.0
    load: float = 0.6
    connections: float = 20_000.0
    cores: int = 16
    memory: float = 64e9
    price: float = 0.04
    same_worker: float = 0.0
    largest: float = 2e6


@dataclass(frozen=True)
class Fleet:
    """What so many participants need.

    Attributes:
        connected: participants at once.
        deployments: that share them.
        arrivals: a second.
        workers, masters: processes with a core each, for participants and ink.
        bound_by: what sets the number of workers: `cpu` or `connections`.
        clock_cores: cores of Valkey that heartbeats and looks at the clock take on top, all lanes.
        clock_share: of the core of a lane's master: at 1 it does nothing else.
        worker_memory, store_memory: bytes, all together.
        sent: bytes a second to participants, without TLS and TCP's own.
        works: finished works a second, all of which go to SQL.
        works_bytes: bytes a day of them.
        machines: of the assumed kind, for workers and masters.
        price: an hour.
        waits_ms: mean wait in a worker and in a master, and both services, for one commit.
    """

    connected: float
    deployments: int
    arrivals: float
    workers: float
    masters: float
    bound_by: str
    clock_cores: float
    clock_share: float
    worker_memory: float
    store_memory: float
    sent: float
    works: float
    works_bytes: float
    machines: float
    price: float
    waits_ms: float

    def as_dict(self) -> dict[str, Any]:
        """For the results."""
        return asdict(self)


def waiting(load: float, service: float, cv2: float = 1.0) -> float:
    """Mean seconds in the queue of M/G/1 (Pollaczek and Khinchine) at this load."""
    return load * (1 + cv2) / (2 * (1 - load)) * service


def plan(costs: Costs, given: Assumptions, connected: float) -> Fleet:
    """The fleet for so many participants connected at once.

    Every worker beats in every lane, so the clocks' cost grows with workers times masters, and a
    beat's own with the workers alive; it is added after the rest is sized, and what it takes of a
    master is told.
    """
    fleets = max(1, ceil(connected / given.largest))
    connected_here = connected / fleets
    arrivals = connected_here / given.stay
    across = 1 - given.same_worker
    visit = given.new * costs.visit + (1 - given.new) * costs.back
    visit_bytes = given.new * costs.visit_bytes + (1 - given.new) * costs.back_bytes
    per_joiner = visit + costs.worker + given.frames * costs.ink * across
    by_cpu = arrivals * per_joiner / given.load
    by_connections = connected_here / given.connections
    workers = max(1.0, by_cpu, by_connections)
    store = costs.store + given.frames * costs.ink_store * across
    masters = max(1.0, arrivals * store / given.load)
    beat = costs.beat_base + costs.beat * workers
    clock_share = workers * (BEATS_PER_SECOND * beat + LOOKS_PER_SECOND * costs.expire)
    works = arrivals / 2
    worker_memory = connected_here * costs.connection
    store_memory = connected_here * costs.seated
    by_memory = (worker_memory + store_memory) / given.memory
    machines = max((workers + masters) / given.cores, by_memory)
    return Fleet(
        connected=connected,
        deployments=fleets,
        arrivals=arrivals * fleets,
        workers=workers * fleets,
        masters=masters * fleets,
        bound_by="cpu" if by_cpu >= by_connections else "connections",
        clock_cores=clock_share * min(masters, LANES) * fleets,
        clock_share=clock_share,
        worker_memory=worker_memory * fleets,
        store_memory=store_memory * fleets,
        sent=arrivals * fleets * (visit_bytes + costs.received + given.frames * costs.frame),
        works=works * fleets,
        works_bytes=works * fleets * 86_400 * costs.work_bytes,
        machines=machines * fleets,
        price=machines * fleets * given.cores * given.price,
        waits_ms=commit_seconds(costs, given.load) * 1_000,
    )


def commit_seconds(costs: Costs, load: float) -> float:
    """Mean seconds of a commit in a worker and a master, both at this load, network left out.

    A worker's services are of many sizes; taken as exponential (cv2 = 1). A master's are alike.
    """
    stage = costs.worker / 6
    worker = 2 * waiting(load, stage) + costs.commit
    return worker + waiting(load, costs.turn, cv2=0.3) + costs.turn
