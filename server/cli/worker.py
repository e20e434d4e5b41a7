"""A worker run by its process: `jielong worker` is one of several, which `jielong serve` starts."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import Callable
from functools import partial
from typing import Annotated, Protocol

import typer
import uvloop

from server.cli.command import StartError, one_line_errors, settings_from
from server.cli.logs import set_up_logging
from server.cli.running import operations_port, stop_on_signals, until
from server.metrics.shared_file import MetricsFile, Place
from server.settings import Settings
from server.transport.listener import bind, listen
from server.worker.prepare import prepare_worker
from server.worker.supervisor import READY
from server.worker.web_process import WebProcessError
from server.worker.worker import PartFailedError


def worker(
    place: Annotated[int, typer.Option(help="Its number.")] = 0,
    metrics_file: Annotated[
        int | None, typer.Option(help="Descriptor of the metrics of all workers.")
    ] = None,
    places: Annotated[int, typer.Option(help="How many numbers there are.")] = 0,
) -> None:
    """Run one of several workers on a shared port; `serve --workers` starts them."""
    with one_line_errors():
        settings = settings_from({})
        set_up_logging(settings, place)
        # A supervisor of a version before gives no file: it replaces its workers by new ones.
        file = None if metrics_file is None else MetricsFile(metrics_file, places)
        run = prepared(settings, Place(place, file))
        take = partial(bind, shared=True)
        bound = take(settings.host, settings.port)
        operations = operations_port(settings, take)
        uvloop.run(_work(run, settings.redis_url, bound, operations))


class RunWorker(Protocol):
    """Makes the worker over the Redis at this address, and runs it until it ends or is told to."""

    async def __call__(
        self,
        redis_url: str,
        stopping: asyncio.Event,
        bound: socket.socket,
        operations: socket.socket | None,
        when_ready: Callable[[], None],
    ) -> None:
        """Run it.

        Raises:
            StartError: it cannot start, or could not go on.
        """


def prepared(settings: Settings, place: Place) -> RunWorker:
    """A worker as `prepare_worker` prepares it, before an event loop runs."""
    make_worker = prepare_worker(settings, place)

    async def run(
        redis_url: str,
        stopping: asyncio.Event,
        bound: socket.socket,
        operations: socket.socket | None,
        when_ready: Callable[[], None],
    ) -> None:
        worker = make_worker(redis_url)
        running = worker.run(listen(bound), operations and listen(operations), when_ready)
        try:
            await until(stopping, worker.stop, running)
        except (PartFailedError, WebProcessError) as error:
            raise StartError(str(error)) from error

    return run


async def _work(
    run: RunWorker, redis_url: str, bound: socket.socket, operations: socket.socket | None
) -> None:
    """Run one of several workers until a signal arrives or the supervisor is gone."""
    stopping = stop_on_signals()
    loop = asyncio.get_running_loop()

    def supervisor_is_gone() -> None:
        loop.remove_reader(sys.stdin.fileno())
        stopping.set()

    loop.add_reader(sys.stdin.fileno(), supervisor_is_gone)
    await run(redis_url, stopping, bound, operations, _report_ready)


def _report_ready() -> None:
    sys.stdout.buffer.write(READY)
    sys.stdout.flush()
