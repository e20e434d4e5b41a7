"""`jielong participants`: bar participants, and let them take part again."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from server.archive.barred import Barred
from server.archive.database import ArchiveError
from server.cli.command import on_database
from server.cli.flags import DatabaseUrl, DataFolder

participants = typer.Typer(
    help="Bar participants from taking part, and show who is kept apart.", no_args_is_help=True
)

_IDS = Annotated[list[str], typer.Argument(help="Ids of participants.")]

_DASHES = {"ignore_unknown_options": True}
"""An id can begin with a dash."""


@participants.command("of", context_settings=_DASHES)
def participants_of(
    work: Annotated[str, typer.Argument(help="Id of a work.")],
    database_url: DatabaseUrl = None,
    data: DataFolder = None,
) -> None:
    """List who wrote a work, in the order of their first characters."""

    async def look(barred: Barred) -> None:
        found = await barred.hands_of(work)
        if not found:
            raise ArchiveError(f"there is no work {work}; `jielong works held` lists them")
        for participant in found:
            typer.echo(participant)

    _on_barred(look, database_url, data)


@participants.command("bar", context_settings=_DASHES)
def bar(ids: _IDS, database_url: DatabaseUrl = None, data: DataFolder = None) -> None:
    """Bar participants: they can neither join nor write. It takes effect within seconds."""

    async def do(barred: Barred) -> None:
        await barred.bar(ids)
        for participant in ids:
            typer.echo(f"{participant} barred")

    _on_barred(do, database_url, data)


@participants.command("unbar", context_settings=_DASHES)
def unbar(ids: _IDS, database_url: DatabaseUrl = None, data: DataFolder = None) -> None:
    """Let participants who are barred or kept apart take part again, with everybody."""

    async def do(barred: Barred) -> None:
        done = await barred.unbar(ids)
        for participant in done:
            typer.echo(f"{participant} unbarred")
        if others := [participant for participant in ids if participant not in done]:
            raise ArchiveError(f"neither barred nor kept apart: {' '.join(others)}")

    _on_barred(do, database_url, data)


@participants.command("list")
def list_barred(database_url: DatabaseUrl = None, data: DataFolder = None) -> None:
    """List participants who are barred or kept apart, the latest first."""

    async def look(barred: Barred) -> None:
        for one in await barred.all():
            since = datetime.fromtimestamp(one.since / 1_000, UTC)
            status = "barred" if one.barred else "apart"
            reports = f"  confirmed reports: {one.reports}" if one.reports else ""
            typer.echo(f"{one.participant}  {since:%Y-%m-%d %H:%M}  {status}{reports}")

    _on_barred(look, database_url, data)


def _on_barred(
    do: Callable[[Barred], Coroutine[Any, Any, None]], database_url: str | None, data: Path | None
) -> None:
    on_database(lambda database: do(Barred(database)), database_url, data)
