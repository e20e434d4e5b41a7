"""A setting that makes no sense is refused, and not taken for another one."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from server.settings import Settings


def test_an_unknown_log_level_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(ValidationError, match="'debug', 'info', 'warning', 'error' or 'critical'"):
        Settings.model_validate({"log_level": "inof"})


@pytest.mark.parametrize("given", ["info", "INFO"])
def test_a_log_level_may_be_written_in_capitals(given: str) -> None:
    assert Settings.model_validate({"log_level": given}).log_level == "info"
