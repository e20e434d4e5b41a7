"""Valid messages: the checks of types, `completed` and totals."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.check.histories import TOTALS, History, completed, ink, store, work


@pytest.mark.parametrize(
    "message",
    [
        {"t": "new"},
        {"t": "turn", "room": "r", "c": 0, "char": "加", "seat": 0},
        {"t": "turn", "room": "r", "c": "0", "char": "加", "seat": 0, "ms": 1},
        {"t": "partner", "room": "r", "state": "asleep"},
        {"room": "r"},
    ],
    ids=["unknown", "missing key", "wrong type", "wrong word", "no type"],
)
def test_a_message_that_does_not_match_the_protocol_is_a_violation(
    tmp_path: Path, message: dict[str, object]
) -> None:
    broken = History().connect("a").receive_message("a", message).violations(tmp_path)
    assert "does not match the protocol" in broken["valid messages"]


def test_unknown_keys_are_ignored(tmp_path: Path) -> None:
    assert History().connect("a").receive("a", "pong", n=1, more=[1]).violations(tmp_path) == {}


def test_completed_twice_on_one_connection_is_a_violation(tmp_path: Path) -> None:
    history = History().pair("r").finish("r").receive_message("a", completed("r", 1))
    assert "twice" in history.violations(tmp_path)["valid messages"]


def test_completed_may_answer_a_repeated_last_commit_again(tmp_path: Path) -> None:
    history = History().pair("r").finish("r").send("b", "commit", room="r", c=3, strokes=ink(3))
    history.receive_committed("b", "r", 3).receive_message("b", completed("r", 2))
    assert history.violations(tmp_path, store(work("r"))) == {}


def test_totals_that_decrease_are_a_violation(tmp_path: Path) -> None:
    history = (
        History()
        .connect("a")
        .receive("a", "counters", **(TOTALS | {"relays": 2, "participants": 4}))
    )
    history.receive("a", "counters", **(TOTALS | {"relays": 1, "participants": 4}))
    assert "decreased" in history.violations(tmp_path)["valid messages"]
