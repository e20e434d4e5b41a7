"""The errors of the JSON API."""

from __future__ import annotations

import pytest

from server.web.api import ApiError, find_campaign


def refusal() -> ApiError:
    with pytest.raises(ApiError) as found:
        find_campaign({}, "nonsense")
    return found.value


def test_a_refusal_keeps_nothing_of_the_one_before() -> None:
    assert refusal() is not refusal()
