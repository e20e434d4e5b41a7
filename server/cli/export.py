"""`jielong works export`: write finished works to a file, or as pictures to a folder."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Protocol, cast

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from server.archive.database import Database
from server.archive.export.files import whole_file
from server.archive.export.json_lines import JsonLines
from server.archive.export.parquet import NoParquetError, Parquet
from server.archive.export.pictures import Kind, NoWebpError, PictureFolder
from server.archive.publishing import PublicWork, content_of
from server.archive.search import Wanted, WorkSearch
from server.archive.waiting import Shown
from server.catalogue import DEFAULT
from server.cli.command import StartError, on_database
from server.cli.flags import DatabaseUrl, DataFolder


class Format(StrEnum):
    """How works are written."""

    JSONL = "jsonl"
    PARQUET = "parquet"
    SVG = "svg"
    PNG = "png"
    WEBP = "webp"


class Target(Protocol):
    """Where works are written to."""

    def write(self, work: PublicWork) -> None:
        """Write one work."""

    def close(self) -> None:
        """Write what is left."""


def export_works(
    campaign: Annotated[str, typer.Option(help="Campaign to export; empty: all.")] = DEFAULT,
    format: Annotated[Format, typer.Option(help="Form of the output.")] = Format.JSONL,  # noqa: A002
    output: Annotated[
        Path | None, typer.Option(help="File, or folder for pictures; none: standard output.")
    ] = None,
    since: Annotated[str, typer.Option(help="Completed from this moment on (ISO 8601).")] = "",
    until: Annotated[str, typer.Option(help="Completed before this moment.")] = "",
    review: Annotated[
        Shown, typer.Option(help="Works to write, by who may see them.")
    ] = Shown.PUBLIC,
    database_url: DatabaseUrl = None,
    data: DataFolder = None,
) -> None:
    """Write finished works, the newest first.

    A line of `jsonl` has the form of /api/works/{id}. A file is there when it is complete. Pictures
    that are in the folder already are not drawn again, so the same command goes on where it was
    interrupted.
    """
    wanted = Wanted(campaign, review, _moment("--since", since), _moment("--until", until))

    async def export(database: Database) -> None:
        search, written = WorkSearch(database), 0
        with _target(format, output) as target, _progress() as progress:
            task = progress.add_task("works", total=await search.count(wanted))
            async for found in search.all(wanted):
                target.write(content_of(*found))
                written += 1
                progress.update(task, completed=written)
        typer.echo(f"{written} works of {campaign or 'all campaigns'}", err=True)

    on_database(export, database_url, data)


@contextmanager
def _target(form: Format, output: Path | None) -> Iterator[Target]:
    """Where works are written to; complete at the end.

    Raises:
        StartError: it cannot be written so.
    """
    if output is None and form is not Format.JSONL:
        raise StartError(
            f"{form.value} is not written to standard output; name a file or a folder with --output"
        )
    try:
        with ExitStack() as stack:
            if form in {Format.SVG, Format.PNG, Format.WEBP}:
                assert output is not None
                target: Target = PictureFolder(output, cast(Kind, form.value))
            else:
                file = stack.enter_context(whole_file(output))
                target = Parquet(file) if form is Format.PARQUET else JsonLines(file)
            yield target
            target.close()
    except (NoParquetError, NoWebpError) as error:
        raise StartError(str(error)) from error


def _progress() -> Progress:
    """A bar on a terminal, and nothing elsewhere."""
    columns = BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    return Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty())


def _moment(option: str, text: str) -> int | None:
    """Milliseconds since 1970; a moment without an offset is in UTC."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{option}: write a moment like 2026-12-01T08:00+08:00") from error
    return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1_000)
