"""What everybody may know of a campaign, as `GET /api/campaigns/{id}` and its totals tell it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from server.campaign.current_figures import Figures
from server.campaign.definition import Definition, Goal, Palette
from server.campaign.donations import FundTotals
from server.relay.campaign import Campaign
from server.web.api_types import (
    AboutInfo,
    CampaignAnswer,
    FundInfo,
    FundTotal,
    GoalInfo,
    OrganiserInfo,
    PaletteInfo,
    PledgeInfo,
    PledgeTotal,
    ThemeInfo,
    TotalsAnswer,
)


def about(campaign: Campaign, definition: Definition) -> AboutInfo:
    """What people read of it, in its own language."""
    organiser = definition.organiser
    return AboutInfo(
        campaign.text(definition.summary),
        campaign.text(definition.cause),
        campaign.text(definition.result),
        campaign.text(definition.legal),
        definition.link,
        definition.picture,
        OrganiserInfo(campaign.text(organiser.name), organiser.link) if organiser else None,
        campaign.opens,
        campaign.closes,
    )


def campaign_answer(
    campaign: Campaign, definition: Definition, now: datetime, figures: Figures
) -> CampaignAnswer:
    """The whole answer."""
    return CampaignAnswer(
        campaign.id,
        campaign.text(campaign.title),
        campaign.is_open(now),
        figures.counters,
        list(campaign.phrases.values()),
        list(campaign.relays),
        pledges(campaign, figures.pledges),
        funds(campaign, figures.raised),
        about(campaign, definition),
        theme(definition),
        goals(campaign, definition.goal),
        goals(campaign, definition.milestone),
    )


def totals_answer(campaign: Campaign, now: datetime, figures: Figures) -> TotalsAnswer:
    """The answer with its figures alone."""
    return TotalsAnswer(
        campaign.id,
        campaign.text(campaign.title),
        campaign.is_open(now),
        figures.counters,
        [PledgeTotal(it.id, it.count) for it in pledges(campaign, figures.pledges)],
        [
            FundTotal(it.id, it.currency, it.raised, it.donations)
            for it in funds(campaign, figures.raised)
        ],
    )


def pledges(campaign: Campaign, counts: Mapping[str, int]) -> list[PledgeInfo]:
    """Those that it offers."""
    if "pledge" not in campaign.relays:
        return []
    return [
        PledgeInfo(it.id, campaign.text(it.text), counts.get(it.id, 0))
        for it in campaign.pledges
        if it.offered
    ]


def funds(campaign: Campaign, raised: Mapping[str, FundTotals]) -> list[FundInfo]:
    """Those that it offers."""
    return [
        FundInfo(
            it.id,
            campaign.text(it.title),
            it.currency,
            *raised.get(it.id, FundTotals()),
            it.goal,
        )
        for it in campaign.offered_funds
    ]


def theme(definition: Definition) -> ThemeInfo:
    """Its colours and its seal."""
    look = definition.theme
    return ThemeInfo(look.seal, _palette(look.light), _palette(look.dark))


def goals(campaign: Campaign, defined: tuple[Goal, ...]) -> list[GoalInfo]:
    """Goals or milestones."""
    return [GoalInfo(it.counter, it.at, campaign.text(it.text)) for it in defined]


def _palette(palette: Palette) -> PaletteInfo:
    return PaletteInfo(palette.accent, palette.paper)
