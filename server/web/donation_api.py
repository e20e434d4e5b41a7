"""`POST /api/donations/{campaign}`: the payment provider's signed reports (Standard Webhooks)."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

import msgspec
import structlog
from standardwebhooks import Webhook, WebhookVerificationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.campaign.definition import Definition
from server.campaign.definition import Webhook as WebhookDefinition
from server.campaign.donations import ConflictError, Donations
from server.campaign.reports import Donation, Refunded, Succeeded, read_report
from server.catalogue import DEFAULT
from server.relay.campaign import Campaign
from server.session.campaigns import OpenCampaign
from server.web.api import ApiError
from server.web.api_types import DonationReport
from server.web.bodies import read_body
from server.web.operation import Operation

log = structlog.get_logger()

OPERATIONS = {
    "/api/donations/{campaign}": Operation(
        "reportDonation",
        "A payment provider's signed report: 204 when it is taken, now or before.",
        None,
        errors=(400, 401, 404, 408, 409, 413, 429, 503),
        example=DEFAULT,
        method="post",
        done=(204,),
        body=DonationReport,
        key="webhook",
    )
}

BODY_BYTES = 65_536
ID_CHARS = 128


class DonationApi:
    """Takes the reports."""

    def __init__(
        self,
        campaigns: Mapping[str, OpenCampaign],
        definition: Callable[[str], Definition],
        donations: Donations,
    ) -> None:
        """`definition` says how a campaign was defined, with its secrets."""
        self._campaigns = campaigns
        self._definition = definition
        self._donations = donations

    def routes(self) -> list[Route]:
        """The routes."""
        return [Route(path, self.report, methods=["POST"]) for path in OPERATIONS]

    async def report(self, request: Request) -> Response:
        """Take a report: 204, now or before."""
        name = request.path_params["campaign"]
        campaign = self._campaigns.get(name)
        if campaign is None:
            raise ApiError(404, "no_such_campaign", "there is no campaign of this id")
        body = await read_body(request, BODY_BYTES)
        if not _is_signed(body, request.headers, _secrets(self._definition(name).webhook)):
            raise ApiError(401, "bad_signature", "no secret of the campaign has signed this")
        report_id = request.headers["webhook-id"]
        if len(report_id) > ID_CHARS or not report_id.isprintable():
            raise ApiError(400, "bad_report", f"a webhook-id has at most {ID_CHARS} characters")
        try:
            report = read_report(body)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise ApiError(400, "bad_report", str(error)) from error
        _check_fund(campaign.campaign, report)
        try:
            await self._donations.take(name, report_id, body, report)
        except ConflictError as error:
            log.warning("a report was refused", campaign=name, report=report_id, error=str(error))
            raise ApiError(409, "conflict", str(error)) from error
        return Response(status_code=204)


def _check_fund(campaign: Campaign, report: Succeeded | Refunded) -> None:
    """A donation is for a fund of the campaign, in its currency."""
    if not isinstance(report.data, Donation):
        return
    fund = next((it for it in campaign.funds if it.id == report.data.fund), None)
    if fund is None:
        raise ApiError(404, "no_such_fund", "the campaign has no fund of this id")
    if fund.currency != report.data.currency:
        raise ApiError(400, "bad_report", f"the fund is in {fund.currency}")


def _secrets(webhook: WebhookDefinition | None) -> list[str]:
    """What may sign, from the campaign and from the environment variable that it names."""
    if webhook is None:
        return []
    return [*webhook.secrets, *os.environ.get(webhook.secrets_from, "").split()]


def _is_signed(body: bytes, headers: Mapping[str, str], secrets: list[str]) -> bool:
    """Whether one of the secrets has signed it, within 5 minutes."""
    for secret in secrets:
        try:
            Webhook(secret).verify(body, dict(headers), json_parse=False)
        except (WebhookVerificationError, ValueError):  # a signature that cannot be read
            continue
        return True
    return False
