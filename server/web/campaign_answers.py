"""The totals of campaigns, which the worker answers itself: it has read them already."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus

import msgspec

from server.campaign.current_figures import Figures
from server.campaign.figures import RelayFigures
from server.catalogue import DEFAULT
from server.session.campaigns import OpenCampaign
from server.store.counters import Counters
from server.transport.direct_answers import DirectAnswers, LiveAnswer
from server.web.api_types import NO_SUCH_CAMPAIGN, ErrorAnswer, TotalsAnswer
from server.web.campaign_content import totals_answer
from server.web.operation import Operation

PATH = "/api/campaigns/{id}/totals"

TOTALS = Operation(
    "totals",
    "A campaign's figures as last read, about once a second: cheap, also when many ask.",
    TotalsAnswer,
    errors=(404,),
    example=DEFAULT,
)

_encode = msgspec.json.Encoder().encode

_JSON = "application/json"
_UNKNOWN = LiveAnswer(
    HTTPStatus.NOT_FOUND,
    _JSON,
    _encode(ErrorAnswer(NO_SUCH_CAMPAIGN)),
)
"""A rehearsal's campaign, of which nobody else may know."""


class CampaignAnswers:
    """`/api/campaigns/{id}/totals` with figures as last read."""

    def __init__(
        self, campaigns: Mapping[str, OpenCampaign], counters: Counters, figures: RelayFigures
    ) -> None:
        """All are those of the worker."""
        self._campaigns = campaigns
        self._counters = counters
        self._figures = figures
        self._added: set[str] = set()

    def add_to(self, answers: DirectAnswers, headers: Iterable[tuple[str, str]]) -> None:
        """Give the answers of all campaigns there are where a connection is accepted.

        Call this again when there are more. `headers` are those of each answer.
        """
        for campaign_id, campaign in self._campaigns.items():
            if campaign_id not in self._added:
                self._added.add(campaign_id)
                answers.add_live(PATH.format(id=campaign_id), self._of(campaign), headers)

    def _of(self, open_campaign: OpenCampaign) -> Callable[[], LiveAnswer]:
        def answer() -> LiveAnswer:
            campaign = open_campaign.campaign
            if campaign.rehearsal:
                return _UNKNOWN
            figures = Figures(
                self._counters.last(campaign.id),
                self._figures.pledges(campaign.id),
                self._figures.raised(campaign.id),
            )
            content = _encode(totals_answer(campaign, datetime.now(UTC), figures))
            return LiveAnswer(HTTPStatus.OK, _JSON, content)

        return answer
