"""Takes the donations and refunds of a statement, for providers that send no reports."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from operator import attrgetter
from typing import NamedTuple

from server.campaign.donations import ConflictError, Donations, Outcome
from server.campaign.funds import NoSuchFundError, WrongCurrencyError, check_fund
from server.campaign.statement import Line
from server.relay.campaign import Fund
from server.relay.fault import Fault

LINES_AT_ONCE = 500
"""Lines that are taken in one transaction."""

MOST_REFUSED = 1_000
"""How many refused lines are told of."""


class Refused(NamedTuple):
    """A line that was not taken, and why."""

    line: int
    fault: Fault


class Imported(NamedTuple):
    """What became of a statement: how many lines were new, known before and refused."""

    new: int
    known: int
    refused: int
    reasons: Sequence[Refused]
    """Of the first MOST_REFUSED lines that were refused."""


async def take_statement(
    donations: Donations, campaign: str, funds: Sequence[Fund], lines: Iterable[Line]
) -> Imported:
    """Take what the lines say. A statement that is taken again changes nothing.

    Raises:
        ArchiveAwayError: SQL cannot be written now; what came before was taken.
        StatementError: a line cannot be read; what came before was taken.
    """
    count = {Outcome.NEW: 0, Outcome.KNOWN: 0}
    refused: list[Refused] = []
    rest, faults = iter(lines), 0
    while some := list(islice(rest, LINES_AT_ONCE)):
        fitting: list[Line] = []
        wrong: list[Refused] = []
        for line in some:
            try:
                check_fund(funds, line.report)
            except (NoSuchFundError, WrongCurrencyError) as error:
                wrong.append(Refused(line.number, error.fault))
            else:
                fitting.append(line)
        outcomes = await donations.take(campaign, [line.signed for line in fitting])
        for line, outcome in zip(fitting, outcomes, strict=True):
            if isinstance(outcome, ConflictError):
                wrong.append(Refused(line.number, outcome.fault))
            else:
                count[outcome] += 1
        faults += len(wrong)
        refused += sorted(wrong, key=attrgetter("line"))[: MOST_REFUSED - len(refused)]
    return Imported(count[Outcome.NEW], count[Outcome.KNOWN], faults, refused)
