"""Processes beside the workers that cannot be started, or end: they are started again."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, MutableMapping
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from structlog.testing import capture_logs

from server.metrics.shared_file import OwnMetricsFile
from server.worker import judge_process, supervisor
from server.worker.supervisor import Slot
from tests.polling import eventually

NOT_THERE, FAILS = "/nowhere/python", shutil.which("false") or "/bin/false"

Lines = list[MutableMapping[str, Any]]


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (judge_process, supervisor):
        monkeypatch.setattr(module, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(sys, "executable", NOT_THERE)


@asynccontextmanager
async def kept(work: Callable[[], Coroutine[None, None, None]]) -> AsyncIterator[Lines]:
    """What the log says while something keeps a process running."""
    with capture_logs() as lines:
        task = asyncio.create_task(work())
        yield lines
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def said(lines: Lines, event: str, times: int) -> None:
    """Wait until the log has said something so often."""

    async def is_said() -> bool:
        return sum(line["event"] == event for line in lines) >= times

    await eventually(is_said)


async def test_a_worker_is_started_when_the_machine_can_start_processes_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slot = Slot({}, (0, 1), OwnMetricsFile(2))
    slot.first_ready.set()
    async with kept(slot.run) as lines:
        await said(lines, "a worker cannot be started; the others go on", 2)
        assert not await slot.replace()
        monkeypatch.setattr(sys, "executable", FAILS)
        await said(lines, "a worker ended", 1)


async def test_a_worker_that_never_could_be_started_ends_the_service() -> None:
    with pytest.raises(OSError, match=NOT_THERE):
        await Slot({}, (0, 1), OwnMetricsFile(2)).run()


async def test_the_check_of_works_is_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async with kept(lambda: judge_process._keep({})) as lines:
        await said(lines, "the check of works cannot be started", 2)
        monkeypatch.setattr(sys, "executable", FAILS)
        await said(lines, "the check of works ended", 2)
