"""One writer: the checks of turns and commits."""

from __future__ import annotations

from pathlib import Path

from tests.check.histories import History, ink, turn


def test_two_inks_of_one_character_are_a_violation(tmp_path: Path) -> None:
    history = (
        History().pair("r").receive_committed("a", "r", 0).receive_committed("b", "r", 0, number=9)
    )
    assert "two different inks" in history.violations(tmp_path)["one writer"]


def test_a_skipped_character_is_a_violation(tmp_path: Path) -> None:
    history = History().pair("r").receive_committed("a", "r", 1)
    assert "before character 0" in history.violations(tmp_path)["one writer"]


def test_a_turn_that_goes_back_is_a_violation(tmp_path: Path) -> None:
    history = History().pair("r").write("r", 0).receive("a", "turn", room="r", **turn(0))
    assert "went back" in history.violations(tmp_path)["one writer"]


def test_a_turn_of_the_wrong_seat_is_a_violation(tmp_path: Path) -> None:
    history = History().pair("r").receive("a", "turn", room="r", **(turn(0) | {"seat": 1}))
    assert "seat 1 was told to write character 0" in history.violations(tmp_path)["one writer"]


def test_a_character_written_by_the_other_seat_is_a_violation(tmp_path: Path) -> None:
    history = History().pair("r").send("b", "commit", room="r", c=0, strokes=ink(0))
    assert (
        "in the other seat"
        in history.receive_committed("a", "r", 0).violations(tmp_path)["one writer"]
    )


def refused() -> History:
    """The server refuses a commit out of turn."""
    history = History().pair("r").send("b", "commit", room="r", c=1, strokes=ink(1))
    return history.receive("b", "error", code="not_your_turn", message="", re="commit")


def test_a_refused_commit_that_takes_effect_is_a_violation(tmp_path: Path) -> None:
    history = refused().write("r", 0).receive_committed("a", "r", 1)
    assert "was refused, but is committed" in history.violations(tmp_path)["one writer"]


def test_a_refused_commit_may_be_sent_again_in_its_turn(tmp_path: Path) -> None:
    assert refused().write("r", 0).write("r", 1).violations(tmp_path) == {}


def test_a_repeated_commit_may_be_answered_again(tmp_path: Path) -> None:
    history = History().pair("r").write("r", 0)
    history.send("a", "commit", room="r", c=0, strokes=ink(0)).receive_committed("a", "r", 0)
    assert history.violations(tmp_path) == {}
