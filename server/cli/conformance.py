"""`jielong conformance`: tests any server from outside; the suite is part of the Python client."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from server.cli.command import ClientMissingError, one_line_errors

Only = Annotated[list[str] | None, typer.Option(help="Run this check or family only; repeatable.")]


def conformance(
    url: Annotated[
        str, typer.Argument(help="Address of the service, e.g. http://127.0.0.1:8000/.")
    ],
    only: Only = None,
    campaign: Annotated[
        str | None, typer.Option(help="Campaign to write in; the default one if not given.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Test a server from outside against the promises of the protocol.

    Exit status: 0 if no check failed, 1 if one did, 2 if none could be run.
    """
    with one_line_errors(status=2):
        try:
            from jielong.conformance.command import command  # noqa: PLC0415 - an optional package
        except ModuleNotFoundError as error:
            raise ClientMissingError(error) from error
    raise SystemExit(asyncio.run(command(url, campaign, only or [], json, typer.echo)))
