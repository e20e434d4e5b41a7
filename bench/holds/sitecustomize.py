"""Finds what holds the event loop. Python imports this module at its start when it is on the path.

A timer is due every millisecond. The CPU time of the loop's thread between two of its calls is how
long other callbacks held the loop, plus at most a millisecond of shorter ones. It is CPU time,
because the time in which the system runs other processes is not the loop's. SIGUSR1 writes what was
found since the last time.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import Coroutine
from pathlib import Path
from time import thread_time
from typing import Any

import uvloop

TICK_SECONDS = 0.001
FILE = "BENCH_HOLDS"

_run = uvloop.run
_held: list[float] = []


def _write() -> None:
    """Write all times in seconds, and forget them."""
    path = Path(f"{os.environ[FILE]}.{os.getpid()}")
    path.with_suffix(".part").write_text(json.dumps(_held))
    path.with_suffix(".part").rename(path)
    _held.clear()


async def _probed(main: Coroutine[Any, Any, Any]) -> Any:
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGUSR1, _write)
    last = thread_time()

    def tick() -> None:
        nonlocal last
        now = thread_time()
        _held.append(now - last)
        last = now
        loop.call_later(TICK_SECONDS, tick)

    tick()
    return await main


def _run_probed(main: Coroutine[Any, Any, Any], **options: Any) -> Any:
    return _run(_probed(main), **options)


if FILE in os.environ:
    uvloop.run = _run_probed
