"""Reports as Standard Webhooks: the form of the contract, for providers that send it themselves."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from standardwebhooks import Webhook, WebhookVerificationError

from server.campaign import definition
from server.campaign.provider_secrets import secrets_of
from server.campaign.reports import BadReportError, BadSignatureError, SignedReport, read_report

SOURCE = "webhook"
ID_CHARS = 128


def read_signed(
    body: bytes, headers: Mapping[str, str], account: definition.Webhook
) -> SignedReport:
    """What a report says.

    Raises:
        BadSignatureError, BadReportError: see there.
    """
    if not any(_is_signed(body, headers, secret) for secret in secrets_of(account)):
        raise BadSignatureError
    report_id = headers["webhook-id"]
    if len(report_id) > ID_CHARS or not report_id.isprintable():
        raise BadReportError(f"a webhook-id has at most {ID_CHARS} characters")
    try:
        return SignedReport(SOURCE, report_id, body, read_report(body))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadReportError(str(error)) from error


def _is_signed(body: bytes, headers: Mapping[str, str], secret: str) -> bool:
    """Whether this secret has signed it, within 5 minutes."""
    try:
        Webhook(secret).verify(body, dict(headers), json_parse=False)
    except (WebhookVerificationError, ValueError):  # a signature that cannot be read
        return False
    return True
