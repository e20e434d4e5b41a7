"""Funds and donations: what was given, and refunds that somebody has to see to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from starlette.responses import Response

from server.campaign.amounts import grouped_amount
from server.campaign.donation_list import PAGE, DonationList, DonationRow, Place, RefundRow
from server.campaign.donations import ASIDE, SETTLED, TAKEN, WAITING, Donations, FundTotals
from server.console.frame import CAMPAIGNS, MenuEntry
from server.console.pages.chosen import campaign_choices, chosen_campaign
from server.console.parts import Parts
from server.console.roles import Permission
from server.console.section import ConsoleRoute, Section, get, post
from server.console.tables import (
    Badge,
    Button,
    Buttons,
    Cell,
    Code,
    Column,
    Filter,
    Link,
    Moment,
    Table,
    Tone,
)
from server.console.texts import text
from server.console.visit import Visit
from server.relay.campaign import Campaign, Fund

_FUNDS = (
    Column(text("Fund")),
    Column(text("Raised"), number=True),
    Column(text("Goal"), number=True),
    Column(text("Donations"), number=True),
)
_DONATIONS = (
    Column(text("When")),
    Column(text("Amount"), number=True),
    Column(text("Refunded"), number=True),
    Column(text("Fund")),
    Column(text("Donation")),
    Column(text("Reference")),
    Column(text("Told by")),
)
_REFUNDS = (
    Column(text("When")),
    Column(text("Amount"), number=True),
    Column(text("State")),
    Column(text("Actions")),
    Column(text("Of the donation")),
    Column(text("Refund")),
    Column(text("Told by")),
)
_STATES: dict[str, tuple[str, Tone]] = {
    TAKEN: (text("counted"), "good"),
    WAITING: (text("waits for its donation"), "warn"),
    ASIDE: (text("set aside"), "bad"),
    SETTLED: (text("seen to"), "plain"),
}


class FundsPage(Section):
    """The funds of a campaign, its donations, and the page of one donation."""

    menu = (MenuEntry("/funds", text("Funds and donations"), CAMPAIGNS, Permission.LOOK),)

    def __init__(self, parts: Parts) -> None:
        """Over the campaigns and donations of `parts`."""
        self._campaigns = parts.campaigns
        self._donations = Donations(parts.database)
        self._list = DonationList(parts.database)

    def routes(self) -> Sequence[ConsoleRoute]:
        """Its routes."""
        return [
            get("/funds", self.show),
            get("/funds/donation", self.show_one),
            post("/funds/settle", self.settle, Permission.MONEY),
        ]

    async def show(self, visit: Visit) -> Response:
        """The funds, and a page of donations."""
        campaign = chosen_campaign(visit, self._campaigns.live)
        totals = await self._donations.totals(campaign.id)
        funds = Table(
            text("Funds"),
            _FUNDS,
            [_fund(campaign, fund, totals) for fund in campaign.funds],
            text("This campaign has no fund."),
        )
        unsettled = Table(
            text("Refunds that count nowhere"),
            _REFUNDS,
            [_refund(visit, campaign.id, row) for row in await self._list.unsettled(campaign.id)],
            text("Nothing to see to."),
        )
        donations = await self._donations_table(visit, campaign)
        return visit.page(
            "funds",
            campaign=campaign,
            filters=self._filters(visit, campaign),
            funds=funds,
            unsettled=unsettled,
            donations=donations,
        )

    async def show_one(self, visit: Visit) -> Response:
        """One donation and its refunds."""
        campaign = chosen_campaign(visit, self._campaigns.live)
        name = visit.query("id")
        donation = await self._list.find(campaign.id, name)
        refunds = await self._list.refunds_of(campaign.id, name)
        if donation is None and not refunds:
            raise visit.missing("there is no donation of this id")
        given = Table(
            text("Donation"),
            _DONATIONS,
            [_donation(campaign, donation)] if donation else [],
            text("It was not reported yet."),
        )
        back = Table(
            text("Refunds"),
            _REFUNDS,
            [_refund(visit, campaign.id, row) for row in refunds],
            text("Nothing of it was given back."),
        )
        return visit.page("donation", campaign=campaign, donation=given, refunds=back)

    async def settle(self, visit: Visit) -> Response:
        """Somebody has seen to a refund that was set aside."""
        campaign = chosen_campaign(visit, self._campaigns.live)
        refund = visit.posted.fields.get("refund", "")
        if not await self._donations.settle(campaign.id, refund):
            raise visit.missing("no such refund is set aside")
        await visit.record("settle refund", refund, campaign.id)
        told = visit.t(text("The refund {refund} is marked as seen to."), refund=refund)
        return await visit.go(f"/funds?campaign={campaign.id}", told)

    async def _donations_table(self, visit: Visit, campaign: Campaign) -> Table:
        """A page of donations: those that were searched for, or the newest."""
        words, fund = visit.query("search").strip(), visit.query("fund")
        at, _, name = visit.query("before").partition("-")
        before = Place(int(at), name) if at.isdecimal() and len(at) < 19 else None
        rows = (
            await self._list.search(campaign.id, words)
            if words
            else await self._list.newest(campaign.id, before=before, fund=fund, limit=PAGE + 1)
        )
        shown = rows[:PAGE]
        older = ""
        if len(rows) > PAGE:
            older = visit.here(before=f"{shown[-1].at}-{shown[-1].id}")
        return Table(
            text("Donations"),
            _DONATIONS,
            [_donation(campaign, row) for row in shown],
            text("No donation was reported."),
            newer=visit.here(before="") if before else "",
            older=older,
        )

    def _filters(self, visit: Visit, campaign: Campaign) -> list[Filter]:
        """Which campaign the page is about, and which donations of it are listed."""
        ids = campaign_choices(self._campaigns, campaign.id)
        funds = [
            ("", visit.t(text("All"))),
            *((it.id, f"{campaign.text(it.title)} ({it.id})") for it in campaign.funds),
        ]
        searched = text("Id of a donation or refund, or a reference")
        return [
            Filter("campaign", text("Campaign"), campaign.id, ids),
            Filter("fund", text("Fund"), visit.query("fund"), funds),
            Filter("search", searched, visit.query("search").strip()),
        ]


def _fund(campaign: Campaign, fund: Fund, totals: Mapping[str, FundTotals]) -> list[Cell]:
    found = totals.get(fund.id, FundTotals())
    goal = _money(fund.goal, fund.currency) if fund.goal else "–"
    title = campaign.text(fund.title)
    return [f"{title} ({fund.id})", _money(found.raised, fund.currency), goal, found.donations]


def _donation(campaign: Campaign, row: DonationRow) -> list[Cell]:
    return [
        Moment(row.at),
        _money(row.amount, row.currency),
        _money(row.refunded, row.currency) if row.refunded else "–",
        row.fund,
        Link(row.id, donation_path(campaign.id, row.id)),
        Code(row.ref),
        row.source,
    ]


def _refund(visit: Visit, campaign: str, row: RefundRow) -> list[Cell]:
    label, tone = _STATES.get(row.state, (row.state, "plain"))
    buttons = []
    if row.state == ASIDE and visit.may(Permission.MONEY):
        values = {"campaign": campaign, "refund": row.id}
        buttons = [Button(text("It was seen to"), "/funds/settle", values)]
    return [
        Moment(row.at),
        _money(row.amount, row.currency),
        Badge(label, tone),
        Buttons(buttons),
        Link(row.donation, donation_path(campaign, row.donation)),
        Code(row.id),
        row.source,
    ]


def donation_path(campaign: str, donation: str) -> str:
    """The page of a donation."""
    return f"/funds/donation?{urlencode({'campaign': campaign, 'id': donation})}"


def _money(amount: int, currency: str) -> str:
    return f"{grouped_amount(amount, currency)} {currency}"
