"""Statements of payment providers: taken in, or compared with the donations that were reported."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from zoneinfo import ZoneInfo

from starlette.responses import Response

from server.campaign.amounts import grouped_amount
from server.campaign.definition import Definition
from server.campaign.donation_list import DonationList
from server.campaign.donations import Donations
from server.campaign.funds import NoSuchFundError, WrongCurrencyError, check_fund
from server.campaign.reconciliation import Difference, Entry, Reconciliation
from server.campaign.statement import Defaults, Line, StatementError, WrongLine, read_lines
from server.campaign.statement_import import take_statement
from server.console.faults import said
from server.console.forms import Field, Form
from server.console.frame import CAMPAIGNS, MenuEntry
from server.console.pages.chosen import campaign_field, chosen_campaign
from server.console.parts import Parts
from server.console.roles import Permission
from server.console.section import ConsoleRoute, Section, get, post
from server.console.tables import Cell, Code, Column, Table
from server.console.texts import text
from server.console.visit import Visit
from server.relay.fault import Fault

MOST_BYTES = 16 * 1024 * 1024
MOST_SHOWN = 500
"""The most differences that a page shows."""

IMPORT, COMPARE = "import", "compare"

_DIFFERENCES = (
    Column(text("Kind")),
    Column(text("Id")),
    Column(text("Here")),
    Column(text("In the statement")),
)
_REFUSED = (Column(text("Line"), number=True), Column(text("Why")))


class StatementsPage(Section):
    """A form for a CSV file, and what came of it."""

    menu = (MenuEntry("/statements", text("Statements"), CAMPAIGNS, Permission.MONEY),)

    def __init__(self, parts: Parts) -> None:
        """Over the campaigns and donations of `parts`."""
        self._campaigns = parts.campaigns
        self._donations = Donations(parts.database)
        self._list = DonationList(parts.database)

    def routes(self) -> Sequence[ConsoleRoute]:
        """Its routes."""
        may = Permission.MONEY
        return [
            get("/statements", self.show, may),
            post("/statements", self.read, may, MOST_BYTES),
        ]

    async def show(self, visit: Visit) -> Response:
        """The form."""
        campaign = chosen_campaign(visit, self._campaigns.live)
        values = {"campaign": campaign.id, "what": COMPARE}
        return visit.page("statements", form=visit.form(self._fields(), values), found=None)

    async def read(self, visit: Visit) -> Response:
        """Compare the file with what was reported, or take it in."""
        form = visit.taken(self._fields())
        file = visit.posted.files.get("file", b"")
        if file:
            form.errors.pop("file", None)
        if not form.is_right:
            return visit.page("statements", 422, form=form, found=None)
        campaign = chosen_campaign(visit, self._campaigns.live).id
        definition = self._campaigns.definition(campaign)
        try:
            found = list(_lines(file, definition))
        except StatementError as error:
            form.errors["file"] = said(error.fault, visit.t)
            return visit.page("statements", 422, form=form, found=None)
        lines = [line for line in found if isinstance(line, Line)]
        if wrong := [line for line in found if isinstance(line, WrongLine)]:
            unfit = _unfit(definition, lines) if form.value("what") == IMPORT else ()
            return self._show_wrong(visit, form, sorted([*wrong, *unfit], key=lambda it: it.number))
        if form.value("what") == IMPORT:
            return await self._take(visit, form, definition, lines)
        return await self._compare(visit, form, campaign, lines)

    def _show_wrong(self, visit: Visit, form: Form, wrong: Sequence[WrongLine]) -> Response:
        """Every line that nobody can take: the file is mended once, not a line at a time."""
        told = visit.t(text("Nothing was read. Lines that are wrong: {count}."), count=len(wrong))
        rows: list[list[Cell]] = [[it.number, said(it.fault, visit.t)] for it in wrong[:MOST_SHOWN]]
        table = Table(text("Lines that are wrong"), _REFUSED, rows, "")
        return visit.page("statements", 422, form=form, found=table, told=told, good=False)

    async def _take(
        self, visit: Visit, form: Form, definition: Definition, lines: list[Line]
    ) -> Response:
        done = await take_statement(self._donations, definition.id, definition.fund, lines)
        counts = {"new": done.new, "known": done.known, "refused": done.refused}
        await visit.record("import statement", campaign=definition.id, after=counts)
        told = visit.t(text("{new} new, {known} known before, {refused} refused."), **counts)
        table = Table(
            text("Lines that were refused"),
            _REFUSED,
            [[it.line, said(it.fault, visit.t)] for it in done.reasons],
            text("No line was refused."),
        )
        return visit.page("statements", form=form, found=table, told=told, good=not done.refused)

    async def _compare(
        self, visit: Visit, form: Form, campaign: str, lines: list[Line]
    ) -> Response:
        comparing, count = Reconciliation(self._list, campaign), 0
        rows: list[list[Cell]] = []
        async for difference in comparing.differences(lines):
            count += 1
            if count <= MOST_SHOWN:
                rows.append(_difference(visit, difference))
        await visit.record("reconcile statement", campaign=campaign, after={"differences": count})
        told = visit.t(text("Differences: {count}."), count=count)
        if not count:
            told = visit.t(text("Both say the same."))
        table = Table(text("Differences"), _DIFFERENCES, rows, text("There is no difference."))
        return visit.page("statements", form=form, found=table, told=told, good=not count)

    def _fields(self) -> Sequence[Field]:
        return (
            campaign_field(self._campaigns),
            Field(
                "what",
                text("What to do"),
                "choice",
                text("Taking a file in twice changes nothing."),
                choices=[
                    (COMPARE, text("Compare with what was reported")),
                    (IMPORT, text("Take in what is missing")),
                ],
            ),
            Field(
                "file",
                text("Statement (CSV)"),
                "file",
                text(
                    "The first line names the columns: id and amount, and where you have them "
                    "fund, currency, refund, ref, at."
                ),
            ),
        )


def _lines(file: bytes, definition: Definition) -> Iterator[Line | WrongLine]:
    funds = {it.id: it.currency for it in definition.fund}
    fund = next(iter(funds)) if len(funds) == 1 else ""
    zone = ZoneInfo(definition.time_zone) if definition.time_zone else None
    try:
        content = io.StringIO(file.decode("utf-8-sig"), newline="")
    except UnicodeDecodeError as error:
        fault = Fault("the file is not UTF-8; save it as CSV in UTF-8")
        raise StatementError(fault) from error
    return read_lines(content, Defaults(fund, funds, zone))


def _unfit(definition: Definition, lines: Iterable[Line]) -> Iterator[WrongLine]:
    """Lines that say something, but not of a fund of the campaign."""
    for line in lines:
        try:
            check_fund(definition.fund, line.report)
        except (NoSuchFundError, WrongCurrencyError) as error:
            yield WrongLine(line.number, error.fault)


def _difference(visit: Visit, found: Difference) -> list[Cell]:
    what = text("Donation") if found.what == "donation" else text("Refund")
    nothing = visit.t(text("nothing"))
    here, there = (_entry(it) if it else nothing for it in (found.here, found.there))
    return [visit.t(what), Code(found.id), here, there]


def _entry(entry: Entry) -> str:
    return f"{grouped_amount(entry.amount, entry.currency)} {entry.currency}, {entry.of}"
