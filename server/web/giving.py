"""`/go/{campaign}/{fund}`: leads a donor to the organiser's own payment page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.catalogue import DEFAULT
from server.relay.campaign import Fund
from server.session.campaigns import OpenCampaign
from server.session.random_ids import new_id
from server.web.api import ApiError, find_campaign
from server.web.api_types import GoQuery
from server.web.operation import Operation

PATH = "/go/{campaign}/{fund}"

OPERATIONS = {
    PATH: Operation(
        "go",
        "Leads to the payment page of a fund; no payment is taken here.",
        None,
        query=GoQuery,
        errors=(400, 404),
        example=DEFAULT,
        done=(303,),
    )
}
"""By path."""

_REF = re.compile(r"[A-Za-z0-9_.~-]{1,64}")
"""What a reference may be: nothing of it has a meaning in an address."""


class Giving:
    """The way to the payment pages; no payment is taken here."""

    def __init__(self, campaigns: Mapping[str, OpenCampaign]) -> None:
        """To the funds of these campaigns."""
        self._campaigns = campaigns

    def routes(self) -> list[Route]:
        """The routes."""
        return [Route(PATH, self.go)]

    async def go(self, request: Request) -> Response:
        """Redirect to the fund's payment page, with a reference in its address."""
        campaign, fund = self._find(request.path_params["campaign"], request.path_params["fund"])
        ref = request.query_params.get("ref") or new_id()
        if not _REF.fullmatch(ref):
            raise ApiError(400, "bad_ref", "`ref` is 1 to 64 letters, digits and -._~")
        values = {"ref": ref, "fund": fund.id, "campaign": campaign}
        address = fund.url.format(**{name: quote(it, safe="") for name, it in values.items()})
        return RedirectResponse(address, 303, {"Cache-Control": "no-store"})

    def _find(self, campaign_id: str, fund_id: str) -> tuple[str, Fund]:
        found = find_campaign(self._campaigns, campaign_id)
        for fund in found.campaign.offered_funds:
            if fund.id == fund_id:
                return campaign_id, fund
        raise ApiError(404, "no_such_fund", "the campaign has no fund of this id")
