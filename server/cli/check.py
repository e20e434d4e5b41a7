"""`jielong check`: the promises of the protocol, on recorded clients."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from server.check.run import check as run_check
from server.cli.command import one_line_errors, settings_from
from server.cli.flags import DatabaseUrl, DataFolder, RedisUrl, flag
from server.cli.logs import set_up_logging


def check(
    history: Annotated[list[Path], typer.Argument(help="Recorded clients, as JSON lines.")],
    redis_url: RedisUrl = None,
    database_url: DatabaseUrl = None,
    data: DataFolder = None,
    campaign: Annotated[str | None, typer.Option(help="Check this campaign only.")] = None,
    grace: Annotated[
        float | None, flag("grace_seconds", "Grace of the service in seconds.")
    ] = None,
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
