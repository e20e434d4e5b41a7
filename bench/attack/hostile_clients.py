"""The hostile clients, in a process of their own that takes only the time that nobody else wants.

Attackers have machines of their own. On this one they would take the cores of the service.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import random
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

import uvloop

from bench.attack import hostile

SEED = 20_200_131
LEAST_WEIGHT = "19"
"""The niceness of a session."""

BEGIN_SECONDS = 0.01
"""Between two clients that begin."""

END_SECONDS = 10.0


class HostileClients:
    """Hostile clients from begin to end."""

    def __init__(self, port: int, phrase: str, clients: int, attacks: Sequence[str]) -> None:
        """So many `clients`, who attack in these ways in turn."""
        self._control, theirs = multiprocessing.Pipe()
        self._process = multiprocessing.get_context("spawn").Process(
            target=_run, args=(theirs, port, phrase, clients, attacks)
        )

    async def begin(self) -> None:
        """Start them; returns when all attack."""
        self._process.start()
        await self._hear()

    async def end(self) -> set[str]:
        """Stop them; the works that they have seen finished."""
        self._control.send("end")
        works = set(await self._hear())
        self._process.join(END_SECONDS)
        return works

    async def _hear(self) -> list[str]:
        heard: list[str] = await asyncio.to_thread(self._control.recv)
        return heard


def _run(control: Connection, port: int, phrase: str, clients: int, attacks: Sequence[str]) -> None:
    _stand_back()
    uvloop.run(_besiege(control, port, phrase, clients, attacks))


def _stand_back() -> None:
    """Let everybody else run first.

    Linux divides the cores among sessions before it looks at the processes in them
    (`CONFIG_SCHED_AUTOGROUP`). In the session of the service, this process would use up the
    service's share.
    """
    os.setsid()
    with suppress(OSError):  # there may be no such division
        Path("/proc/self/autogroup").write_text(LEAST_WEIGHT, encoding="ascii")
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


async def _besiege(
    control: Connection, port: int, phrase: str, clients: int, attacks: Sequence[str]
) -> None:
    tasks = []
    for number in range(clients):
        kind = number % len(attacks)
        address = f"198.51.100.{1 + kind}"
        target = hostile.Target(port, address, phrase, random.Random(SEED + number))
        attack = hostile.ATTACKS[attacks[kind]]
        tasks.append(asyncio.create_task(hostile.keep_on(attack, target)))
        await asyncio.sleep(BEGIN_SECONDS)
    control.send([])
    await asyncio.to_thread(control.recv)
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks, timeout=5)
    control.send(list(hostile.WORKS))
