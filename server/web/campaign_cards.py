"""`/c/{id}/picture.png`: the share card of a campaign that has no picture of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.archive.card import Card
from server.archive.pictures import Pictures
from server.campaign.colours import mixed, on_colour
from server.campaign.definition import Definition
from server.relay.campaign import Campaign
from server.session.campaigns import OpenCampaign
from server.web.api import find_campaign
from server.web.share_cards import answer_card
from server.web.words import words_for


class CampaignCards:
    """The handler."""

    def __init__(
        self,
        campaigns: Mapping[str, OpenCampaign],
        definition: Callable[[str], Definition],
        pictures: Pictures,
    ) -> None:
        """`definition` says how a campaign was defined."""
        self._campaigns = campaigns
        self._definition = definition
        self._pictures = pictures

    def routes(self) -> list[Route]:
        """The route."""
        return [Route("/c/{id}/picture.png", self.picture, name="campaign-picture")]

    async def picture(self, request: Request) -> Response:
        """Answer with the card, in the campaign's own language."""
        campaign_id = request.path_params["id"]
        found = find_campaign(self._campaigns, campaign_id)
        card = _card(found.campaign, self._definition(campaign_id))
        return await answer_card(request, self._pictures, f"campaign-{campaign_id}", card)


def _card(campaign: Campaign, definition: Definition) -> Card:
    colours, organiser = definition.theme.light, definition.organiser
    words = words_for(campaign.locale)
    return Card(
        text=campaign.text(campaign.title),
        kind=campaign.text(organiser.name) if organiser else words("product"),
        number=("", "", ""),
        title=campaign.text(definition.summary) or words("tagline"),
        foot=words("product"),
        seal=definition.theme.seal,
        accent=colours.accent,
        paper=colours.paper,
        sheet=mixed(colours.paper, "#ffffff", 0.7),
        on_accent=on_colour(colours.accent),
    )
