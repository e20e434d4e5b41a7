"""Which campaign a page is about: the one that the address or the form names, or the first."""

from __future__ import annotations

from collections.abc import Mapping

from server.console.forms import Field
from server.console.texts import text
from server.console.visit import Visit
from server.relay.campaign import Campaign
from server.session.campaigns import OpenCampaign
from server.web.campaigns import WebCampaigns


def chosen_campaign(visit: Visit, campaigns: Mapping[str, OpenCampaign]) -> Campaign:
    """The campaign; the first one with funds where nobody names one.

    Raises:
        HTTPException: there is none of the name.
    """
    name = visit.posted.fields.get("campaign") or visit.query("campaign")
    if not name:
        offered = [it.campaign for it in campaigns.values()]
        return next((it for it in offered if it.funds), offered[0])
    found = campaigns.get(name)
    if found is None:
        raise visit.missing("there is no campaign of this id")
    return found.campaign


def campaign_field(campaigns: WebCampaigns) -> Field:
    """A field of a form for one of all campaigns, also of those that are archived."""
    choices = [
        (name, f"{live.campaign.text(live.campaign.title)} ({name})")
        for name, live in campaigns.live.items()
    ]
    return Field("campaign", text("Campaign"), "choice", choices=choices)


def campaign_choices(campaigns: WebCampaigns, chosen: str = "") -> list[tuple[str, str]]:
    """Ids and titles of the campaigns to choose from; of archived ones, only the chosen one."""
    return [
        (name, live.campaign.text(live.campaign.title))
        for name, live in campaigns.live.items()
        if name == chosen or not campaigns.definition(name).archived
    ]
