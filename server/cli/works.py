"""`jielong works`: review reported works."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from server.archive.database import ArchiveError
from server.archive.picture_files import forget
from server.archive.publishing import picture_of
from server.archive.review import HeldWork, Review
from server.cli.command import on_database, settings_from
from server.cli.export import export_works
from server.cli.flags import DatabaseUrl, DataFolder
from server.cli.retention import expire_works
from server.plausible.verdict import Verdict

works = typer.Typer(help="Review, remove and export finished works.", no_args_is_help=True)

_IDS = Annotated[list[str], typer.Argument(help="Ids of works.")]


@works.command("held")
def held_works(
    pictures: Annotated[Path | None, typer.Option(help="Folder for an SVG of each work.")] = None,
    most: Annotated[int, typer.Option(min=1, help="Number of works to list.")] = 100,
    database_url: DatabaseUrl = None,
    data: DataFolder = None,
) -> None:
    """List the works that are not public until they are released, the oldest first."""

    async def look(review: Review) -> None:
        waiting = await review.waiting()
        shown = await review.held(most)
        if pictures is not None:
            pictures.mkdir(parents=True, exist_ok=True)
        for work in shown:
            typer.echo(_line(work))
            if pictures is not None:
                picture = picture_of(work.phrase, work.ink)
                (pictures / f"{work.id}.svg").write_text(picture, encoding="utf-8")
        rest = f", the first {len(shown)} shown" if len(shown) < waiting else ""
        typer.echo(f"{waiting} held{rest}")
        if unjudged := await review.unjudged():
            typer.echo(f"{unjudged} not checked yet")

    _review(look, database_url, data)


_DASHES = {"ignore_unknown_options": True}
"""An id can begin with a dash."""


@works.command("release", context_settings=_DASHES)
def release_works(ids: _IDS, database_url: DatabaseUrl = None, data: DataFolder = None) -> None:
    """Make these works public, whatever the check found and whoever reported them."""
    _review(lambda review: _report_done("released", ids, review.release), database_url, data)


@works.command("hold", context_settings=_DASHES)
def hold_works(ids: _IDS, database_url: DatabaseUrl = None, data: DataFolder = None) -> None:
    """Take these works back from the public until they are released."""
    _review(lambda review: _report_done("held", ids, review.hold), database_url, data)


@works.command("refuse", context_settings=_DASHES)
def refuse_works(ids: _IDS, database_url: DatabaseUrl = None, data: DataFolder = None) -> None:
    """Leave these works to those who wrote them: nobody else sees them, and none waits longer."""
    _review(lambda review: _report_done("refused", ids, review.refuse), database_url, data)


@works.command("remove", context_settings=_DASHES)
def remove_works(ids: _IDS, database_url: DatabaseUrl = None, data: DataFolder = None) -> None:
    """Remove these works for good, reported or not, and their pictures on this machine.

    Counters stay as they are.
    """
    _review(lambda review: _report_done("removed", ids, review.remove), database_url, data)
    folder = settings_from({"data": data}).pictures
    for work in ids:
        forget(folder, work)


works.command("export")(export_works)
works.command("expire")(expire_works)


def _line(work: HeldWork) -> str:
    completed = datetime.fromtimestamp(work.completed_at / 1_000, UTC)
    return (
        f"{work.id}  {completed:%Y-%m-%d %H:%M}  {work.campaign}  {work.phrase.text}  {_why(work)}"
    )


def _why(work: HeldWork) -> str:
    """Who holds the work back: its writers, the check, or neither."""
    if work.reported:
        return ", ".join(work.reasons) or "reported while it was written"
    unsure = [
        f"{char} {judgement.score:.2f}"
        for char, judgement in zip(work.phrase.chars, work.judgements, strict=False)
        if judgement.verdict is not Verdict.OK
    ]
    return f"unsure: {', '.join(unsure)}" if unsure else "not released yet"


async def _report_done(
    what: str, ids: list[str], do: Callable[[list[str]], Coroutine[Any, Any, list[str]]]
) -> None:
    done = await do(ids)
    for work in done:
        typer.echo(f"{work} {what}")
    if missing := [work for work in ids if work not in done]:
        raise ArchiveError(f"there is no work {' '.join(missing)}; `jielong works held` lists them")


def _review(
    do: Callable[[Review], Coroutine[Any, Any, None]], database_url: str | None, data: Path | None
) -> None:
    on_database(lambda database: do(Review(database)), database_url, data)
