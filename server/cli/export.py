"""`jielong works export`: write a campaign's finished works to a file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from server.archive.database import Database
from server.archive.publishing import content_of, picture_of
from server.archive.review_state import ReviewState
from server.archive.works import Cursor, Works
from server.catalogue import DEFAULT
from server.cli.command import DatabaseUrl, DataFolder, on_database

PAGE = 500
"""Works that are read at once."""


def export_works(
    campaign: Annotated[str, typer.Option(help="Campaign to export.")] = DEFAULT,
    pictures: Annotated[Path | None, typer.Option(help="Folder for an SVG of each.")] = None,
    database_url: DatabaseUrl = None,
    data: DataFolder = None,
) -> None:
    """Write a campaign's public works as JSON lines, the newest first.

    Each line has the form of /api/works/{id}.
    """

    async def export(database: Database) -> None:
        if pictures is not None:
            pictures.mkdir(parents=True, exist_ok=True)
        written, before = 0, None
        while page := await Works(database).newest(campaign, PAGE, before):
            for work in page:
                content = content_of(campaign, work, ReviewState.PUBLIC)
                sys.stdout.buffer.write(msgspec.json.encode(content) + b"\n")
                if pictures is not None:
                    picture = picture_of(work.phrase, [char.strokes for char in content.chars])
                    (pictures / f"{work.id}.svg").write_text(picture, encoding="utf-8")
            written += len(page)
            before = Cursor(page[-1].completed_at, page[-1].id)
        sys.stdout.flush()
        typer.echo(f"{written} works of {campaign}", err=True)

    on_database(export, database_url, data)
