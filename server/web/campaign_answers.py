"""The JSON of campaigns, which the worker answers itself: it has the counters at hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus

import msgspec

from server.campaign.definition import Definition
from server.campaign.figures import RelayFigures
from server.catalogue import DEFAULT
from server.session.campaigns import OpenCampaign
from server.store.counters import Counters
from server.transport.direct_answers import DirectAnswers, LiveAnswer
from server.web.api_types import CampaignAnswer
from server.web.campaign_content import about, funds, goals, pledges, theme
from server.web.operation import Operation

_encode = msgspec.json.Encoder().encode

CAMPAIGN = Operation(
    "campaign",
    "A campaign with its phrases, and its counters at this moment.",
    CampaignAnswer,
    errors=(404,),
    example=DEFAULT,
)


class CampaignAnswers:
    """`/api/campaigns/{id}` with figures as last read, at most a second old."""

    def __init__(
        self,
        campaigns: Mapping[str, OpenCampaign],
        counters: Counters,
        figures: RelayFigures,
        definition: Callable[[str], Definition],
    ) -> None:
        """All are those of the worker; `definition` says how a campaign was defined."""
        self._campaigns = campaigns
        self._counters = counters
        self._figures = figures
        self._definition = definition
        self._added: set[str] = set()

    def add_to(self, answers: DirectAnswers, headers: Iterable[tuple[str, str]]) -> None:
        """Give the answers of all campaigns there are where a connection is accepted.

        Call this again when there are more. `headers` are those of each answer.
        """
        for campaign_id, campaign in self._campaigns.items():
            if campaign_id not in self._added:
                self._added.add(campaign_id)
                answers.add_live(f"/api/campaigns/{campaign_id}", self._of(campaign), headers)

    def _of(self, open_campaign: OpenCampaign) -> Callable[[], LiveAnswer]:
        def answer() -> LiveAnswer:
            campaign = open_campaign.campaign
            definition = self._definition(campaign.id)
            content = CampaignAnswer(
                campaign.id,
                campaign.text(campaign.title),
                campaign.is_open(datetime.now(UTC)),
                self._counters.last(campaign.id),
                list(campaign.phrases.values()),
                list(campaign.relays),
                pledges(campaign, self._figures.pledges(campaign.id)),
                funds(campaign, self._figures.raised(campaign.id)),
                about(campaign, definition),
                theme(definition),
                goals(campaign, definition.goal),
                goals(campaign, definition.milestone),
            )
            return LiveAnswer(HTTPStatus.OK, "application/json", _encode(content))

        return answer
