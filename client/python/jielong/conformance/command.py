"""The command: prints the table as the checks are run, or JSON when all are done."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..exceptions import CannotConnect
from .check import Outcome
from .report import as_json, line, summary
from .suite import UnknownCheckError, run


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
        async for outcome in run(url, campaign, only):
            outcomes.append(outcome)
            if not json:
                say(line(outcome))
    except (CannotConnect, UnknownCheckError) as error:
        say(str(error))
        return 2
    say(as_json(url, outcomes) if json else summary(outcomes))
    return int(any(outcome.result == "fail" for outcome in outcomes))
