"""Reads the final state of the service: counters in Redis, works in SQL."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from server.store import keys
from tests.faults.deployments import LANE, Deployment
from tests.faults.valkey import Valkey

ARCHIVE_SECONDS = 30.0
"""Longest wait for the archive; another worker takes over a killed worker's works after 10 s."""

_unpack = msgspec.msgpack.Decoder().decode


@dataclass(frozen=True)
class Work:
    """A stored work.

    Attributes:
        completed_at: on this machine's monotonic clock; None where a store's clock was set back.
    """

    id: str
    completed_at: float | None
    strokes: list[Any]
    serials: dict[str, int]


@dataclass(frozen=True)
class Pledge:
    """A stored pledge."""

    certificate: str
    pledge: str
    participant: str
    number: int


@dataclass(frozen=True)
class FinalState:
    """Attributes:
    relays, participants: Redis' counters, summed over the lanes.
    pledge_counts: Redis' counters, by pledge.
    pledges: those in SQL.
    waiting: works and pledges in the streams that were not archived in time.
    works: those in SQL by id.
    lanes: how many lanes finished any.
    """

    relays: int
    participants: int
    waiting: int
    works: dict[str, Work]
    pledge_counts: dict[str, int]
    pledges: list[Pledge]
    lanes: int = 1


async def read(deployment: Deployment, data: Path) -> FinalState:
    """Read the final state once the archive has caught up."""
    deadline = time.monotonic() + ARCHIVE_SECONDS
    relays = participants = waiting = lanes = 0
    for base in await _lanes(deployment):
        lane = await _lane(deployment, base, deadline)
        relays, participants, waiting = relays + lane[0], participants + lane[1], waiting + lane[2]
        lanes += lane[0] > 0
    master = await deployment.master_of(LANE)
    waiting += await _archived(master, keys.pledged(LANE), deadline)
    totals = await master.ask("HGETALL", keys.pledges(LANE))
    path = data / "works.sqlite"
    works = await asyncio.to_thread(_works, path, _clocks_are_right(deployment))
    pledges = await asyncio.to_thread(_pledges, path)
    return FinalState(relays, participants, waiting, works, _counts(totals), pledges, lanes)


def _counts(totals: Any) -> dict[str, int]:
    """The counters in the reply to HGETALL."""
    return {
        name.decode().partition(":")[2]: int(value)
        for name, value in totals.items()
        if name.startswith(b"count:")
    }


async def _lanes(deployment: Deployment) -> list[str]:
    known = await (await deployment.master_of(LANE)).ask("HGET", keys.lanes(LANE), "known")
    assert isinstance(known, bytes)
    return [keys.lane(keys.campaign_of(LANE), number) for number in range(int(known))]


async def _lane(deployment: Deployment, base: str, deadline: float) -> tuple[int, int, int]:
    """Relays, participants, and works that wait for the archive."""
    master = await deployment.master_of(base)
    waiting = await _archived(master, keys.works(base), deadline)
    values = await master.ask("HMGET", keys.counters(base), "relays", "participants")
    assert isinstance(values, list)
    relays, participants = (int(value or 0) for value in values)
    return relays, participants, waiting


async def _archived(master: Valkey, stream: str, deadline: float) -> int:
    """How many entries still wait in a stream, when none does or the time is over."""
    while True:
        waiting = await master.ask("XLEN", stream)
        assert isinstance(waiting, int)
        if not waiting or time.monotonic() > deadline:
            return waiting
        await asyncio.sleep(0.2)


def _clocks_are_right(deployment: Deployment) -> bool:
    return all(node.clock is None or node.clock.right for node in deployment.nodes)


def _pledges(path: Path) -> list[Pledge]:
    with sqlite3.connect(path) as database:
        rows = database.execute("SELECT certificate, pledge, participant, number FROM pledges")
        return [Pledge(*row) for row in rows]


def _works(path: Path, clocks_are_right: bool) -> dict[str, Work]:
    wall_to_monotonic = time.monotonic() - time.time()
    serials: dict[str, dict[str, int]] = {}
    with sqlite3.connect(path) as database:
        for work, participant, serial in database.execute(
            "SELECT work, participant, serial FROM hands"
        ):
            serials.setdefault(work, {})[participant] = serial
        rows = database.execute("SELECT id, completed_at, ink FROM works").fetchall()
    return {
        work: Work(
            work,
            at / 1_000 + wall_to_monotonic if clocks_are_right else None,
            _unpack(ink),
            serials.get(work, {}),
        )
        for work, at, ink in rows
    }
