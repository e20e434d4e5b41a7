"""The `jielong` command."""

from __future__ import annotations

import os
import signal
from typing import Annotated

import typer

from server import __version__
from server.cli.commands import Commands

app = typer.Typer(
    cls=Commands,
    help="Run and inspect Jielong, a real-time relay-writing service. Every setting is an "
    "environment variable, JIELONG_<NAME>; docs/operate/settings.md lists them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


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


def main() -> None:
    """The entry point."""
    try:
        app()
    except KeyboardInterrupt:
        raise SystemExit(128 + signal.SIGINT) from None
