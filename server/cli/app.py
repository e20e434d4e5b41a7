"""The `jielong` command."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
import uvloop

from server import __version__
from server.check.run import check as run_check
from server.cli import works as moderation
from server.cli.admin import admin
from server.cli.campaign import campaign
from server.cli.command import StartError, one_line_errors, settings_from
from server.cli.conformance import conformance
from server.cli.doctor import doctor
from server.cli.donations import donations
from server.cli.export import export_works
from server.cli.judge import judge
from server.cli.logs import set_up_logging
from server.cli.migrate import migrate
from server.cli.participants import participants
from server.cli.rehearse import rehearse
from server.cli.retention import expire_works
from server.metrics.shared_file import MetricsFile, Place
from server.settings import Settings
from server.store.durability import Durability
from server.store.embedded import EmbeddedServer
from server.tracing.start import require_tracing
from server.transport.listener import bind, listen, reserve, url
from server.worker.judge_process import judging
from server.worker.prepare import MakeWorker, prepare_worker
from server.worker.supervisor import READY, Supervisor
from server.worker.worker import Worker

app = typer.Typer(
    help="Run and inspect Jielong, a real-time relay-writing service. Every setting is an "
    "environment variable, JIELONG_<NAME>; docs/operate/settings.md lists them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


moderation.works.command("export")(export_works)
moderation.works.command("expire")(expire_works)
app.add_typer(moderation.works, name="works")
app.command()(conformance)
app.command()(doctor)
app.add_typer(participants, name="participants")
app.command()(judge)
app.command()(rehearse)
app.add_typer(campaign, name="campaign")
app.add_typer(donations, name="donations")
app.add_typer(admin, name="admin")


def _flag(setting: str, what: str) -> Any:
    """A flag for a setting; its help names the variable and the default."""
    default = Settings.model_fields[setting].default
    variable = f"JIELONG_{setting.upper()}"
    return typer.Option(help=f"{what} ({variable}; {default or 'empty'})")


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _jielong(
    version: Annotated[
        bool,
        typer.Option("--version", help="Show the version.", callback=_show_version, is_eager=True),
    ] = False,
) -> None:
    # Files may contain what participants wrote, and the key that signs their tokens.
    os.umask(0o077)


@app.command()
def serve(
    host: Annotated[str | None, _flag("host", "Address to listen on.")] = None,
    port: Annotated[int | None, _flag("port", "Port to listen on.")] = None,
    data: Annotated[Path | None, _flag("data", "Folder for all data.")] = None,
    base_path: Annotated[str | None, _flag("base_path", "Path that everything lies below.")] = None,
    redis_url: Annotated[str | None, _flag("redis_url", "Redis; empty: embedded Valkey.")] = None,
    file: Annotated[Path | None, _flag("campaigns", "File of campaigns; empty: SQL.")] = None,
    workers: Annotated[int | None, _flag("workers", "Number of worker processes.")] = None,
    turn_seconds: Annotated[float | None, _flag("turn_seconds", "Seconds for a character.")] = None,
    grace_seconds: Annotated[float | None, _flag("grace_seconds", "Seconds to reconnect.")] = None,
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
    }
    with one_line_errors():
        settings = settings_from(flags)
        set_up_logging(settings, 0 if settings.workers == 1 else None)
        require_tracing(on=settings.traces)
        make_worker = prepare_worker(settings, Place()) if settings.workers == 1 else None
        take = bind if settings.workers == 1 else reserve
        taken = take(settings.host, settings.port)
        uvloop.run(_serve(settings, taken, _operations_port(settings, take), make_worker))


@app.command()
def check(
    history: Annotated[list[Path], typer.Argument(help="Recorded clients, as JSON lines.")],
    redis_url: Annotated[str | None, typer.Option(help="Redis of the service.")] = None,
    database_url: Annotated[str | None, typer.Option(help="Database of finished works.")] = None,
    data: Annotated[Path | None, typer.Option(help="Data folder of the service.")] = None,
    campaign: Annotated[str | None, typer.Option(help="Check this campaign only.")] = None,
    grace: Annotated[float | None, typer.Option(help="Grace of the service in seconds.")] = None,
) -> None:
    """Check the promises of the protocol on recorded clients and the final store.

    Exit status: 0 if every promise is kept, 1 if one is broken, 2 if something cannot be read.
    """
    flags = {
        "redis_url": redis_url,
        "database_url": database_url,
        "data": data,
        "grace_seconds": grace,
    }
    with one_line_errors(status=2):
        settings = settings_from(flags)
        set_up_logging(settings)
        outcome = run_check(history, settings, campaign)
    for line in outcome.lines:
        typer.echo(line)
    raise SystemExit(0 if outcome.kept else 1)


@app.command(hidden=True)
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
        make_worker = prepare_worker(settings, Place(place, file))
        take = partial(bind, shared=True)
        bound = take(settings.host, settings.port)
        operations = _operations_port(settings, take)
        uvloop.run(_work(make_worker(settings.redis_url), bound, operations))


def _operations_port(
    settings: Settings, take: Callable[..., socket.socket]
) -> socket.socket | None:
    """The port for operators alone, if there is to be one."""
    if not isinstance(settings.operations_port, int):
        return None
    host = settings.operations_host or settings.host
    return take(host, settings.operations_port, setting="JIELONG_OPERATIONS_PORT")


async def _serve(
    settings: Settings,
    reserved: socket.socket,
    operations: socket.socket | None,
    make_worker: MakeWorker | None,
) -> None:
    """Serve with the one worker that is prepared, or with several processes."""
    _check_startable(settings)
    data = settings.data.resolve()
    stopping = _stop_on_signals()
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
            if make_worker is not None:
                worker = make_worker(redis_url)
                for_operators = operations and listen(operations)
                running = worker.run(listen(reserved), for_operators, show_addresses)
                await _until(stopping, worker.stop, running)
            else:
                port = reserved.getsockname()[1]
                environment = settings.environment(port=port, redis_url=redis_url)
                supervisor = Supervisor(settings.workers, environment)
                await _until(stopping, supervisor.stop, supervisor.run(show_addresses))
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


async def _work(worker: Worker, bound: socket.socket, operations: socket.socket | None) -> None:
    """Run one of several workers until a signal arrives or the supervisor is gone."""
    stopping = _stop_on_signals()
    loop = asyncio.get_running_loop()

    def supervisor_is_gone() -> None:
        loop.remove_reader(sys.stdin.fileno())
        stopping.set()

    loop.add_reader(sys.stdin.fileno(), supervisor_is_gone)
    running = worker.run(listen(bound), operations and listen(operations), _report_ready)
    await _until(stopping, worker.stop, running)


def _stop_on_signals() -> asyncio.Event:
    """An event that the signals to stop set; SIGHUP sets it too, unless `nohup` ignores it.

    A supervisor gives SIGHUP another meaning once its workers run.
    """
    stopping = asyncio.Event()
    numbers = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        numbers.append(signal.SIGHUP)
    for number in numbers:
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    return stopping


async def _until(
    stopping: asyncio.Event, stop: Callable[[], None], running: Coroutine[Any, Any, None]
) -> None:
    """Run `running` until it ends; when `stopping` is set, call `stop` to end it."""

    async def stop_when_told() -> None:
        await stopping.wait()
        stop()

    watching = asyncio.create_task(stop_when_told())
    try:
        await running
    finally:
        watching.cancel()


def _report_ready() -> None:
    sys.stdout.buffer.write(READY)
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


def main() -> None:
    """The entry point."""
    try:
        app()
    except KeyboardInterrupt:
        raise SystemExit(128 + signal.SIGINT) from None
