"""Amounts are whole numbers, and are written with the decimals of their currency."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.campaign.amounts import MOST_AMOUNT, read_amount, show_amount


@given(st.integers(0, MOST_AMOUNT), st.sampled_from(["CNY", "JPY", "KWD"]))
def test_what_is_shown_is_read_again(amount: int, currency: str) -> None:
    assert read_amount(show_amount(amount, currency), currency) == amount


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        (60_281_257_166, "CNY", "602812571.66"),
        (5, "CNY", "0.05"),
        (-5, "CNY", "-0.05"),
        (500, "JPY", "500"),
        (1, "KWD", "0.001"),
    ],
)
def test_amounts_have_the_decimals_of_their_currency(
    amount: int, currency: str, shown: str
) -> None:
    assert show_amount(amount, currency) == shown


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        *(("", "CNY"), ("-1", "CNY"), ("1,000.00", "CNY"), ("1.005", "CNY"), ("1e3", "CNY")),
        *((".5", "CNY"), ("1.", "CNY"), ("1.5", "JPY"), ("１", "CNY"), ("9" * 15, "CNY")),
    ],
)
def test_an_amount_that_is_written_in_another_way_is_refused(text: str, currency: str) -> None:
    with pytest.raises(ValueError, match=r"amount|decimals"):
        read_amount(text, currency)
