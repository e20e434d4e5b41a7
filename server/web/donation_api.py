"""`POST /api/donations/{campaign}`: the payment providers' signed reports.

The campaign's own address takes Standard Webhooks; those below it take the notifications of WeChat
Pay and the events of Stripe.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.archive.database import ArchiveAwayError
from server.campaign import standard_webhooks, stripe_events, wechat_pay
from server.campaign.definition import Definition
from server.campaign.donations import ConflictError, Donations
from server.campaign.funds import NoSuchFundError, WrongCurrencyError, check_fund
from server.campaign.report_batches import ReportBatches
from server.campaign.reports import (
    BadReportError,
    BadSignatureError,
    Report,
    SignedReport,
)
from server.catalogue import DEFAULT
from server.relay.campaign import Fund
from server.session.campaigns import OpenCampaign
from server.web.api import ApiError, find_campaign
from server.web.api_types import DonationReport
from server.web.bodies import read_body
from server.web.operation import Operation

log = structlog.get_logger()

PATH = "/api/donations/{campaign}"

_REPORT = Operation(
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

OPERATIONS = {
    PATH: _REPORT,
    f"{PATH}/wechat": _REPORT._replace(
        name="reportWechatPay",
        summary="A notification of WeChat Pay: 204 when it is taken, now or before.",
        body=None,
        key=None,
    ),
    f"{PATH}/stripe": _REPORT._replace(
        name="reportStripe",
        summary="An event of Stripe: 204 when it is taken, now or before.",
        body=None,
        key=None,
    ),
}
"""By path, in the order of the routes."""

BODY_BYTES = 65_536
RETRY_SECONDS = 5

_OUTDATED = 401, 404
"""Statuses of refusals that a change of the campaign a moment ago may have made wrong."""

Reader = Callable[[bytes, Mapping[str, str], Definition], SignedReport]
"""Reads a provider's report; raises BadSignatureError or BadReportError."""


class DonationApi:
    """Takes the reports."""

    def __init__(
        self,
        campaigns: Mapping[str, OpenCampaign],
        definition: Callable[[str], Definition],
        catch_up: Callable[[], Awaitable[None]],
        donations: Donations,
    ) -> None:
        """`definition` says how a campaign was defined, with its secrets.

        `catch_up` returns when whatever was changed before is known here.
        """
        self._campaigns = campaigns
        self._definition = definition
        self._catch_up = catch_up
        self._donations = donations
        self._reports = ReportBatches(donations)

    def routes(self) -> list[Route]:
        """The routes."""
        endpoints = self.report, self.wechat_notification, self.stripe_event
        return [
            Route(path, endpoint, methods=["POST"])
            for path, endpoint in zip(OPERATIONS, endpoints, strict=True)
        ]

    async def report(self, request: Request) -> Response:
        """Take a Standard Webhook: 204, now or before."""
        return await self._take(request, _standard_webhook)

    async def wechat_notification(self, request: Request) -> Response:
        """Take a notification of WeChat Pay."""
        return await self._take(request, _wechat_notification)

    async def stripe_event(self, request: Request) -> Response:
        """Take an event of Stripe."""
        return await self._take(request, _stripe_event)

    async def _take(self, request: Request, read: Reader) -> Response:
        name = request.path_params["campaign"]
        body = await read_body(request, BODY_BYTES)
        try:
            told = self._read(name, body, request.headers, read)
        except ApiError as error:
            if error.status_code not in _OUTDATED:
                raise
            await self._catch_up()
            told = self._read(name, body, request.headers, read)
        if told.report is not None:
            await self._store(name, told, told.report)
        return Response(status_code=204)

    def _read(
        self, name: str, body: bytes, headers: Mapping[str, str], read: Reader
    ) -> SignedReport:
        find_campaign(self._campaigns, name)
        try:
            return read(body, headers, self._definition(name))
        except BadSignatureError as error:
            why = "no secret of the campaign has signed this"
            raise ApiError(401, "bad_signature", why) from error
        except BadReportError as error:
            raise ApiError(400, "bad_report", str(error)) from error

    async def _store(self, name: str, told: SignedReport, report: Report) -> None:
        try:
            if await self._fits(name, told, report):
                await self._reports.take(name, told)
        except ConflictError as error:
            log.warning("a report was refused", campaign=name, report=told.id, error=str(error))
            raise ApiError(409, "conflict", str(error)) from error
        except ArchiveAwayError as error:
            log.warning("a report was not taken", campaign=name, report=told.id, error=str(error))
            busy = "the report cannot be taken now; send it again"
            raise ApiError(503, "busy", busy, retry_seconds=RETRY_SECONDS) from error

    async def _fits(self, name: str, told: SignedReport, report: Report) -> bool:
        """Whether the campaign has the fund; False if not, but the report was taken before.

        Raises:
            ApiError: it has not, and never had.
            ConflictError, ArchiveAwayError: see `Donations`.
        """
        try:
            _check_fund(self._campaigns[name].campaign.funds, report)
        except ApiError:
            if await self._donations.taken_before(name, told):
                return False
            await self._catch_up()
            _check_fund(self._campaigns[name].campaign.funds, report)
        return True


def _standard_webhook(
    body: bytes, headers: Mapping[str, str], definition: Definition
) -> SignedReport:
    if definition.webhook is None:
        raise BadSignatureError
    return standard_webhooks.read_signed(body, headers, definition.webhook)


def _wechat_notification(
    body: bytes, headers: Mapping[str, str], definition: Definition
) -> SignedReport:
    if definition.wechat is None:
        raise BadSignatureError
    return wechat_pay.read_signed(body, headers, definition.wechat, time.time())


def _stripe_event(body: bytes, headers: Mapping[str, str], definition: Definition) -> SignedReport:
    if definition.stripe is None:
        raise BadSignatureError
    return stripe_events.read_signed(body, headers, definition.stripe, time.time())


def _check_fund(funds: Sequence[Fund], report: Report) -> None:
    try:
        check_fund(funds, report)
    except NoSuchFundError as error:
        raise ApiError(404, "no_such_fund", "the campaign has no fund of this id") from error
    except WrongCurrencyError as error:
        raise ApiError(400, "bad_report", str(error)) from error
