"""Counted once: the checks of works, counters and serials."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.check.histories import History, completed, store, work


def test_counters_that_differ_from_the_works_are_a_violation(tmp_path: Path) -> None:
    history = History().pair("r").finish("r")
    assert (
        "counts 2 relays"
        in history.violations(tmp_path, store(work("r"), relays=2))["counted once"]
    )
    broken = history.violations(tmp_path, store(work("r"), participants=1))
    assert "counts 1 participants" in broken["counted once"]


def test_a_work_both_archived_and_in_the_stream_counts_once(tmp_path: Path) -> None:
    history = History().pair("r").finish("r")
    assert history.violations(tmp_path, store(work("r"), unarchived=(work("r"),))) == {}
    twice = store(unarchived=(work("r"), work("r")))
    assert "finished twice" in history.violations(tmp_path, twice)["counted once"]


def test_a_completed_work_that_is_not_stored_is_a_violation(tmp_path: Path) -> None:
    history = History().pair("r").finish("r")
    assert "is not stored" in history.violations(tmp_path, store())["counted once"]
    other = store(work("r", hands=("b", "a")))
    assert "without serial 1 for a" in history.violations(tmp_path, other)["counted once"]


def test_an_entry_of_finished_that_is_not_stored_is_a_violation(tmp_path: Path) -> None:
    entry = {"work": "r", "url": "/w/r", "serial": 1}
    history = (
        History()
        .send_hello("a")
        .receive("a", "welcome", **(History.welcome_keys("a") | {"finished": [entry]}))
    )
    assert "is not stored" in history.violations(tmp_path, store())["counted once"]


@pytest.mark.parametrize(
    ("second", "fault"),
    [
        (work("s", 2, ("c", "d")), "serial 2 of campaign default is given twice"),
        (work("s", 4, ("c", "d")), "serial 3 of campaign default is missing"),
        (work("s", 3, ("c", "d"))._replace(completed_at=1), "older than r"),
    ],
    ids=["twice", "gap", "order"],
)
def test_serials_with_a_repeat_or_a_gap_or_out_of_order_are_a_violation(
    tmp_path: Path, second: object, fault: str
) -> None:
    broken = History().connect("x").violations(tmp_path, store(work("r"), second))  # type: ignore[arg-type]
    assert fault in broken["counted once"]


def test_one_serial_for_two_participants_is_a_violation(tmp_path: Path) -> None:
    history = (
        History()
        .pair("r")
        .receive_message("a", completed("r", 1))
        .receive_message("b", completed("r", 1))
    )
    assert "same serial for work r" in history.violations(tmp_path)["counted once"]


def test_a_character_credited_to_another_participant_is_a_violation(tmp_path: Path) -> None:
    history = History().pair("r").finish("r")
    other = store(work("r")._replace(writers=bytes([1, 1, 0, 1])))
    assert "credited to b" in history.violations(tmp_path, other)["counted once"]
