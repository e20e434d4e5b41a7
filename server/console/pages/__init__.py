"""The pages of the console, in the order of their entries in the menu."""

from __future__ import annotations

from collections.abc import Callable

from server.console.pages.accounts import AccountsPage
from server.console.pages.audit import AuditPage
from server.console.pages.campaign_editor import CampaignEditor
from server.console.pages.campaigns import CampaignsPage
from server.console.pages.exports import ExportsPage
from server.console.pages.funds import FundsPage
from server.console.pages.overview import OverviewPage
from server.console.pages.participants import ParticipantsPage
from server.console.pages.review import ReviewPage
from server.console.pages.statements import StatementsPage
from server.console.pages.workers import WorkersPage
from server.console.pages.works import WorksPage
from server.console.parts import Parts
from server.console.section import Section

SECTIONS: tuple[Callable[[Parts], Section], ...] = (
    OverviewPage,
    ReviewPage,
    WorksPage,
    ParticipantsPage,
    WorkersPage,
    CampaignsPage,
    CampaignEditor,
    FundsPage,
    StatementsPage,
    ExportsPage,
    AuditPage,
    AccountsPage,
)
