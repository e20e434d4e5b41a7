"""Amounts of money: whole numbers of a currency's smallest unit, and how people write them."""

from __future__ import annotations

import re

from server.relay.fault import Fault, FaultError

MOST_AMOUNT = 10**13
"""The largest amount, in the smallest unit of a currency."""

USUAL_DIGITS = 2
_NO_DIGITS = {
    *("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG"),
    *("RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"),
}
_THREE_DIGITS = {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"}

_WRITTEN = re.compile(r"(\d{1,14})(?:\.(\d{1,3}))?", re.ASCII)


_CURRENCY = re.compile(r"[A-Z]{3}")


class AmountError(FaultError, ValueError):
    """It is no amount, or has more decimals than the currency."""


def fault_of_currency(currency: str) -> Fault | None:
    """What is wrong with the code of a currency; codes that nobody uses are right."""
    if _CURRENCY.fullmatch(currency):
        return None
    return Fault("{currency!r} is no currency; write one like CNY (ISO 4217)", currency=currency)


def digits_of(currency: str) -> int:
    """How many digits a currency has behind the point (ISO 4217)."""
    if currency in _NO_DIGITS:
        return 0
    return 3 if currency in _THREE_DIGITS else USUAL_DIGITS


def read_amount(text: str, currency: str) -> int:
    """The amount that is written as `12`, `12.5` or `12.50`, in the smallest unit.

    Raises:
        AmountError: see there.
    """
    found, digits = _WRITTEN.fullmatch(text.strip()), digits_of(currency)
    if found is None:
        raise AmountError(Fault("{text!r} is no amount; write one like 12.50", text=text))
    whole, fraction = found[1], (found[2] or "").rstrip("0")
    if len(fraction) > digits:
        raise AmountError(
            Fault(
                "{text!r} has more than the {digits} decimals of {currency}",
                text=text,
                digits=digits,
                currency=currency,
            )
        )
    return int(whole + fraction.ljust(digits, "0"))


def show_amount(amount: int, currency: str) -> str:
    """The amount as `read_amount` reads it, with all decimals of the currency."""
    digits = digits_of(currency)
    sign, written = "-" if amount < 0 else "", str(abs(amount)).rjust(digits + 1, "0")
    if not digits:
        return sign + written
    return f"{sign}{written[:-digits]}.{written[-digits:]}"


def grouped_amount(amount: int, currency: str) -> str:
    """The same for people, with commas between thousands."""
    whole, point, fraction = show_amount(amount, currency).partition(".")
    return f"{int(whole):,}{point}{fraction}"
