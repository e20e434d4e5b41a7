"""From a seed to a list of timed faults: the same seed, the same faults. No clock, no process."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from random import Random

from tests.faults import kinds
from tests.faults.kinds import Fault, State

WARM_UP = 3.0
"""Seconds without a fault in the beginning, so that there is something to break."""

CALM = 4.0
"""Seconds without a fault in the end."""

Menu = Mapping[str, int]
"""How often each draw has its turn, by its name in `DRAWS`."""

Draw = Callable[[Random, float], Fault]

DRAWS: dict[str, Draw] = {
    "worker killed": lambda r, at: kinds.WorkerKilled(at=at, where=r.random()),
    "worker stopped": lambda r, at: kinds.WorkerStopped(
        at=at, where=r.random(), seconds=_seconds(r, 0.5, 4)
    ),
    "worker stopped for long": lambda r, at: kinds.WorkerStopped(
        at=at, where=r.random(), seconds=_seconds(r, 6, 12)
    ),
    "workers replaced": lambda r, at: kinds.WorkersReplaced(at=at),
    "service killed": lambda r, at: kinds.ServiceKilled(at=at),
    "client vanished": lambda r, at: kinds.ClientVanished(
        at=at, where=r.random(), state=_state(r), away=_seconds(r, 0.05, 8)
    ),
    "client gone": lambda r, at: kinds.ClientVanished(
        at=at, where=r.random(), state=_state(r), away=None
    ),
    "client doubled": lambda r, at: kinds.ClientDoubled(at=at, where=r.random(), state=_state(r)),
    "slow reader": lambda r, at: kinds.SlowReader(
        at=at, where=r.random(), state=_state(r), seconds=_seconds(r, 1, 6)
    ),
    "network cut": lambda r, at: kinds.NetworkCut(at=at, share=_share(r)),
    "network frozen": lambda r, at: kinds.NetworkFrozen(
        at=at, share=_share(r), seconds=_seconds(r, 0.5, 6)
    ),
    "network slowed": lambda r, at: kinds.NetworkSlowed(
        at=at, share=_share(r), rate=r.randint(500, 5_000), seconds=_seconds(r, 1, 5)
    ),
    "store killed": lambda r, at: kinds.StoreKilled(
        at=at, where=r.random(), seconds=_seconds(r, 0.1, 4)
    ),
    "store stopped": lambda r, at: kinds.StoreStopped(
        at=at, where=r.random(), seconds=_seconds(r, 0.5, 5)
    ),
    "store link cut": lambda r, at: kinds.StoreLinkCut(at=at, share=_share(r)),
    "store link frozen": lambda r, at: kinds.StoreLinkFrozen(at=at, seconds=_seconds(r, 0.5, 5)),
    "store link slowed": lambda r, at: kinds.StoreLinkSlowed(
        at=at, rate=r.randint(50_000, 500_000), seconds=_seconds(r, 1, 4)
    ),
    "master killed": lambda r, at: kinds.StoreKilled(
        at=at, where=r.random(), seconds=_seconds(r, 5, 7)
    ),
    "master stopped": lambda r, at: kinds.StoreStopped(
        at=at, where=r.random(), seconds=_seconds(r, 5, 8)
    ),
    "master stopped shortly": lambda r, at: kinds.StoreStopped(
        at=at, where=r.random(), seconds=_seconds(r, 0.5, 1.5)
    ),
    "failover ordered": lambda r, at: kinds.FailoverOrdered(at=at, where=r.random()),
    "replica killed": lambda r, at: kinds.ReplicaKilled(
        at=at, where=r.random(), seconds=_seconds(r, 1, 4)
    ),
    "sentinel killed": lambda r, at: kinds.SentinelKilled(
        at=at, where=r.random(), seconds=_seconds(r, 1, 6)
    ),
}

WORKERS: Menu = {
    "worker killed": 4,
    "worker stopped": 2,
    "worker stopped for long": 1,
    "workers replaced": 1,
    "service killed": 1,
}
CLIENTS: Menu = {"client vanished": 8, "client gone": 4, "client doubled": 2, "slow reader": 2}
NETWORK: Menu = {"network cut": 1, "network frozen": 1, "network slowed": 1}


def schedule(seed: int, seconds: float, store: Menu, store_gap: float) -> list[Fault]:
    """Every fault of a run, in the order of their times.

    Args:
        seed: decides everything.
        seconds: the run's length.
        store: what may befall the store of this run's deployment.
        store_gap: seconds between two faults of the store at least; it has to be whole again.
    """
    streams = [
        _stream(Random(f"{seed} workers"), seconds, WORKERS, 6, 12),
        _stream(Random(f"{seed} clients"), seconds, CLIENTS, 0.6, 1.6),
        _stream(Random(f"{seed} network"), seconds, NETWORK, 8, 16),
        _stream(Random(f"{seed} store"), seconds, store, store_gap, store_gap * 1.5),
    ]
    return sorted(itertools.chain(*streams), key=lambda fault: fault.at)


def _stream(
    random: Random, seconds: float, menu: Menu, least: float, most: float
) -> Iterator[Fault]:
    at = WARM_UP + random.uniform(0, most - least)
    for draw in _bags(random, menu):
        if at > seconds - CALM:
            return
        yield draw(random, round(at, 3))
        at += random.uniform(least, most)


def _bags(random: Random, menu: Menu) -> Iterator[Draw]:
    """Draws without end; a short run has seen nearly everything as well."""
    while True:
        bag = [DRAWS[name] for name, times in menu.items() for _ in range(times)]
        random.shuffle(bag)
        yield from bag


def _state(random: Random) -> State:
    return random.choice(list(State))


def _seconds(random: Random, least: float, most: float) -> float:
    return round(random.uniform(least, most), 3)


def _share(random: Random) -> float:
    return random.choice((0.1, 0.3, 1.0))
