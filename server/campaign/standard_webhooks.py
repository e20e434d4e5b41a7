"""Reports as Standard Webhooks: the form of the contract, for providers that send it themselves."""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec
from standardwebhooks import Webhook, WebhookVerificationError
from standardwebhooks.webhooks import EmptyWebhookSecretError

from server.campaign import definition
from server.campaign.provider_secrets import secrets_of
from server.campaign.reports import BadReportError, BadSignatureError, SignedReport, read_report

SOURCE = "webhook"
ID_CHARS = 128

_SIGNATURE = re.compile(r"v1,[A-Za-z0-9+/]+={0,2}")
"""One of those in `webhook-signature`; others are of versions that are not known here."""

_SECONDS = re.compile(r"[1-9][0-9]{0,15}")
"""`webhook-timestamp`. The library signs the seconds that it reads, also of a time that is written
in another way and was signed so."""


def read_signed(
    body: bytes, headers: Mapping[str, str], account: definition.Webhook
) -> SignedReport:
    """What a report says.

    Raises:
        BadSignatureError, BadReportError: see there.
    """
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise BadReportError(f"the body is no UTF-8: {error.reason}") from error
    known = _with_known_signatures(headers)
    if not _SECONDS.fullmatch(headers.get("webhook-timestamp", "")):
        raise BadSignatureError
    if not any(_is_signed(text, known, secret) for secret in secrets_of(account)):
        raise BadSignatureError
    report_id = headers["webhook-id"]
    if len(report_id) > ID_CHARS or not report_id.isprintable():
        raise BadReportError(f"a webhook-id has at most {ID_CHARS} characters")
    try:
        return SignedReport(SOURCE, report_id, body, read_report(body))
    except msgspec.DecodeError as error:
        raise BadReportError(str(error)) from error


def _with_known_signatures(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers without signatures of other forms, at which the library would give up."""
    told = headers.get("webhook-signature", "").split()
    known = " ".join(it for it in told if _SIGNATURE.fullmatch(it))
    return {**headers, "webhook-signature": known}


def _is_signed(body: str, headers: dict[str, str], secret: str) -> bool:
    """Whether this secret has signed it, within 5 minutes."""
    try:
        Webhook(secret).verify(body, headers, json_parse=False)
    except (WebhookVerificationError, EmptyWebhookSecretError, ValueError):
        return False  # ValueError: the signature or the secret is no base64
    return True
