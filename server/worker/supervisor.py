"""Several workers on one port: started, watched, replaced one at a time, and ended together.

A worker is `jielong worker`, a process of its own that binds the same port. It says "ready" on its
standard output, and ends when its standard input does, so no worker outlives the supervisor.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable

import structlog

from server.metrics.shared_file import OwnMetricsFile

log = structlog.get_logger()

READY = b"ready\n"
READY_SECONDS = 30.0
STOP_SECONDS = 12.0
"""A worker needs less than 10 s to end; after this it is killed."""

FIRST_PAUSE, LAST_PAUSE = 0.1, 10.0
"""Seconds before a worker that died is started again; doubled each time."""

STEADY_SECONDS = 30.0
"""A worker that lived so long is started again without a pause."""


class WorkersFailedError(Exception):
    """A worker could not start; its own message says why. `status` is its exit status."""

    def __init__(self, status: int) -> None:
        """The worker ended with `status`."""
        super().__init__(f"a worker ended with status {status} before it was ready")
        self.status = status


class WorkerProcess:
    """One worker's process.

    Attributes:
        place: its number among the workers.
    """

    def __init__(
        self, process: asyncio.subprocess.Process, place: int, metrics: OwnMetricsFile
    ) -> None:
        """Watch a process that has just started; its metrics are at `place` until it ends."""
        self._process = process
        self._metrics = metrics
        self.place = place

    @classmethod
    async def start(
        cls, environment: dict[str, str], place: int, metrics: OwnMetricsFile
    ) -> WorkerProcess:
        """Start the worker of `place` with these settings, in a session of its own."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "server",
            "worker",
            f"--place={place}",
            f"--metrics-file={metrics.descriptor}",
            f"--places={metrics.places}",
            pass_fds=(metrics.descriptor,),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=os.environ | environment,
            start_new_session=True,
        )
        return cls(process, place, metrics)

    async def ready(self) -> bool:
        """Wait until the worker accepts connections; False if it ends or is too slow."""
        assert self._process.stdout is not None
        try:
            async with asyncio.timeout(READY_SECONDS):
                return await self._process.stdout.readline() == READY
        except TimeoutError:
            return False

    async def ended(self) -> int:
        """Wait until the worker ends; its exit status."""
        status = await self._process.wait()
        self._metrics.empty(self.place)
        return status

    async def stop(self) -> None:
        """End the worker with SIGTERM, and if it does not end in time, with SIGKILL."""
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await self.ended()
        except TimeoutError:
            log.warning("a worker did not end in time and is killed", worker=self.place)
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self.ended()

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid


class Slot:
    """Keeps one worker process running.

    It has two places, for a worker that is replaced and the new one.
    """

    def __init__(
        self, environment: dict[str, str], places: tuple[int, int], metrics: OwnMetricsFile
    ) -> None:
        """Start workers with these settings."""
        self._environment = environment
        self._places = places
        self._metrics = metrics
        self._worker: WorkerProcess | None = None
        self._replacing = asyncio.Lock()
        self.first_ready = asyncio.Event()

    async def run(self) -> None:
        """Keep a worker running until cancelled."""
        pause = FIRST_PAUSE
        loop = asyncio.get_running_loop()
        while True:
            started = loop.time()
            async with self._replacing:
                if self._worker is None:
                    self._worker = await self._start(self._places[0])
            worker = self._worker
            if worker is None:
                await asyncio.sleep(pause)
                pause = min(pause * 2, LAST_PAUSE)
                continue
            if await worker.ready():
                self.first_ready.set()
            status = await worker.ended()
            if not self.first_ready.is_set():
                raise WorkersFailedError(status)
            async with self._replacing:
                if self._worker is not worker:
                    continue
                self._worker = None
            pause = FIRST_PAUSE if loop.time() - started > STEADY_SECONDS else pause
            tell = log.error if status else log.warning  # one that was drained ends in order
            tell(
                "a worker ended",
                worker=worker.place,
                worker_pid=worker.pid,
                status=status,
                again_in=pause,
            )
            await asyncio.sleep(pause)
            pause = min(pause * 2, LAST_PAUSE)

    async def replace(self) -> bool:
        """Replace the worker by a new one and drain the old one; False if the old one stays.

        The old one stays when the new one does not start; its own message says why.
        """
        async with self._replacing:
            old = self._worker
            first, second = self._places
            place = second if old is not None and old.place == first else first
            new = await self._start(place)
            if new is None:
                return False
            if not await new.ready():
                log.error("the new worker is not ready; the old one stays", worker=place)
                await new.stop()
                return False
            self._worker = new
        if old is not None:
            await old.stop()
        return True

    async def _start(self, place: int) -> WorkerProcess | None:
        """Start a worker; None if the machine has no process or memory for it at the moment.

        Raises:
            OSError: the same, before a worker of this slot was ever ready.
        """
        try:
            return await WorkerProcess.start(self._environment, place, self._metrics)
        except OSError as error:
            if not self.first_ready.is_set():
                raise
            log.error(
                "a worker cannot be started; the others go on", worker=place, error=str(error)
            )
            return None

    async def stop(self) -> None:
        """End the worker."""
        if self._worker is not None:
            await self._worker.stop()


class Supervisor:
    """All workers of one `jielong serve`."""

    def __init__(self, workers: int, environment: dict[str, str]) -> None:
        """`environment` is the settings of every worker."""
        metrics = OwnMetricsFile(2 * workers)
        self._slots = [
            Slot(environment, (number, workers + number), metrics) for number in range(workers)
        ]
        self._stopping = asyncio.Event()
        self._roll = asyncio.Event()

    async def run(self, on_ready: Callable[[], None]) -> None:
        """Run until `stop` is called; SIGHUP replaces the workers one at a time.

        Raises:
            WorkersFailedError: they cannot start.
        """
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, self._roll.set)
        failed: list[BaseException] = []
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(slot.run()) for slot in self._slots]
                tasks.append(group.create_task(self._replace_on_demand()))
                tasks.append(group.create_task(self._announce(on_ready)))
                await self._stopping.wait()
                for task in tasks:
                    task.cancel()
        except* WorkersFailedError as failures:
            # Raised here, Python before 3.11.4 would put it into a group again.
            failed += failures.exceptions
        finally:
            await asyncio.gather(*(slot.stop() for slot in self._slots))
        if failed:
            raise failed[0]

    def stop(self) -> None:
        """End all workers, and then `run`."""
        self._stopping.set()

    async def _announce(self, on_ready: Callable[[], None]) -> None:
        for slot in self._slots:
            await slot.first_ready.wait()
        on_ready()

    async def _replace_on_demand(self) -> None:
        while True:
            await self._roll.wait()
            self._roll.clear()
            replaced = [await slot.replace() for slot in self._slots]
            if all(replaced):
                log.warning("all workers are replaced")
            else:
                log.error(
                    "workers were not replaced",
                    stayed=replaced.count(False),
                    replaced=replaced.count(True),
                )
