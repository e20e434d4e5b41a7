"""Checks of a campaign's funds and of the secrets that sign reports of donations."""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as Base64Error
from collections import Counter
from collections.abc import Iterator
from string import Formatter
from urllib.parse import urlsplit

from server.campaign.amounts import MOST_AMOUNT, fault_of_currency
from server.campaign.definition import Definition, Stripe, WeChatPay
from server.campaign.problems import Problem
from server.campaign.provider_secrets import ACCOUNTS, WithSecrets
from server.campaign.wechat_pay import public_key
from server.catalogue import fault_of_id
from server.relay.campaign import Fund
from server.relay.fault import Fault

PLACEHOLDERS = {"ref", "fund", "campaign"}
SECRET_BYTES = range(24, 65)
API_KEY_BYTES = 32

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_MERCHANT = re.compile(r"\d{8,10}", re.ASCII)
_PREFIX = "whsec_"


def check_money(definition: Definition) -> Iterator[Problem]:
    """What is wrong with the funds and with whoever may report donations."""
    for number, fund in enumerate(definition.fund):
        yield from (Problem(f"fund[{number}].{it.field}", it.fault) for it in _check_fund(fund))
    for name, count in Counter(fund.id for fund in definition.fund).items():
        if count > 1:
            yield Problem("fund", Fault("{id!r} is there twice", id=name))
    if "give" in definition.relays and not definition.fund:
        yield Problem("relays", Fault("has give, but the campaign has no fund"))
    for name in ACCOUNTS:
        account = getattr(definition, name)
        if account is not None:
            found = _check_account(definition, account)
            yield from (Problem(f"{name}.{it.field}", it.fault) for it in found)


def _check_account(definition: Definition, account: WithSecrets) -> Iterator[Problem]:
    """What is wrong with a provider's account, for whatever provider."""
    if account.secrets_from and not _VARIABLE.fullmatch(account.secrets_from):
        wrong = Fault("{variable!r} is no environment variable", variable=account.secrets_from)
        yield Problem("secrets_from", wrong)
    match account:
        case WeChatPay():
            fault_of_secret = _fault_of_api_key
            yield from _check_wechat(account)
        case Stripe():
            fault_of_secret = _fault_of_endpoint_secret
        case _:
            fault_of_secret = _fault_of_secret
    for number, secret in enumerate(account.secrets):
        if fault := fault_of_secret(secret):
            yield Problem(f"secrets[{number}]", fault)
    fund = account.fund if isinstance(account, WeChatPay | Stripe) else ""
    if fund and fund not in {it.id for it in definition.fund}:
        yield Problem("fund", Fault("the campaign has no fund {fund!r}", fund=fund))


def _check_wechat(account: WeChatPay) -> Iterator[Problem]:
    if not _MERCHANT.fullmatch(account.merchant):
        fault = Fault("{merchant!r} is no merchant number (mchid)", merchant=account.merchant)
        yield Problem("merchant", fault)
    if not account.keys:
        fault = Fault("is empty; put the public key of WeChat Pay there, as PEM")
        yield Problem("keys", fault)
    for number, pem in enumerate(account.keys):
        try:
            public_key(pem)
        except ValueError as error:
            fault = Fault("is no public key or certificate as PEM: {error}", error=error)
            yield Problem(f"keys[{number}]", fault)


def _check_fund(fund: Fund) -> Iterator[Problem]:
    if fault := fault_of_id(fund.id):
        yield Problem("id", fault)
    if not fund.currency:
        yield Problem("currency", Fault("is empty"))
    elif fault := fault_of_currency(fund.currency):
        yield Problem("currency", fault)
    if fund.goal is not None and not 1 <= fund.goal <= MOST_AMOUNT:
        wrong = Fault("{number} is not 1 to {most}", number=fund.goal, most=MOST_AMOUNT)
        yield Problem("goal", wrong)
    if not fund.url:
        yield Problem("url", Fault("is empty"))
    elif fault := _fault_of_payment_page(fund.url):
        yield Problem("url", fault)


def _fault_of_payment_page(url: str) -> Fault | None:
    try:
        fields = {
            f"{name}{f'!{how}' if how else ''}{f':{form}' if form else ''}"
            for _, name, form, how in Formatter().parse(url)
            if name is not None
        }
        parts = urlsplit(url)
    except ValueError as error:
        return Fault("{url!r} cannot be read: {error}", url=url, error=error)
    if unknown := fields - PLACEHOLDERS:
        return Fault("{name!r} in braces is not ref, fund or campaign", name=min(unknown))
    readable = url.isprintable() and " " not in url
    if parts.scheme != "https" or not parts.hostname or "{" in parts.netloc or not readable:
        return Fault(
            "{url!r} is no payment page; write one like https://pay.example.org/give?ref={{ref}}",
            url=url,
        )
    return None


def _fault_of_secret(secret: str) -> Fault | None:
    """Says nothing of the secret itself: the message may be logged."""
    try:
        key = b64decode(secret.removeprefix(_PREFIX), validate=True)
    except (Base64Error, ValueError):
        key = b""
    if secret.startswith(_PREFIX) and len(key) in SECRET_BYTES:
        return None
    return Fault("is not whsec_ with 24 to 64 bytes in base64")


def _fault_of_api_key(secret: str) -> Fault | None:
    if len(secret.encode()) == API_KEY_BYTES:
        return None
    return Fault("is no APIv3 key: it has 32 characters")


def _fault_of_endpoint_secret(secret: str) -> Fault | None:
    if secret.startswith(_PREFIX) and secret.isascii() and " " not in secret:
        return None
    return Fault("is no signing secret of an endpoint: it begins with whsec_")
