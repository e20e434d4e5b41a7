"""`jielong serve`: the service, in one process or as a supervisor of several."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
import uvloop

from server.cli.command import StartError, one_line_errors, settings_from
from server.cli.flags import flag
from server.cli.logs import set_up_logging
from server.cli.migrate import migrate
from server.cli.running import operations_port, stop_on_signals, until
from server.metrics.shared_file import Place
from server.settings import Settings
from server.store.durability import Durability
from server.store.embedded import EmbeddedServer
from server.tracing.start import require_tracing
from server.transport.listener import bind, reserve, url
from server.worker.judge_process import judging
from server.worker.supervisor import Supervisor

if TYPE_CHECKING:
    from server.cli.worker import RunWorker


def serve(  # noqa: PLR0913 - an argument for each flag
    host: Annotated[str | None, flag("host", "Address to listen on.")] = None,
    port: Annotated[int | None, flag("port", "Port to listen on.")] = None,
    data: Annotated[Path | None, flag("data", "Folder for all data.")] = None,
    base_path: Annotated[
        str | None, flag("base_path", "Path below which everything lies, e.g. /jielong.")
    ] = None,
    redis_url: Annotated[str | None, flag("redis_url", "Redis; empty: embedded Valkey.")] = None,
    file: Annotated[
        Path | None,
        flag("campaigns", "File of campaigns; empty: the database.", "--file", "--campaigns"),
    ] = None,
    workers: Annotated[int | None, flag("workers", "Number of worker processes.")] = None,
    turn_seconds: Annotated[
        float | None, flag("turn_seconds", "Seconds to write a character.")
    ] = None,
    grace_seconds: Annotated[
        float | None, flag("grace_seconds", "Seconds to come back after a lost connection.")
    ] = None,
    guard: Annotated[str | None, flag("guard", "Limits against bots: on or off.")] = None,
) -> None:
    """Run the service until Ctrl-C.

    Settings without a flag are environment variables only.
    """
    flags = {
        "host": host,
        "port": port,
        "data": data,
        "base_path": base_path,
        "redis_url": redis_url,
        "campaigns": file,
        "workers": workers,
        "turn_seconds": turn_seconds,
        "grace_seconds": grace_seconds,
        "guard": guard,
    }
    with one_line_errors():
        settings = settings_from(flags)
        set_up_logging(settings, 0 if settings.workers == 1 else None)
        require_tracing(on=settings.traces)
        run_worker = _prepared_worker(settings) if settings.workers == 1 else None
        take = bind if settings.workers == 1 else reserve
        taken = take(settings.host, settings.port)
        uvloop.run(_serve(settings, taken, operations_port(settings, take), run_worker))


def _prepared_worker(settings: Settings) -> RunWorker:
    from server.cli.worker import prepared  # noqa: PLC0415 - a supervisor does without its parts

    return prepared(settings, Place())


async def _serve(
    settings: Settings,
    reserved: socket.socket,
    operations: socket.socket | None,
    run_worker: RunWorker | None,
) -> None:
    """Serve with the one worker that is prepared, or with several processes."""
    _check_startable(settings)
    data = settings.data.resolve()
    stopping = stop_on_signals()
    await migrate(settings.archive_url, stopping)
    embedded = None if settings.redis_url else EmbeddedServer(data, settings.durability)
    embedded_task: asyncio.Task[None] | None = None
    try:
        if embedded:
            await embedded.start()
            embedded_task = asyncio.create_task(embedded.keep(stopping))
            embedded_task.add_done_callback(lambda _: stopping.set())
        redis_url = embedded.url if embedded else settings.redis_url
        show_addresses = partial(_show_addresses, settings, reserved, operations)
        async with judging(settings):
            if run_worker is not None:
                await run_worker(redis_url, stopping, reserved, operations, show_addresses)
            else:
                port = reserved.getsockname()[1]
                environment = settings.environment(port=port, redis_url=redis_url)
                supervisor = Supervisor(settings.workers, environment)
                await until(stopping, supervisor.stop, supervisor.run(show_addresses))
    finally:
        reserved.close()
        if operations is not None:
            operations.close()
        if embedded_task:
            embedded_task.cancel()
            await asyncio.wait([embedded_task])
        if embedded:
            await embedded.stop()
    if embedded_task and not embedded_task.cancelled():
        embedded_task.result()


def _show_addresses(
    settings: Settings, reserved: socket.socket, operations: socket.socket | None
) -> None:
    typer.echo(f"page:  {url(reserved, settings.base_path)}")
    if operations is not None:
        typer.echo(f"operations:  {url(operations, settings.base_path)}metrics")
    typer.echo(f"data:  {settings.data.resolve()}")
    typer.echo("stop:  Ctrl-C")
    sys.stdout.flush()


def _check_startable(settings: Settings) -> None:
    """Find what would fail later, before anything is started."""
    if settings.durability is Durability.REPLICA and not settings.redis_url:
        raise StartError(
            "JIELONG_DURABILITY=replica: the embedded Valkey has no replica; "
            "set JIELONG_REDIS_URL to a Redis with replicas, or choose aof"
        )
    data = settings.data
    try:
        data.mkdir(parents=True, exist_ok=True)
        probe = data / f".write-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise StartError(
            f"the data folder {data} cannot be written ({error.strerror}); "
            "choose another one with JIELONG_DATA"
        ) from error
