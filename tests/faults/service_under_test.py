"""The service under test: the processes of `jielong serve --workers N`."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress
from pathlib import Path

from tests.faults.results import Results
from tests.service import Service, free_port, start_service

RESTART_SECONDS = 90.0
"""On a busy machine, and with Redis away meanwhile."""


class ServiceUnderTest:
    """One supervisor and its workers."""

    def __init__(self, data: Path, **settings: object) -> None:
        """With these settings; not started yet."""
        self.port = free_port()
        self.data = data
        self._settings = settings
        self._service: Service | None = None
        self._stopped: set[int] = set()
        self._restarting = asyncio.Lock()

    async def start(self) -> None:
        """Start it and wait until it is ready."""
        self._service = await asyncio.to_thread(
            start_service, self.data, port=self.port, **self._settings
        )
        assert self.workers, "no process of the supervisor is a worker, so none could be killed"

    @property
    def is_running(self) -> bool:
        """Whether the supervisor runs."""
        return self._service is not None and self._service.process.poll() is None

    @property
    def log_tail(self) -> str:
        """The end of the service's log."""
        return self._log[-500:]

    @property
    def first_traceback(self) -> str:
        """The first traceback in the service's log; "" when nothing in it failed."""
        before, found, after = self._log.partition("Traceback (most recent call last)")
        return (before[-200:] + found + after[:1_000]) if found else ""

    @property
    def _log(self) -> str:
        return (self.data / "service.log").read_text(errors="replace")

    @property
    def workers(self) -> list[int]:
        """The process ids of the workers; stopped workers come last."""
        assert self._service is not None
        found = [pid for pid in _children(self._service.process.pid) if _is_worker(pid)]
        return sorted(found, key=lambda pid: (pid in self._stopped, pid))

    async def kill_worker(self, where: float) -> int | None:
        """Kill one worker (SIGKILL); return its process id."""
        async with self._restarting:
            return self._signal(self.workers, where, signal.SIGKILL)

    async def stop_worker(self, where: float, seconds: float) -> int | None:
        """Stop one worker (SIGSTOP) for some seconds, unless no other one runs."""
        async with self._restarting:
            running = [pid for pid in self.workers if pid not in self._stopped]
            pid = self._signal(running, where, signal.SIGSTOP) if len(running) > 1 else None
        if pid is not None:
            self._stopped.add(pid)
            await asyncio.sleep(seconds)
            self._resume(pid)
        return pid

    async def replace_workers(self) -> None:
        """Replace all workers, one at a time (SIGHUP)."""
        async with self._restarting:
            assert self._service is not None
            self._service.process.send_signal(signal.SIGHUP)

    async def restart(self) -> None:
        """Stop it in good order, and start it again."""
        async with self._restarting:
            await self.shut_down()
            await self.start()

    async def kill(self) -> None:
        """Kill the supervisor (SIGKILL) and start it again."""
        async with self._restarting:
            assert self._service is not None
            self._service.process.kill()
            await asyncio.to_thread(self._service.process.wait)
            await self._restart()

    async def end(self, results: Results) -> None:
        """Shut it down; it must have run until now and logged no failure of its own."""
        if not self.is_running:
            results.violations.append(f"the service ended by itself: {self.log_tail}")
        status = await self.shut_down()
        results.expect("the service ends in good order", status == 0, f"status {status}")
        fault = self.first_traceback
        results.expect("nothing in the service fails by itself", not fault, fault)

    async def shut_down(self) -> int:
        """Stop the service with SIGTERM, if it runs; return its exit status."""
        if self._service is None:
            return 0
        for pid in list(self._stopped):
            self._resume(pid)
        service, self._service = self._service, None
        return await asyncio.to_thread(service.stop)

    async def _restart(self) -> None:
        """Try until the port is free: workers of the killed supervisor may still drain."""
        loop = asyncio.get_running_loop()
        until = loop.time() + RESTART_SECONDS
        while True:
            try:
                await self.start()
                return
            except RuntimeError:
                if loop.time() > until:
                    raise
                await asyncio.sleep(0.5)

    def _resume(self, pid: int) -> None:
        self._stopped.discard(pid)
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)

    @staticmethod
    def _signal(workers: list[int], where: float, number: signal.Signals) -> int | None:
        if not workers:
            return None
        pid = workers[int(where * len(workers))]
        with suppress(ProcessLookupError):
            os.kill(pid, number)
        return pid


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path("/proc").glob(f"{pid}/task/*/children"):
        with suppress(OSError):
            found += [int(child) for child in task.read_text().split()]
    return found


def _is_worker(pid: int) -> bool:
    with suppress(OSError):
        return b"\0server\0worker\0" in Path(f"/proc/{pid}/cmdline").read_bytes()
    return False
