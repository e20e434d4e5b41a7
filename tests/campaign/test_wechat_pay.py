"""WeChat Pay's notifications, as its documentation shows them, are donations and refunds."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256

from server.campaign.definition import WeChatPay
from server.campaign.reports import (
    BadReportError,
    BadSignatureError,
    Donation,
    Refund,
    SignedReport,
)
from server.campaign.wechat_pay import read_signed
from tests.campaign.wechat_keys import certificate, key, public_pem

NOW = 1_554_209_980.0
API_KEY, NEXT_API_KEY = "0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210"

TRANSACTION: dict[str, Any] = {
    "transaction_id": "1217752501201407033233368018",
    "amount": {"payer_total": 100, "total": 100, "currency": "CNY", "payer_currency": "CNY"},
    "mchid": "1230000109",
    "trade_state": "SUCCESS",
    "bank_type": "CMC",
    "success_time": "2018-06-08T10:34:56+08:00",
    "payer": {"openid": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"},
    "out_trade_no": "1217752501201407033233368018",
    "appid": "wxd678efh567hg6787",
    "trade_state_desc": "支付成功",
    "trade_type": "JSAPI",
    "attach": "angels:ref-1",
}
"""The documented resource of a payment, with an `attach` of ours."""

REFUND: dict[str, Any] = {
    "mchid": "1230000109",
    "transaction_id": "1217752501201407033233368018",
    "out_trade_no": "20150806125346",
    "refund_id": "50200207182018070300011301001",
    "out_refund_no": "7752501201407033233368018",
    "refund_status": "SUCCESS",
    "success_time": "2018-06-08T10:34:56+08:00",
    "user_received_account": "招商银行信用卡0403",
    "amount": {"total": 999, "refund": 999, "payer_total": 999, "payer_refund": 999},
}
"""The documented resource of a refund."""


def account(**given: Any) -> WeChatPay:
    return WeChatPay(
        **{"merchant": "1230000109", "keys": (public_pem(0),), "secrets": (API_KEY,)} | given
    )


def notification(
    resource: dict[str, Any],
    event_type: str,
    api_key: str = API_KEY,
    nonce: bytes = b"fdasflkja484",
) -> bytes:
    """The documented body around an encrypted resource."""
    plain = json.dumps(resource, ensure_ascii=False).encode()
    ciphertext = AESGCM(api_key.encode()).encrypt(nonce, plain, b"transaction")
    content = {
        "id": "EV-2018022511223320873",
        "create_time": "2015-05-20T13:29:35+08:00",
        "resource_type": "encrypt-resource",
        "event_type": event_type,
        "summary": "支付成功",
        "resource": {
            "original_type": "transaction",
            "algorithm": "AEAD_AES_256_GCM",
            "ciphertext": b64encode(ciphertext).decode(),
            "associated_data": "transaction",
            "nonce": nonce.decode(),
        },
    }
    return json.dumps(content, ensure_ascii=False).encode()


def signed(body: bytes, number: int = 0, at: float = NOW) -> dict[str, str]:
    """The headers with which WeChat Pay sends a body."""
    timestamp, nonce = str(int(at)), "c5ac7061fccab6bf3e254dcf98995b8c"
    message = f"{timestamp}\n{nonce}\n".encode() + body + b"\n"
    return {
        "wechatpay-serial": "PUB_KEY_ID_0114232134912410000000000000",
        "wechatpay-timestamp": timestamp,
        "wechatpay-nonce": nonce,
        "wechatpay-signature": b64encode(key(number).sign(message, PKCS1v15(), SHA256())).decode(),
    }


def read(body: bytes, of: WeChatPay | None = None, **headers: str) -> SignedReport:
    return read_signed(body, signed(body) | headers, of or account(), NOW)


def test_a_payment_is_a_donation_for_the_fund_that_the_order_names() -> None:
    found = read(notification(TRANSACTION, "TRANSACTION.SUCCESS"))
    assert (found.source, found.id) == ("wechat", "wechat:EV-2018022511223320873")
    assert found.report is not None
    assert found.report.data == Donation(
        id="1217752501201407033233368018",
        fund="angels",
        amount=100,
        currency="CNY",
        ref="ref-1",
        at=datetime(2018, 6, 8, 2, 34, 56, tzinfo=UTC),
    )


def test_a_refund_is_one_of_the_payment_that_it_names() -> None:
    found = read(notification(REFUND, "REFUND.SUCCESS"))
    assert found.report is not None
    assert found.report.data == Refund(
        id="1217752501201407033233368018",
        refund="50200207182018070300011301001",
        amount=999,
        currency="CNY",
        at=datetime(2018, 6, 8, 2, 34, 56, tzinfo=UTC),
    )


def test_a_notification_that_is_encrypted_anew_is_the_same_report() -> None:
    first, again = (
        read(notification(TRANSACTION, "TRANSACTION.SUCCESS", nonce=nonce))
        for nonce in (b"fdasflkja484", b"another12345")
    )
    assert first == again


def test_keys_and_certificates_change_one_after_the_other() -> None:
    both = account(keys=(certificate(1), public_pem(0)), secrets=(NEXT_API_KEY, API_KEY))
    for number, api_key in ((0, API_KEY), (1, NEXT_API_KEY)):
        body = notification(TRANSACTION, "TRANSACTION.SUCCESS", api_key)
        assert read_signed(body, signed(body, number), both, NOW).report is not None


def test_secrets_may_be_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_KEYS", f"{NEXT_API_KEY} {API_KEY}")
    of = account(secrets=(), secrets_from="API_KEYS")
    assert read(notification(TRANSACTION, "TRANSACTION.SUCCESS"), of).report is not None


def test_an_order_that_names_no_fund_is_for_the_one_of_the_settings() -> None:
    body = notification(TRANSACTION | {"attach": ""}, "TRANSACTION.SUCCESS")
    found = read(body, account(fund="masks")).report
    assert found is not None
    assert isinstance(found.data, Donation)
    assert (found.data.fund, found.data.ref) == ("masks", None)
    with pytest.raises(BadReportError, match="names no fund"):
        read(body)


@pytest.mark.parametrize(
    "headers",
    [
        {"wechatpay-signature": "WECHATPAY/SIGNTEST/AAAA"},
        {"wechatpay-signature": ""},
        {"wechatpay-nonce": "other"},
        {"wechatpay-timestamp": str(int(NOW) + 1)},
        {"wechatpay-timestamp": str(int(NOW) - 301)},
        {"wechatpay-timestamp": "soon"},
    ],
)
def test_what_wechat_pay_has_not_signed_is_refused(headers: dict[str, str]) -> None:
    body = notification(TRANSACTION, "TRANSACTION.SUCCESS")
    with pytest.raises(BadSignatureError):
        read(body, **headers)
    with pytest.raises(BadSignatureError):
        read_signed(body, signed(body, number=1), account(), NOW)
    with pytest.raises(BadSignatureError):
        read_signed(body + b" ", signed(body), account(), NOW)
    late = signed(body, at=NOW - 301)
    with pytest.raises(BadSignatureError):
        read_signed(body, late, account(), NOW)


@pytest.mark.parametrize(
    "body",
    [
        lambda: b"{}",
        lambda: b"\xff",
        lambda: notification(TRANSACTION, "TRANSACTION.SUCCESS", NEXT_API_KEY),
        lambda: notification(TRANSACTION | {"mchid": "1230000110"}, "TRANSACTION.SUCCESS"),
        lambda: notification(TRANSACTION | {"amount": {"total": 0}}, "TRANSACTION.SUCCESS"),
        lambda: notification(REFUND, "TRANSACTION.SUCCESS"),
        lambda: notification(TRANSACTION, "TRANSACTION.SUCCESS").replace(b"GCM", b"ECB"),
        lambda: notification(TRANSACTION, "TRANSACTION.SUCCESS").replace(
            b'"nonce": "', b'"nonce": "?'
        ),
    ],
)
def test_what_is_signed_and_no_report_is_refused(body: Callable[[], bytes]) -> None:
    with pytest.raises(BadReportError):
        read(body())


def test_what_did_not_happen_is_no_report() -> None:
    for resource, event_type in (
        (TRANSACTION | {"trade_state": "CLOSED"}, "TRANSACTION.SUCCESS"),
        (REFUND | {"refund_status": "ABNORMAL"}, "REFUND.SUCCESS"),
        (REFUND, "REFUND.CLOSED"),
        (REFUND, "PAYSCORE.USER_PAID"),
    ):
        assert read(notification(resource, event_type)).report is None
