"""`jielong doctor`: looks at a deployment and says what to do about it."""

from __future__ import annotations

import asyncio
from typing import Annotated

import msgspec
import typer

from server import __version__
from server.cli.command import one_line_errors, settings_from
from server.cli.logs import set_up_logging
from server.doctor.examination import examine, exit_status
from server.doctor.finding import Finding, Level

MARKS = {
    Level.OK: ("ok", typer.colors.GREEN),
    Level.ADVICE: ("advice", typer.colors.BLUE),
    Level.WARNING: ("warning", typer.colors.YELLOW),
    Level.PROBLEM: ("problem", typer.colors.RED),
}


def doctor(
    url: Annotated[
        str | None, typer.Option(help="Address that people open, e.g. https://example.org.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of lines.")] = False,
) -> None:
    """Look at a deployment: settings, machine, Redis, database, and the public address.

    Run it as the service's user with the service's settings; the service may run meanwhile.

    Exit status: 0 if all is well, 1 if there is a warning, 2 if there is a problem.
    """
    with one_line_errors(status=2):
        settings = settings_from({})
        set_up_logging(settings)
        found = asyncio.run(examine(settings, url))
    if json:
        typer.echo(_as_json(found))
    else:
        for finding in found:
            _show(finding)
    raise SystemExit(exit_status(found))


def _as_json(found: list[Finding]) -> str:
    findings = [
        {"subject": it.subject, "level": it.level.name.lower(), "found": it.found, "cure": it.cure}
        for it in found
    ]
    told = {"version": __version__, "status": exit_status(found), "findings": findings}
    return msgspec.json.format(msgspec.json.encode(told)).decode()


def _show(finding: Finding) -> None:
    word, colour = MARKS[finding.level]
    mark = typer.style(f"{word:8}", fg=colour, bold=finding.level > Level.ADVICE)
    typer.echo(f"{mark} {finding.subject}: {finding.found}")
    if finding.cure:
        typer.echo(f"{'':8} -> {finding.cure}")
