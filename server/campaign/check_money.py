"""Checks of a campaign's funds and of the secrets that sign reports of donations."""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as Base64Error
from collections import Counter
from collections.abc import Iterator
from string import Formatter
from urllib.parse import urlsplit

from server.campaign.definition import Definition
from server.campaign.problems import Problem
from server.catalogue import fault_of_id
from server.relay.campaign import Fund

MOST_AMOUNT = 10**13
"""The largest amount, in the smallest unit of a currency."""

PLACEHOLDERS = {"ref", "fund", "campaign"}
SECRET_BYTES = range(24, 65)

_CURRENCY = re.compile(r"[A-Z]{3}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PREFIX = "whsec_"


def check_money(definition: Definition) -> Iterator[Problem]:
    """What is wrong with the funds and the webhook."""
    for number, fund in enumerate(definition.fund):
        yield from (Problem(f"fund[{number}].{it.field}", it.reason) for it in _check_fund(fund))
    for name, count in Counter(fund.id for fund in definition.fund).items():
        if count > 1:
            yield Problem("fund", f"{name!r} is there twice")
    if "give" in definition.relays and not definition.fund:
        yield Problem("relays", "has give, but the campaign has no [[campaign.fund]]")
    if definition.webhook is not None:
        for number, secret in enumerate(definition.webhook.secrets):
            if fault := _fault_of_secret(secret):
                yield Problem(f"webhook.secrets[{number}]", fault)
        variable = definition.webhook.secrets_from
        if variable and not _VARIABLE.fullmatch(variable):
            yield Problem("webhook.secrets_from", f"{variable!r} is no environment variable")


def _check_fund(fund: Fund) -> Iterator[Problem]:
    if fault := fault_of_id(fund.id):
        yield Problem("id", fault)
    if not _CURRENCY.fullmatch(fund.currency):
        yield Problem(
            "currency", f"{fund.currency!r} is no currency; write one like CNY (ISO 4217)"
        )
    if fund.goal is not None and not 1 <= fund.goal <= MOST_AMOUNT:
        yield Problem("goal", f"{fund.goal} is not 1 to {MOST_AMOUNT}")
    if fault := _fault_of_payment_page(fund.url):
        yield Problem("url", fault)


def _fault_of_payment_page(url: str) -> str:
    try:
        fields = {
            f"{name}{f'!{how}' if how else ''}{f':{form}' if form else ''}"
            for _, name, form, how in Formatter().parse(url)
            if name is not None
        }
        parts = urlsplit(url)
    except ValueError as error:
        return f"{url!r} cannot be read: {error}"
    if unknown := fields - PLACEHOLDERS:
        return f"{unknown.pop()!r} in braces is not ref, fund or campaign"
    if parts.scheme != "https" or not parts.hostname or "{" in parts.netloc or " " in url:
        return (
            f"{url!r} is no payment page; write one like https://pay.example.org/give?ref={{ref}}"
        )
    return ""


def _fault_of_secret(secret: str) -> str:
    """Says nothing of the secret itself: the message may be logged."""
    try:
        key = b64decode(secret.removeprefix(_PREFIX), validate=True)
    except (Base64Error, ValueError):
        key = b""
    if secret.startswith(_PREFIX) and len(key) in SECRET_BYTES:
        return ""
    return f"is not {_PREFIX} with 24 to 64 bytes in base64"
