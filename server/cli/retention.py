"""`jielong works expire`: remove works that are older than they are to be kept."""

from __future__ import annotations

from typing import Annotated

import typer

from server.archive.database import Database
from server.archive.retention import Retention
from server.catalogue import DEFAULT
from server.cli.command import on_database, one_line_errors, settings_from
from server.cli.flags import DatabaseUrl, DataFolder


def expire_works(
    days: Annotated[
        int, typer.Option(min=1, help="Remove works that are older than so many days.")
    ],
    campaign: Annotated[str, typer.Option(help="Campaign of the works.")] = DEFAULT,
    database_url: DatabaseUrl = None,
    data: DataFolder = None,
) -> None:
    """Remove old works for good, and their pictures on this machine. Counters stay as they are.

    With JIELONG_RETENTION_DAYS, or `retention_days` in a campaign, the service does it by itself.
    """
    with one_line_errors():
        pictures = settings_from({"data": data}).pictures

    async def expire(database: Database) -> None:
        removed = await Retention(database, pictures).remove_old(campaign, days)
        typer.echo(f"{removed} works of {campaign} removed")

    on_database(expire, database_url, data)
