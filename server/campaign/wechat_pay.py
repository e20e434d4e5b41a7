"""WeChat Pay's notifications (API v3) as reports of donations and refunds.

A notification is signed by WeChat Pay (RSA with SHA-256), and its content encrypted with the
merchant's APIv3 key (AES-256-GCM). The order's `attach` names the fund: `FUND` or `FUND:REF`.
"""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache

import msgspec
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from cryptography.x509 import load_pem_x509_certificate

from server.campaign.definition import WeChatPay
from server.campaign.provider_secrets import TOLERANCE_SECONDS, secrets_of
from server.campaign.reports import (
    BadReportError,
    BadSignatureError,
    Report,
    SignedReport,
    read_json,
    report_of,
    write_report,
)

SOURCE = "wechat"
PAID, REFUNDED = "TRANSACTION.SUCCESS", "REFUND.SUCCESS"
SUCCESS = "SUCCESS"
CURRENCY = "CNY"
"""Of amounts that come without one: those of refunds."""

_CERTIFICATE = "-----BEGIN CERTIFICATE-----"


class _Resource(msgspec.Struct, frozen=True):
    algorithm: str
    ciphertext: str
    nonce: str
    associated_data: str = ""


class _Notification(msgspec.Struct, frozen=True):
    id: str
    event_type: str
    resource: _Resource


class _Paid(msgspec.Struct, frozen=True):
    total: int
    currency: str = CURRENCY


class _Transaction(msgspec.Struct, frozen=True):
    mchid: str
    transaction_id: str
    trade_state: str
    amount: _Paid
    attach: str = ""
    success_time: datetime | None = None


class _Returned(msgspec.Struct, frozen=True):
    refund: int
    currency: str = CURRENCY


class _Refund(msgspec.Struct, frozen=True):
    mchid: str
    transaction_id: str
    refund_id: str
    refund_status: str
    amount: _Returned
    success_time: datetime | None = None


def read_signed(
    body: bytes, headers: Mapping[str, str], account: WeChatPay, now: float
) -> SignedReport:
    """What a notification says.

    Args:
        body: of the request.
        headers: of it, with names in lower case.
        account: whose notification it has to be.
        now: seconds since 1970.

    Raises:
        BadSignatureError, BadReportError: see there.
    """
    _check_signature(body, headers, account.keys, now)
    notification = read_json(body, _Notification)
    report = None
    if notification.event_type == PAID:
        paid = read_json(_decrypt(notification.resource, account), _Transaction)
        report = _donation(paid, account) if _is_of(account, paid.mchid, paid.trade_state) else None
    elif notification.event_type == REFUNDED:
        back = read_json(_decrypt(notification.resource, account), _Refund)
        report = _refund(back) if _is_of(account, back.mchid, back.refund_status) else None
    # A notification that is sent again may be encrypted anew.
    same = b"" if report is None else write_report(report)
    return SignedReport(SOURCE, f"{SOURCE}:{notification.id[:64]}", same, report)


@lru_cache(16)
def public_key(pem: str) -> RSAPublicKey:
    """The key of a PEM that has a public key or a certificate.

    Raises:
        ValueError: it has neither, or another kind of key.
    """
    data = pem.strip().encode()
    is_certificate = pem.strip().startswith(_CERTIFICATE)
    found: object = (
        load_pem_x509_certificate(data).public_key()
        if is_certificate
        else load_pem_public_key(data)
    )
    if not isinstance(found, RSAPublicKey):
        raise ValueError("it is no RSA key")
    return found


def _check_signature(
    body: bytes, headers: Mapping[str, str], keys: Iterable[str], now: float
) -> None:
    timestamp, nonce = headers.get("wechatpay-timestamp", ""), headers.get("wechatpay-nonce", "")
    if not timestamp.isdecimal() or abs(int(timestamp[:16]) - now) > TOLERANCE_SECONDS:
        raise BadSignatureError
    signed = f"{timestamp}\n{nonce}\n".encode("latin-1", "replace") + body + b"\n"
    try:
        signature = b64decode(headers.get("wechatpay-signature", ""), validate=True)
    except (Base64Error, ValueError):
        raise BadSignatureError from None
    for pem in keys:
        try:
            public_key(pem).verify(signature, signed, PKCS1v15(), SHA256())
        except InvalidSignature:
            continue
        return
    raise BadSignatureError


def _decrypt(resource: _Resource, account: WeChatPay) -> bytes:
    if resource.algorithm != "AEAD_AES_256_GCM":
        raise BadReportError(f"the algorithm {resource.algorithm!r} is not known")
    try:
        ciphertext = b64decode(resource.ciphertext, validate=True)
    except (Base64Error, ValueError) as error:
        raise BadReportError("the ciphertext is no base64") from error
    nonce, more = resource.nonce.encode(), resource.associated_data.encode()
    for secret in secrets_of(account):
        try:
            return AESGCM(secret.encode()).decrypt(nonce, ciphertext, more)
        except (InvalidTag, ValueError):
            continue
    raise BadReportError("no APIv3 key of the campaign decrypts the resource")


def _is_of(account: WeChatPay, merchant: str, state: str) -> bool:
    """Whether it happened, and to this merchant."""
    if merchant != account.merchant:
        raise BadReportError(f"it is for the merchant {merchant}, not for {account.merchant}")
    return state == SUCCESS


def _donation(paid: _Transaction, account: WeChatPay) -> Report:
    fund, _, ref = paid.attach.partition(":")
    if not (fund or account.fund):
        raise BadReportError("`attach` names no fund, and the campaign says none for that case")
    data = {
        "id": paid.transaction_id,
        "fund": fund or account.fund,
        "amount": paid.amount.total,
        "currency": paid.amount.currency,
        "ref": ref or None,
        "at": paid.success_time,
    }
    return report_of("donation.succeeded", data)


def _refund(back: _Refund) -> Report:
    data = {
        "id": back.transaction_id,
        "refund": back.refund_id,
        "amount": back.amount.refund,
        "currency": back.amount.currency,
        "at": back.success_time,
    }
    return report_of("donation.refunded", data)
