"""`GET /api/campaigns/{id}`, exact: whatever was answered before the request is counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.campaign.current_figures import CurrentFigures
from server.campaign.definition import Definition
from server.catalogue import DEFAULT
from server.session.campaigns import OpenCampaign
from server.store.errors import StoreError
from server.web import campaign_answers
from server.web.api import ApiError, JsonResponse, find_campaign, no_such_campaign
from server.web.api_types import CampaignAnswer
from server.web.bearer import bearer_of
from server.web.campaign_content import campaign_answer
from server.web.operation import Operation
from server.web.shared_identity import SharedIdentity

log = structlog.get_logger()

PATH = "/api/campaigns/{id}"
RETRY_SECONDS = 2
NO_STORE = {"Cache-Control": "no-store"}

OPERATIONS = {
    PATH: Operation(
        "campaign",
        "A campaign with its phrases, and its figures at this moment.",
        CampaignAnswer,
        errors=(404, 503),
        example=DEFAULT,
    ),
    campaign_answers.PATH: campaign_answers.TOTALS,
}
"""By path; the worker itself answers the totals of the campaigns that exist."""


class CampaignApi:
    """The handlers."""

    def __init__(
        self,
        campaigns: Mapping[str, OpenCampaign],
        definition: Callable[[str], Definition],
        figures: CurrentFigures,
        identity: SharedIdentity,
    ) -> None:
        """`definition` says how a campaign was defined, `figures` what it has counted.

        `identity` knows the people of a rehearsal, who alone may know of its campaign.
        """
        self._campaigns = campaigns
        self._definition = definition
        self._figures = figures
        self._identity = identity

    def routes(self) -> list[Route]:
        """The routes."""
        return [
            Route(PATH, self.campaign),
            Route(campaign_answers.PATH, self.unknown_campaign),
        ]

    async def campaign(self, request: Request) -> Response:
        """A campaign with its figures."""
        name = request.path_params["id"]
        open_campaign = find_campaign(self._campaigns, name)
        if not await self._may_know(open_campaign, request):
            raise no_such_campaign()
        try:
            figures = await self._figures.of(name)
        except StoreError as error:
            log.debug("the figures of a campaign cannot be read", campaign=name, error=str(error))
            busy = "the figures cannot be read now; try again"
            raise ApiError(503, "busy", busy, retry_seconds=RETRY_SECONDS) from error
        definition, now = self._definition(name), datetime.now(UTC)
        content = campaign_answer(open_campaign.campaign, definition, now, figures)
        return JsonResponse(content, headers=NO_STORE)

    async def _may_know(self, open_campaign: OpenCampaign, request: Request) -> bool:
        """Whether the request may know of the campaign; for a rehearsal's, it has such a token."""
        if not open_campaign.campaign.rehearsal:
            return True
        token = bearer_of(request)
        return bool(token) and (await self._identity.get()).is_rehearsal(token)

    async def unknown_campaign(self, _: Request) -> Response:
        """The worker answers for those that everybody may know of."""
        raise no_such_campaign()
