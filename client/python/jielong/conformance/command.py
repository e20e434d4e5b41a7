"""The command: prints the table as the checks are run, or JSON when all are done."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from ..exceptions import CannotConnect
from .check import Outcome
from .report import as_json, line, summary
from .suite import UnknownCheckError, run


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    add = parser.add_argument
    add("url", help="Address of the service, e.g. http://127.0.0.1:8000/.")
    add(
        "--only",
        action="append",
        default=[],
        metavar="NAME",
        help="Run this check or family only; repeatable.",
    )
    add("--campaign", metavar="ID", help="Campaign to write in; the default one if not given.")
    add("--json", action="store_true", help="Print JSON instead of a table.")


async def command(
    url: str,
    campaign: str | None,
    only: Sequence[str],
    json: bool,
    say: Callable[[str], None],
) -> int:
    """Run the checks and tell what they found.

    Returns:
        The exit status: 0 if no check failed, 1 if one did, 2 if none could be run.
    """
    outcomes: list[Outcome] = []
    try:
        _ = urlsplit(url).port
    except ValueError as error:
        say(f"{url} is no address: {error}")
        return 2
    try:
        async for outcome in run(url, campaign, only):
            outcomes.append(outcome)
            if not json:
                say(line(outcome))
    except (CannotConnect, UnknownCheckError) as error:
        say(str(error))
        return 2
    say(as_json(url, outcomes) if json else summary(outcomes))
    return int(any(outcome.result == "fail" for outcome in outcomes))
