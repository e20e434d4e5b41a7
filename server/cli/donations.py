"""`jielong donations`: what was given, statements of the provider, and refunds to be seen to."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from server.archive.database import Database
from server.campaign.amounts import show_amount
from server.campaign.definition import Definition
from server.campaign.donation_list import DonationList, DonationRow, RefundRow
from server.campaign.donations import Donations
from server.campaign.file import read_file
from server.campaign.manager import find_campaign
from server.campaign.reconciliation import Difference, Reconciliation
from server.campaign.reconciliation import Entry as StatementEntry
from server.campaign.statement import Defaults, StatementError, read_statement
from server.campaign.statement_import import take_statement
from server.campaign.storage import CampaignStorage
from server.catalogue import DEFAULT, load_library
from server.cli.command import StartError, on_database, operator, settings_from
from server.cli.flags import DatabaseUrl, DataFolder, SourceFile
from server.console.audit import AuditLog, Entry, as_json

donations = typer.Typer(
    help="List donations, take them from a statement, and compare them with one.",
    no_args_is_help=True,
)

_DASHES = {"ignore_unknown_options": True}
"""An id can begin with a dash."""

CampaignId = Annotated[str, typer.Option("--campaign", help="Id of the campaign.")]
Statement = Annotated[
    Path, typer.Argument(help="CSV: id, fund, amount, currency, refund, ref, at.")
]
FundOfAll = Annotated[str, typer.Option("--fund", help="Fund for the lines that name none.")]


@donations.command("list")
def list_(
    words: Annotated[
        str, typer.Argument(metavar="ID", help="Id of a donation or a refund, or a ref; none: all.")
    ] = "",
    campaign: CampaignId = DEFAULT,
    fund: Annotated[str, typer.Option(help="List only donations for this fund.")] = "",
    most: Annotated[int, typer.Option(min=1, max=10_000, help="Donations to list.")] = 100,
    database_url: DatabaseUrl = None,
    data: DataFolder = None,
) -> None:
    """List donations, the newest first."""

    async def do(database: Database) -> None:
        found = DonationList(database)
        if words:
            rows = await found.search(campaign, words, most)
        else:
            rows = await found.newest(campaign, fund=fund, limit=most)
        for row in rows:
            typer.echo(_donation(row))

    on_database(do, database_url, data)


@donations.command(context_settings=_DASHES)
def show(
    name: Annotated[str, typer.Argument(metavar="DONATION", help="Id of a donation.")],
    campaign: CampaignId = DEFAULT,
    database_url: DatabaseUrl = None,
    data: DataFolder = None,
) -> None:
    """Show a donation and its refunds."""

    async def do(database: Database) -> None:
        found = DonationList(database)
        donation = await found.find(campaign, name)
        refunds = await found.refunds_of(campaign, name)
        if donation is None and not refunds:
            raise StartError(f"there is no donation {name}; `jielong donations list` shows all")
        typer.echo(_donation(donation) if donation else f"{name}  not reported yet")
        for refund in refunds:
            typer.echo(f"  {_refund(refund)}")

    on_database(do, database_url, data)


@donations.command("set-aside", context_settings=_DASHES)
def set_aside(
    settled: Annotated[
        list[str] | None, typer.Option("--settle", help="Refund that was dealt with; repeatable.")
    ] = None,
    campaign: CampaignId = DEFAULT,
    most: Annotated[int, typer.Option(min=1, max=10_000, help="Refunds to list.")] = 100,
    database_url: DatabaseUrl = None,
    data: DataFolder = None,
) -> None:
    """List the refunds that count nowhere: larger than their donation, or without one."""

    async def do(database: Database) -> None:
        for refund in settled or ():
            if not await Donations(database).settle(campaign, refund):
                raise StartError(f"no refund {refund} is set aside")
            await AuditLog(database).record(Entry(operator(), "settle refund", refund, campaign))
            typer.echo(f"{refund} settled")
        if not settled:
            for row in await DonationList(database).unsettled(campaign, limit=most):
                typer.echo(f"{_refund(row)}  of {row.donation}")

    on_database(do, database_url, data)


@donations.command("import")
def import_(
    statement: Statement,
    campaign: CampaignId = DEFAULT,
    fund: FundOfAll = "",
    file: SourceFile = None,
    database_url: DatabaseUrl = None,
    data: DataFolder = None,
) -> None:
    """Take the donations and refunds of a statement; the same one again changes nothing."""

    async def do(database: Database, definition: Definition) -> None:
        defaults = _defaults(definition, fund)
        for _ in read_statement(statement, defaults):
            pass  # a file that cannot be read to its end is not begun
        lines = read_statement(statement, defaults)
        done = await take_statement(Donations(database), campaign, definition.fund, lines)
        for refused in done.reasons:
            typer.echo(f"{statement}:{refused.line}: {refused.fault}", err=True)
        counts = {"new": done.new, "known": done.known, "refused": done.refused}
        entry = Entry(operator(), "import statement", campaign=campaign, after=as_json(counts))
        await AuditLog(database).record(entry)
        typer.echo(f"{done.new} new, {done.known} known, {done.refused} refused")
        if done.refused:
            raise typer.Exit(1)

    _with_statement(do, campaign, file, database_url, data)


@donations.command()
def reconcile(
    statement: Statement,
    campaign: CampaignId = DEFAULT,
    fund: FundOfAll = "",
    file: SourceFile = None,
    database_url: DatabaseUrl = None,
    data: DataFolder = None,
) -> None:
    """Compare the donations with a statement: status 0 when both say the same, 1 when not."""

    async def do(database: Database, definition: Definition) -> None:
        comparing = Reconciliation(DonationList(database), campaign)
        lines, count = read_statement(statement, _defaults(definition, fund)), 0
        async for difference in comparing.differences(lines):
            count += 1
            typer.echo(_difference(difference))
        typer.echo(f"{count} differences" if count else "both say the same")
        if count:
            raise typer.Exit(1)

    _with_statement(do, campaign, file, database_url, data)


def _with_statement(
    do: Callable[[Database, Definition], Coroutine[Any, Any, None]],
    campaign: str,
    file: Path | None,
    database_url: str | None,
    data: Path | None,
) -> None:
    """Run `do` with the campaign as it is defined; a file that cannot be read is status 2."""

    async def run(database: Database) -> None:
        try:
            await do(database, await _find(campaign, file, database))
        except StatementError as error:
            typer.echo(f"jielong: {error}", err=True)
            raise typer.Exit(2) from error

    on_database(run, database_url, data)


async def _find(campaign: str, file: Path | None, database: Database) -> Definition:
    """The campaign as the file or SQL defines it."""
    library, settings = load_library(), settings_from({"campaigns": file})
    if settings.campaigns is None:
        return await find_campaign(CampaignStorage(database), library, campaign)
    found = read_file(settings.campaigns, library, needs_default=True).definitions.get(campaign)
    if found is None:
        raise StartError(f"{settings.campaigns} has no campaign {campaign}")
    return found


def _defaults(definition: Definition, fund: str) -> Defaults:
    funds = {it.id: it.currency for it in definition.fund}
    if not fund and len(funds) == 1:
        fund = next(iter(funds))
    zone = ZoneInfo(definition.time_zone) if definition.time_zone else None
    return Defaults(fund, funds, zone)


def _donation(row: DonationRow) -> str:
    refunded = f"  refunded {_money(row.refunded, row.currency)}" if row.refunded else ""
    told = f"{_moment(row.at)}  by {row.source}  {row.ref}".rstrip()
    return f"{row.id}  {row.fund}  {_money(row.amount, row.currency)}{refunded}  {told}"


def _refund(row: RefundRow) -> str:
    money = _money(row.amount, row.currency)
    return f"{row.id}  {money}  {row.state}  {_moment(row.at)}  by {row.source}"


def _difference(found: Difference) -> str:
    here, there = _entry(found.here), _entry(found.there)
    return f"{found.what} {found.id}: here {here}, in the statement {there}"


def _entry(entry: StatementEntry | None) -> str:
    return "nothing" if entry is None else f"{_money(entry.amount, entry.currency)} {entry.of}"


def _money(amount: int, currency: str) -> str:
    return f"{show_amount(amount, currency)} {currency}"


def _moment(at: int) -> str:
    return f"{datetime.fromtimestamp(at / 1_000, UTC):%Y-%m-%d %H:%M}"
