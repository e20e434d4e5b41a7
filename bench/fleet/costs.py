"""What one participant costs, read from results of measurements on one machine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np


class MissingError(Exception):
    """A measurement is not among the results; the message names the command that makes it."""


class Costs(msgspec.Struct, frozen=True):
    """Seconds of CPU and bytes of memory.

    Attributes:
        open: a worker's, from the connection to `welcome`.
        join: a worker's, for a ticket and its answer.
        commit: a worker's, for a commit and telling its writer.
        deliver: a worker's, for telling the partner.
        close: a worker's.
        batch: Valkey's, for a `join` call without its tickets.
        ticket: Valkey's, for each ticket in it.
        turn: Valkey's, for a commit; the last one of a room counts the work.
        told: Valkey's, for the call that a hand was told of its work.
        store_rest: Valkey's, for a joiner, beyond those calls: streams, the archive's acks, clocks.
        client: a load process's, for a joiner.
        ink: a worker pair's, for a frame between two workers.
        ink_store: Valkey's for that frame.
        beat: Valkey's, for a worker's heartbeat in a lane; per worker alive there.
        beat_base: the same, constant part.
        expire: Valkey's, for a look at the clock, five a second of each worker in each lane.
        connection: bytes of a worker for an open connection.
        seated: bytes of Valkey for a participant with a seat.
        received: bytes that a participant receives, live ink left out.
        frame: bytes of a frame of live ink.
        work_bytes: bytes of a finished work in SQL with its hands and indexes.
        visit: a worker's, for a first visit to the page with all that the page fetches later.
        back: a worker's, for a later visit.
        visit_bytes, back_bytes: that such a visitor receives.
    """

    open: float
    join: float
    commit: float
    deliver: float
    close: float
    batch: float
    ticket: float
    turn: float
    told: float
    store_rest: float
    client: float
    ink: float
    ink_store: float
    beat: float
    beat_base: float
    expire: float
    connection: float
    seated: float
    received: float
    frame: float
    work_bytes: float
    visit: float
    back: float
    visit_bytes: float
    back_bytes: float

    @property
    def worker(self) -> float:
        """A worker's, for a whole joiner who writes one of two characters."""
        return self.open + self.join + self.commit + self.deliver + self.close

    @property
    def store(self) -> float:
        """Valkey's, for a whole joiner, in large batches."""
        return self.ticket + self.turn + self.told + self.store_rest


STAGES = {"join": 0.22, "commit": 0.40, "deliver": 0.28, "close": 0.10}
"""How what a joiner costs a worker after `welcome` is divided; from a profile by sampling. The
sum matters, not the division: capacity depends on the sum alone."""

CALL_SECONDS = 0.001
"""How long a `join` call is under way on one machine: as many tickets as come meanwhile go together
in the next one. Tells what share of Valkey's CPU in a run was for calls, not for tickets."""

WORK_BYTES = 1_500.0
"""A two-character work: 2 x 550 bytes of ink, its phrase, two hands, and the indexes' share."""


def latest(folder: Path, name: str) -> tuple[Path, Any]:
    """The newest results of a benchmark.

    Raises:
        MissingError: there are none.
    """
    found = sorted(folder.glob(f"{name}-20*.json"))
    if not found:
        raise MissingError(f"no results of it in {folder}: run python -m bench.{name}")
    return found[-1], msgspec.json.decode(found[-1].read_bytes())


def read(joiners: Any, match: Any, idle: Any, ink: Any, visits: Any) -> Costs:
    """From the results of `bench.joiners`, `bench.match`, `bench.idle`, `bench.ink` and
    `bench.visits`.
    """
    us = joiners["us_per_joiner"]
    one_lane = [case for case in match["cases"] if case["lanes"] == 1]
    batch, ticket = _batch_and_ticket(one_lane)
    large = max(one_lane, key=lambda case: case["batch"])
    opened = min(idle["stages"]["greeted"]["us_per_connection"], us["worker"] * 0.6)
    rest = us["worker"] - opened
    given = joiners["arguments"]
    together = max(1.0, given["rate"] / given["workers"] * CALL_SECONDS)
    store = batch / together + ticket + large["us_commit"] + large["us_told"]
    slope, base = _beat_by_workers(match["beats"])
    across = ink["targets"]["service, across two workers"]
    first, back = (
        visits["kinds"][kind]["targets"]["service"]
        for kind in ("first visit, whole", "return, whole")
    )
    micro = 1e-6
    return Costs(
        open=opened * micro,
        **{stage: rest * share * micro for stage, share in STAGES.items()},
        batch=max(batch, 1.0) * micro,
        ticket=ticket * micro,
        turn=large["us_commit"] * micro,
        told=large["us_told"] * micro,
        store_rest=max(us["valkey"] - store, 0.0) * micro,
        client=us["load"] * micro,
        ink=across["us_per_frame_server"] * micro,
        ink_store=across["us_per_frame_valkey"] * micro,
        beat=max(slope, 0.0) * micro,
        beat_base=max(base, 0.0) * micro,
        expire=float(np.median([beat["us_expire"] for beat in match["beats"]])) * micro,
        connection=idle["stages"]["greeted"]["private"],
        seated=large["bytes_seated"],
        received=joiners["bytes_per_joiner"],
        frame=across["frame_bytes"],
        work_bytes=WORK_BYTES,
        visit=first["us_per_visit"] * micro,
        back=back["us_per_visit"] * micro,
        visit_bytes=first["bytes"],
        back_bytes=back["bytes"],
    )


def _batch_and_ticket(cases: Sequence[Any]) -> tuple[float, float]:
    """What a `join` costs Valkey in microseconds: a call, and each ticket in it."""
    sizes = np.array([case["batch"] for case in cases], dtype=float)
    calls = np.array([case["us_join"] * case["batch"] for case in cases])
    # Least squares of relative errors: small batches count as much as large ones.
    matrix = np.stack([1 / calls, sizes / calls], axis=1)
    batch, ticket = np.linalg.lstsq(matrix, np.ones_like(calls), rcond=None)[0]
    return float(batch), float(ticket)


def _beat_by_workers(beats: Sequence[Any]) -> tuple[float, float]:
    """What a heartbeat costs Valkey in microseconds: for each worker of the lane, and at least."""
    workers = np.array([beat["workers"] for beat in beats], dtype=float)
    slope, base = np.polyfit(workers, np.array([beat["us_beat"] for beat in beats]), 1)
    return float(slope), float(base)
