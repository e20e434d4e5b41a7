"""Honest clients before and during an attack: turns, counters, memory.

The hostile clients run in a process of their own with a lower priority: an attacker has machines of
its own, and here it would take the cores of the service.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import random
import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing, suppress
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import Any

import uvloop
from jielong import Pen

from bench.attack import hostile
from bench.attack.member import FAILURES, Member, RefusedError
from bench.attack.solvers import Cores
from bench.campaign import campaign, short_phrase
from bench.processes import Program, descendants

SEED = 20_200_131
WARM_SECONDS = 15.0
ARCHIVE_SECONDS = 30.0
A_FAMILY = 4
"""Honest clients of one address."""

NICENESS = 19
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


async def measure(
    program: Program, data: Path, clients: int, share: float, seconds: float
) -> dict[str, Any]:
    """`clients` of whom a `share` is hostile, for `seconds` in quiet and `seconds` under attack.

    `data` is the folder of the service.
    """
    besiegers = round(clients * share)
    phrase = short_phrase(program.http)
    members = [_honest(program, number) for number in range(clients - besiegers)]
    tasks = [asyncio.create_task(_keep_on(member, phrase)) for member in members]
    loop = asyncio.get_running_loop()
    await asyncio.sleep(WARM_SECONDS)
    quiet_from = perf_counter()
    before = program.usage().total
    quiet_bytes = await _most_memory(program, seconds)
    quiet_cores = (program.usage().total - before) / seconds
    ours, theirs = multiprocessing.Pipe()
    attack = multiprocessing.get_context("spawn").Process(
        target=besiege, args=(theirs, program.port, phrase, besiegers)
    )
    attack.start()
    await loop.run_in_executor(None, ours.recv)
    await asyncio.sleep(WARM_SECONDS)
    attack_from = perf_counter()
    before = program.usage().total
    attack_bytes = await _most_memory(program, seconds)
    attack_cores = (program.usage().total - before) / seconds
    end = perf_counter()
    ours.send("stop")
    seen = set(await loop.run_in_executor(None, ours.recv))
    attack.join(10)
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks, timeout=10)
    turns = [turn for member in members for turn in member.turns]
    quiet = _latencies(turns, quiet_from, quiet_from + seconds)
    attacked = _latencies(turns, attack_from, end)
    told = [(work, serial) for member in members for serial, work in member.works.items()]
    exact = await loop.run_in_executor(None, _compare, program, data, told, seen)
    return {
        "honest": len(members),
        "hostile": besiegers,
        "quiet": quiet,
        "attacked": attacked,
        "p99_ratio": round(attacked["p99_ms"] / quiet["p99_ms"], 2),
        "p50_ratio": round(attacked["p50_ms"] / quiet["p50_ms"], 2),
        "quiet_cores": round(quiet_cores, 2),
        "attacked_cores": round(attack_cores, 2),
        "load_average": os.getloadavg(),
        "quiet_mb": round(quiet_bytes / 1e6, 1),
        "attacked_mb": round(attack_bytes / 1e6, 1),
        **exact,
    }


def _compare(
    program: Program, data: Path, told: list[tuple[str, int]], seen: set[str]
) -> dict[str, Any]:
    """The counters beside what SQL holds and what clients were told."""
    until = perf_counter() + ARCHIVE_SECONDS
    while True:
        counted = campaign(program.http)["counters"]
        with closing(sqlite3.connect(f"file:{data / 'works.sqlite'}?mode=ro", uri=True)) as works:
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


def besiege(control: Connection, port: int, phrase: str, clients: int) -> None:
    """The process of the hostile clients: says when all have begun, ends when it is told."""
    os.nice(NICENESS)
    uvloop.run(_besiege(control, port, phrase, clients))


async def _besiege(control: Connection, port: int, phrase: str, clients: int) -> None:
    names = list(hostile.ATTACKS)
    tasks = []
    for number in range(clients):
        name = names[number % len(names)]
        address = f"198.51.100.{1 + number % len(names)}"
        target = hostile.Target(port, address, phrase, random.Random(SEED + number))
        tasks.append(asyncio.create_task(hostile.keep_on(hostile.ATTACKS[name], target)))
        await asyncio.sleep(0.01)
    control.send("begun")
    await asyncio.get_running_loop().run_in_executor(None, control.recv)
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks, timeout=5)
    control.send(list(hostile.WORKS))


def _honest(program: Program, number: int) -> Member:
    family = number // A_FAMILY
    address = f"10.{family >> 16 & 255}.{family >> 8 & 255}.{family & 255}"
    return Member(program.ws, address, Cores().solve, keeps_token=True)


async def _keep_on(member: Member, phrase: str) -> None:
    own = random.Random(SEED + id(member) % 100_003)
    pen = Pen(own)
    await asyncio.sleep(own.uniform(0, WARM_SECONDS))
    while True:
        with suppress(RefusedError, *FAILURES):
            await member.take_part(phrase, pen, at_once=False)
        await asyncio.sleep(own.uniform(1, 5))


def _latencies(turns: Sequence[tuple[float, float]], start: float, end: float) -> dict[str, Any]:
    ms = sorted(took * 1_000 for at, took in turns if start <= at < end)
    return {
        "turns": len(ms),
        "p50_ms": round(median(ms), 2),
        "p99_ms": round(quantiles(ms, n=100)[98], 2),
        "max_ms": round(ms[-1], 2),
    }


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
