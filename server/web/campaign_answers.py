"""The JSON of campaigns, which the worker answers itself: it has the counters at hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus

import msgspec
import orjson

from server.catalogue import DEFAULT
from server.session.campaigns import OpenCampaign
from server.store.counters import Counters
from server.transport.direct_answers import DirectAnswers, LiveAnswer
from server.web.api_types import CampaignAnswer
from server.web.operation import Operation

CAMPAIGN = Operation(
    "campaign",
    "A campaign with its phrases, and its counters at this moment.",
    CampaignAnswer,
    errors=(404,),
    example=DEFAULT,
)


class CampaignAnswers:
    """`/api/campaigns/{id}` with the counters as last read, at most a second old."""

    def __init__(self, campaigns: Mapping[str, OpenCampaign], counters: Counters) -> None:
        """Both are those of the worker."""
        self._campaigns = campaigns
        self._counters = counters

    def add_to(self, answers: DirectAnswers, headers: Iterable[tuple[str, str]]) -> None:
        """Give the answers where a connection is accepted, with these headers."""
        for campaign_id, campaign in self._campaigns.items():
            answers.add_live(f"/api/campaigns/{campaign_id}", self._of(campaign), headers)

    def _of(self, open_campaign: OpenCampaign) -> Callable[[], LiveAnswer]:
        campaign = open_campaign.campaign
        phrases = orjson.dumps(msgspec.to_builtins(list(campaign.phrases.values())))

        def answer() -> LiveAnswer:
            content = {
                "id": campaign.id,
                "title": campaign.title,
                "open": campaign.is_open(datetime.now(UTC)),
                "counters": msgspec.to_builtins(self._counters.last(campaign.id)),
                "phrases": orjson.Fragment(phrases),
            }
            return LiveAnswer(HTTPStatus.OK, "application/json", orjson.dumps(content))

        return answer
