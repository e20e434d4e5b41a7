"""Why something is refused, in the language of the page."""

from __future__ import annotations

from collections.abc import Sequence

from server.campaign.problems import Problem
from server.console.texts import Translate
from server.relay.fault import Fault


def said(fault: Fault, t: Translate) -> str:
    """A fault, with its values filled in."""
    values = {
        name: said(value, t) if isinstance(value, Fault) else value
        for name, value in fault.values.items()
    }
    return t(fault.english, **values)


def all_said(problems: Sequence[Problem], t: Translate) -> str:
    """Every fault, in one line."""
    return "; ".join(said(problem.fault, t) for problem in problems)
