"""The `jielong` command."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer
import uvloop

from server import __version__
from server.check.run import check as run_check
from server.cli import works as moderation
from server.cli.command import StartError, one_line_errors, set_up_logging, settings_from
from server.cli.export import export_works
from server.settings import Settings
from server.store.durability import Durability
from server.store.embedded import EmbeddedServer
from server.transport.listener import bind, listen, reserve, url
from server.worker.supervisor import READY, Supervisor
from server.worker.worker import Worker

app = typer.Typer(
    help="Jielong: a real-time relay-writing service. Every setting is an environment variable, "
    "JIELONG_<NAME>; docs/operate/settings.md lists them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


moderation.works.command("export")(export_works)
app.add_typer(moderation.works, name="works")


def _flag(setting: str, what: str) -> Any:
    """A flag for a setting, which names its variable and its default."""
    default = Settings.model_fields[setting].default
    variable = f"JIELONG_{setting.upper()}"
    return typer.Option(help=f"{what} ({variable}; {default or 'empty'})")


def _say_version(asked: bool) -> None:
    if asked:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _jielong(
    version: Annotated[
        bool,
        typer.Option("--version", help="Say which it is.", callback=_say_version, is_eager=True),
    ] = False,
) -> None:
    # What is written here may hold what participants wrote, and the key that signs their tokens.
    os.umask(0o077)


@app.command()
def serve(
    host: Annotated[str | None, _flag("host", "Address to listen on.")] = None,
    port: Annotated[int | None, _flag("port", "Port to listen on.")] = None,
    data: Annotated[Path | None, _flag("data", "Folder for all data.")] = None,
    redis_url: Annotated[str | None, _flag("redis_url", "A Redis in place of our own.")] = None,
    workers: Annotated[int | None, _flag("workers", "Processes.")] = None,
    turn_seconds: Annotated[float | None, _flag("turn_seconds", "Time for a character.")] = None,
    grace_seconds: Annotated[float | None, _flag("grace_seconds", "Time to reconnect.")] = None,
) -> None:
    """Run the service until Ctrl-C. Settings without a flag are variables only."""
    flags = {
        "host": host,
        "port": port,
        "data": data,
        "redis_url": redis_url,
        "workers": workers,
        "turn_seconds": turn_seconds,
        "grace_seconds": grace_seconds,
    }
    with one_line_errors():
        settings = settings_from(flags)
        set_up_logging(settings.log_level)
        take = bind if settings.workers == 1 else reserve
        reserved = take(settings.host, settings.port)
        uvloop.run(_serve(settings, reserved))


@app.command()
def check(
    history: Annotated[list[Path], typer.Argument(help="Recorded clients, JSON lines.")],
    redis_url: Annotated[str | None, typer.Option(help="The Redis of the service.")] = None,
    database_url: Annotated[str | None, typer.Option(help="Its database of works.")] = None,
    data: Annotated[Path | None, typer.Option(help="Its folder for all data.")] = None,
    campaign: Annotated[str | None, typer.Option(help="The only campaign to check.")] = None,
    grace: Annotated[float | None, typer.Option(help="Its grace in seconds.")] = None,
) -> None:
    """Check every promise on recorded clients and the final store: 0 kept, 1 broken, 2 unread."""
    flags = {
        "redis_url": redis_url,
        "database_url": database_url,
        "data": data,
        "grace_seconds": grace,
    }
    with one_line_errors(status=2):
        settings = settings_from(flags)
        set_up_logging(settings.log_level)
        outcome = run_check(history, settings, campaign)
    for line in outcome.lines:
        typer.echo(line)
    raise SystemExit(0 if outcome.kept else 1)


@app.command(hidden=True)
def worker() -> None:
    """Run one of several workers that share a port; `serve --workers` starts them."""
    with one_line_errors():
        settings = settings_from({})
        set_up_logging(settings.log_level)
        bound = bind(settings.host, settings.port, shared=True)
        uvloop.run(_work(settings, bound))


async def _serve(settings: Settings, reserved: socket.socket) -> None:
    if settings.durability is Durability.REPLICA and not settings.redis_url:
        raise StartError(
            "JIELONG_DURABILITY=replica: the embedded Valkey has no replica; name a Redis that has "
            "one with JIELONG_REDIS_URL, or choose aof"
        )
    _check_writable(settings.data)
    data = settings.data.resolve()
    stopping = _stop_on_signals()
    embedded = None if settings.redis_url else EmbeddedServer(data, settings.durability)
    keeping: asyncio.Task[None] | None = None
    try:
        if embedded:
            await embedded.start()
            keeping = asyncio.create_task(embedded.keep(stopping))
            keeping.add_done_callback(lambda _: stopping.set())
        redis_url = embedded.url if embedded else settings.redis_url

        def say_where() -> None:
            typer.echo(f"page:  {url(reserved)}")
            typer.echo(f"data:  {data}")
            typer.echo("stop:  Ctrl-C")
            sys.stdout.flush()

        if settings.workers == 1:
            one = Worker(settings, redis_url)
            await _until(stopping, one.stop, one.run(listen(reserved), say_where))
        else:
            port = reserved.getsockname()[1]
            environment = settings.environment(port=port, redis_url=redis_url)
            all_of_them = Supervisor(settings.workers, environment)
            await _until(stopping, all_of_them.stop, all_of_them.run(say_where))
    finally:
        reserved.close()
        if keeping:
            keeping.cancel()
            await asyncio.wait([keeping])
        if embedded:
            await embedded.stop()
    if keeping and not keeping.cancelled():
        keeping.result()


async def _work(settings: Settings, bound: socket.socket) -> None:
    """One of several: it ends by a signal, or when the supervisor is gone."""
    stopping = _stop_on_signals()
    loop = asyncio.get_running_loop()

    def parent_is_gone() -> None:
        loop.remove_reader(sys.stdin.fileno())
        stopping.set()

    loop.add_reader(sys.stdin.fileno(), parent_is_gone)
    one = Worker(settings, settings.redis_url)
    await _until(stopping, one.stop, one.run(listen(bound), _say_ready))


def _stop_on_signals() -> asyncio.Event:
    """Set by what ends the service in good order; SIGHUP too, unless `nohup` keeps it away.

    A supervisor takes SIGHUP for something else once its workers run.
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
    """Run something that can be stopped until it ends, by itself or because it was told to."""

    async def tell() -> None:
        await stopping.wait()
        stop()

    telling = asyncio.create_task(tell())
    try:
        await running
    finally:
        telling.cancel()


def _say_ready() -> None:
    sys.stdout.buffer.write(READY)
    sys.stdout.flush()


def _check_writable(data: Path) -> None:
    try:
        data.mkdir(parents=True, exist_ok=True)
        probe = data / f".write-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise StartError(
            f"the data folder {data} cannot be written ({error.strerror}); "
            "choose another with JIELONG_DATA"
        ) from error


def main() -> None:
    """The entry point."""
    try:
        app()
    except KeyboardInterrupt:
        raise SystemExit(128 + signal.SIGINT) from None
