"""Makes a list of timed faults from a seed; the same seed gives the same faults."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from random import Random

from tests.faults import fault_types
from tests.faults.fault_types import Fault, State

WARM_UP_SECONDS = 3.0
"""Seconds without a fault at the start, so that clients are in rooms when faults begin."""

QUIET_SECONDS = 4.0
"""Seconds without a fault at the end."""

Weights = Mapping[str, int]
"""How often each fault comes in one round, by its name in `FAULT_MAKERS`."""

FaultMaker = Callable[[Random, float], Fault]

FAULT_MAKERS: dict[str, FaultMaker] = {
    "worker killed": lambda r, at: fault_types.WorkerKilled(at=at, where=r.random()),
    "worker stopped": lambda r, at: fault_types.WorkerStopped(
        at=at, where=r.random(), seconds=_seconds(r, 0.5, 4)
    ),
    "worker stopped for long": lambda r, at: fault_types.WorkerStopped(
        at=at, where=r.random(), seconds=_seconds(r, 6, 12)
    ),
    "workers replaced": lambda r, at: fault_types.WorkersReplaced(at=at),
    "service killed": lambda r, at: fault_types.ServiceKilled(at=at),
    "client vanished": lambda r, at: fault_types.ClientVanished(
        at=at, where=r.random(), state=_state(r), away=_seconds(r, 0.05, 8)
    ),
    "client gone": lambda r, at: fault_types.ClientVanished(
        at=at, where=r.random(), state=_state(r), away=None
    ),
    "client doubled": lambda r, at: fault_types.ClientDoubled(
        at=at, where=r.random(), state=_state(r)
    ),
    "slow reader": lambda r, at: fault_types.SlowReader(
        at=at, where=r.random(), state=_state(r), seconds=_seconds(r, 1, 6)
    ),
    "network cut": lambda r, at: fault_types.NetworkCut(at=at, share=_share(r)),
    "network frozen": lambda r, at: fault_types.NetworkFrozen(
        at=at, share=_share(r), seconds=_seconds(r, 0.5, 6)
    ),
    "line dies silently": lambda r, at: fault_types.LinesSilenced(at=at, share=_share(r)),
    "network slowed": lambda r, at: fault_types.NetworkSlowed(
        at=at, share=_share(r), rate=r.randint(500, 5_000), seconds=_seconds(r, 1, 5)
    ),
    "store killed": lambda r, at: fault_types.StoreKilled(
        at=at, where=r.random(), seconds=_seconds(r, 0.1, 4)
    ),
    "store stopped": lambda r, at: fault_types.StoreStopped(
        at=at, where=r.random(), seconds=_seconds(r, 0.5, 5)
    ),
    "store link cut": lambda r, at: fault_types.StoreLinkCut(at=at, share=_share(r)),
    "store link frozen": lambda r, at: fault_types.StoreLinkFrozen(
        at=at, seconds=_seconds(r, 0.5, 5)
    ),
    "store link slowed": lambda r, at: fault_types.StoreLinkSlowed(
        at=at, rate=r.randint(50_000, 500_000), seconds=_seconds(r, 1, 4)
    ),
    "clock set back": lambda r, at: fault_types.ClockSetBack(
        at=at, where=r.random(), seconds=r.choice((2, 30, 120, 3_600))
    ),
    "master killed": lambda r, at: fault_types.StoreKilled(
        at=at, where=r.random(), seconds=_seconds(r, 5, 7)
    ),
    "master stopped": lambda r, at: fault_types.StoreStopped(
        at=at, where=r.random(), seconds=_seconds(r, 5, 8)
    ),
    "master stopped shortly": lambda r, at: fault_types.StoreStopped(
        at=at, where=r.random(), seconds=_seconds(r, 0.5, 1.5)
    ),
    "failover ordered": lambda r, at: fault_types.FailoverOrdered(at=at, where=r.random()),
    "replica killed": lambda r, at: fault_types.ReplicaKilled(
        at=at, where=r.random(), seconds=_seconds(r, 1, 4)
    ),
    "sentinel killed": lambda r, at: fault_types.SentinelKilled(
        at=at, where=r.random(), seconds=_seconds(r, 1, 6)
    ),
}

WORKERS: Weights = {
    "worker killed": 4,
    "worker stopped": 2,
    "worker stopped for long": 1,
    "workers replaced": 1,
    "service killed": 1,
}
CLIENTS: Weights = {"client vanished": 8, "client gone": 4, "client doubled": 2, "slow reader": 2}
NETWORK: Weights = {
    "network cut": 1,
    "network frozen": 1,
    "network slowed": 1,
    "line dies silently": 1,
}


def schedule(seed: int, seconds: float, store: Weights, store_gap: float) -> list[Fault]:
    """Every fault of a run, in the order of their times.

    Args:
        seed: decides everything.
        seconds: the run's length.
        store: weights of the faults of this deployment's store.
        store_gap: least seconds between two faults of the store, so that it can recover.
    """
    streams = [
        _stream(Random(f"{seed} workers"), seconds, WORKERS, 6, 12),
        _stream(Random(f"{seed} clients"), seconds, CLIENTS, 0.6, 1.6),
        _stream(Random(f"{seed} network"), seconds, NETWORK, 8, 16),
        _stream(Random(f"{seed} store"), seconds, store, store_gap, store_gap * 1.5),
    ]
    return sorted(itertools.chain(*streams), key=lambda fault: fault.at)


def _stream(
    random: Random, seconds: float, fault_weights: Weights, least: float, most: float
) -> Iterator[Fault]:
    at = WARM_UP_SECONDS + random.uniform(0, most - least)
    for make in _shuffled(random, fault_weights):
        if at > seconds - QUIET_SECONDS:
            return
        yield make(random, round(at, 3))
        at += random.uniform(least, most)


def _shuffled(random: Random, fault_weights: Weights) -> Iterator[FaultMaker]:
    """Endless rounds, each shuffled, so that a short run also has nearly all faults."""
    while True:
        bag = [FAULT_MAKERS[name] for name, times in fault_weights.items() for _ in range(times)]
        random.shuffle(bag)
        yield from bag


def _state(random: Random) -> State:
    return random.choice(list(State))


def _seconds(random: Random, least: float, most: float) -> float:
    return round(random.uniform(least, most), 3)


def _share(random: Random) -> float:
    return random.choice((0.1, 0.3, 1.0))
