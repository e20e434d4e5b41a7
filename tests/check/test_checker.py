"""The check of a whole history, with every promise."""

from __future__ import annotations

from pathlib import Path

from tests.check.histories import History, store, work


def test_a_relay_that_is_stored_has_no_violations(tmp_path: Path) -> None:
    history = History().pair("r").finish("r").disconnect("a").disconnect("b")
    assert history.violations(tmp_path, store(work("r"))) == {}
