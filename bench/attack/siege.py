"""Honest clients before and during an attack: turns, counters, memory.

What is measured must not wait for the measuring. Neither the hostile clients nor the devices that
solve proofs take the cores of the service (`hostile_clients`, `solvers.Elsewhere`). The process of
the honest clients collects its garbage as a worker does, since a full collection takes 100 ms.
`control` tells how much the machine and the clients delay.
"""

from __future__ import annotations

import asyncio
import os
import random
import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import Any, NamedTuple

from jielong import Pen

from bench.attack.control import Control
from bench.attack.hostile_clients import SEED, HostileClients
from bench.attack.member import FAILURES, Member, RefusedError
from bench.attack.solvers import Elsewhere
from bench.campaign import campaign, short_phrase
from bench.processes import Program, descendants
from server.worker import garbage_collection

FULL_WINDOW_SECONDS = 60.0
"""After this time the guard's counts of a minute are as high as they get."""

SETTLE_SECONDS = 15.0
ARCHIVE_SECONDS = 30.0
A_FAMILY = 4
"""Honest clients of one address."""

PAUSE_SECONDS = 3.0
"""Mean time between two relays of an honest client; longer when there are many."""

RELAYING = 70
"""Honest clients who begin a relay in a second, at most: many more fill the core of the measuring
process, and it would measure itself."""

PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


class _Slice(NamedTuple):
    """A part of the run, by `perf_counter`, with what the service used in it."""

    start: float
    end: float
    cores: float
    most_bytes: int

    def summary(self, members: Sequence[Member], control: Control) -> dict[str, Any]:
        turns = [turn for member in members for turn in member.turns]
        return {
            **self._latencies(turns),
            "control": self._latencies(control.ways),
            "cores": round(self.cores, 2),
            "mb": round(self.most_bytes / 1e6, 1),
        }

    def _latencies(self, timed: Sequence[tuple[float, float]]) -> dict[str, Any]:
        ms = sorted(took * 1_000 for at, took in timed if self.start <= at < self.end)
        return {
            "count": len(ms),
            "p50_ms": round(median(ms), 2),
            "p99_ms": round(quantiles(ms, n=100)[98], 2),
            "max_ms": round(ms[-1], 2),
        }


async def measure(
    program: Program, bare: Program, honest: int, seconds: float, attack: HostileClients
) -> dict[str, Any]:
    """`honest` clients for `seconds` in quiet and `seconds` under attack.

    `bare` is the control's server; the service, `program`, has its data where its log is.
    """
    phrase = short_phrase(program.http)
    solve = Elsewhere().solve
    members = [Member(program.ws, _address(i), solve, keeps_token=True) for i in range(honest)]
    control = Control(bare)
    garbage_collection.freeze()
    controlling = asyncio.create_task(control.run())
    pause = max(PAUSE_SECONDS, honest / RELAYING)
    running = (garbage_collection.run(), *(_keep_on(member, phrase, pause) for member in members))
    tasks = [controlling, *map(asyncio.create_task, running)]
    await asyncio.sleep(FULL_WINDOW_SECONDS)
    quiet = await _watch(program, seconds)
    await attack.begin()
    await asyncio.sleep(SETTLE_SECONDS)
    attacked = await _watch(program, seconds)
    seen = await attack.end()
    if controlling.done():
        controlling.result()
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks, timeout=10)
    told = [(work, serial) for member in members for serial, work in member.works.items()]
    exact = await asyncio.to_thread(_compare, program, told, seen)
    phases = {"quiet": quiet, "attacked": attacked}
    found = {name: phase.summary(members, control) for name, phase in phases.items()}
    return found | _ratios(**found) | {"load_average": os.getloadavg()} | exact


def _ratios(quiet: dict[str, Any], attacked: dict[str, Any]) -> dict[str, Any]:
    """Under attack, in multiples of quiet."""
    return {
        f"{kind}{rank}_ratio": round(pick(attacked)[f"{rank}_ms"] / pick(quiet)[f"{rank}_ms"], 2)
        for kind, pick in (("", lambda it: it), ("control_", lambda it: it["control"]))
        for rank in ("p50", "p99")
    }


async def _watch(program: Program, seconds: float) -> _Slice:
    start, before = perf_counter(), program.usage().total
    most_bytes = await _most_memory(program, seconds)
    end = perf_counter()
    cores = (program.usage().total - before) / (end - start)
    return _Slice(start, end, cores, most_bytes)


def _compare(program: Program, told: list[tuple[str, int]], seen: set[str]) -> dict[str, Any]:
    """The counters beside what SQL holds and what clients were told."""
    until = perf_counter() + ARCHIVE_SECONDS
    path = program.log.parent / "works.sqlite"
    while True:
        counted = campaign(program.http)["counters"]
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as works:
            hands = works.execute("SELECT work, serial FROM hands").fetchall()
            stored = {work for (work,) in works.execute("SELECT id FROM works")}
        if len(stored) >= counted["relays"] or perf_counter() > until:
            break
        time.sleep(0.5)
    serials = sorted(serial for _, serial in hands)
    return {
        "works_counted": counted["relays"],
        "works_stored": len(stored),
        "hands_counted": counted["participants"],
        "hands_stored": len(hands),
        "serials_without_gap": serials == list(range(1, len(hands) + 1)),
        "hands_told": len(told),
        "told_but_not_stored": len(set(told) - set(hands)) + len(seen - stored),
        "told_twice": len(told) - len(set(told)),
    }


def _address(number: int) -> str:
    family = number // A_FAMILY
    return f"10.{family >> 16 & 255}.{family >> 8 & 255}.{family & 255}"


async def _keep_on(member: Member, phrase: str, pause: float) -> None:
    """Take part again and again, `pause` seconds apart in the mean."""
    own = random.Random(SEED + id(member) % 100_003)
    pen = Pen(own)
    await asyncio.sleep(own.uniform(0, max(SETTLE_SECONDS, pause)))
    while True:
        with suppress(RefusedError, *FAILURES):
            await member.take_part(phrase, pen, at_once=False)
        await asyncio.sleep(own.uniform(pause / 3, 5 * pause / 3))


async def _most_memory(program: Program, seconds: float) -> int:
    """The largest resident memory of the service's processes together, in that time."""
    loop, most = asyncio.get_running_loop(), 0
    until = loop.time() + seconds
    while loop.time() < until:
        pids = [program.process.pid, *descendants(program.process.pid)]
        most = max(most, sum(map(_resident, pids)))
        await asyncio.sleep(1)
    return most


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_BYTES
    except OSError:
        return 0
