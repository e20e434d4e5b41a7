"""Amounts of money and moments as people read them, for documents."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

_NO_DECIMALS = frozenset(
    ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND")
) | {"VUV", "XAF", "XOF", "XPF"}
_THREE_DECIMALS = frozenset(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"])
_SYMBOLS = {"CNY": "¥", "JPY": "¥", "USD": "$", "EUR": "€", "GBP": "£"}


def decimals_of(currency: str) -> int:
    """How many decimals the currency's smallest unit is (ISO 4217)."""
    if currency in _NO_DECIMALS:
        return 0
    return 3 if currency in _THREE_DECIMALS else 2


def money(amount: int, currency: str) -> str:
    """An amount of the smallest unit, like "¥1,234.50"; decimals are left out where all are 0."""
    decimals = decimals_of(currency)
    whole, rest = divmod(amount, 10**decimals)
    digits = f"{whole:,}" + (f".{rest:0{decimals}}" if rest else "")
    symbol = _SYMBOLS.get(currency)
    return f"{symbol}{digits}" if symbol else f"{currency} {digits}"


def moment_in(moment: datetime, zone: str) -> str:
    """A moment as the clocks of a time zone show it, like "2030-03-01 08:00 (Asia/Shanghai)".

    Without a zone, it is shown by its own offset.
    """
    if zone:
        moment = moment.astimezone(ZoneInfo(zone))
    return f"{moment:%Y-%m-%d %H:%M} ({zone or moment.tzname()})"
