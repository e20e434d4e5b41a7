"""Keeps `jielong judge` running: the check of finished works, in a process of its own.

It holds the interpreter for milliseconds at a time, and ink must not wait for that. Without it
works are written, counted and kept as ever, and are judged when it is back.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator

import structlog

from server.settings import Settings

log = structlog.get_logger()

FIRST_PAUSE, LAST_PAUSE = 1.0, 60.0
"""Seconds before it is started again; doubled each time."""

STEADY_SECONDS = 60.0
"""After so long it is started again without a longer pause."""

STOP_SECONDS = 5.0


@contextlib.asynccontextmanager
async def judging(settings: Settings) -> AsyncIterator[None]:
    """Keep the process running within this context, unless the check is off or elsewhere."""
    if settings.check != "on":
        yield
        return
    keeping = asyncio.create_task(_keep(settings.environment()), name="check of works")
    try:
        yield
    finally:
        keeping.cancel()
        await asyncio.wait([keeping])
    if not keeping.cancelled():
        keeping.result()


async def _keep(environment: dict[str, str]) -> None:
    """Start it, and again whenever it ends, until cancelled; then end it."""
    pause = FIRST_PAUSE
    loop = asyncio.get_running_loop()
    while True:
        started = loop.time()
        try:
            status = await _run_once(environment)
        except OSError as error:  # the machine has no process or memory for it at the moment
            log.error("the check of works cannot be started", error=str(error), again_in=pause)
        else:
            pause = FIRST_PAUSE if loop.time() - started > STEADY_SECONDS else pause
            log.error("the check of works ended", status=status, again_in=pause)
        await asyncio.sleep(pause)
        pause = min(pause * 2, LAST_PAUSE)


async def _run_once(environment: dict[str, str]) -> int:
    """Run the process once; its exit status."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "server",
        "judge",
        "--until-stdin-ends",
        stdin=asyncio.subprocess.PIPE,
        env=os.environ | environment,
        start_new_session=True,
    )
    try:
        return await process.wait()
    finally:
        if process.returncode is None:
            await _stop(process)


async def _stop(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await process.wait()
    except TimeoutError:
        log.warning("the check of works did not end in time and is killed")
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
