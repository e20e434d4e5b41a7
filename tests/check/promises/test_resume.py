"""Resume: the checks of returns within the grace, and of the error `elsewhere`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.check.histories import History, completed, ink, matched


def disconnected() -> History:
    """Client a disconnects after the first character."""
    return History().pair("r").write("r", 0).disconnect("a", 1006)


def test_a_return_within_the_grace_with_its_room_is_no_violation(tmp_path: Path) -> None:
    assert (
        disconnected().wait(10).connect("a", resume=matched("r", 0, 1)).violations(tmp_path) == {}
    )


@pytest.mark.parametrize(
    ("resume", "fault"),
    [
        (None, "resume did not give a room r"),
        (matched("s", 0, 1), "resume did not give a room r"),
        (matched("r", 1, 1), "another seat"),
        (matched("r", 0, 0), "with fewer characters"),
    ],
    ids=["nothing", "another room", "another seat", "less"],
)
def test_a_return_within_the_grace_with_less_is_a_violation(
    tmp_path: Path, resume: dict[str, object] | None, fault: str
) -> None:
    history = disconnected().connect("a", **({"resume": resume} if resume else {}))
    assert fault in history.violations(tmp_path)["resume"]


def test_a_return_after_the_grace_may_get_no_room(tmp_path: Path) -> None:
    assert disconnected().wait(15).connect("a").violations(tmp_path) == {}


def test_the_grace_runs_from_an_unanswered_ping(tmp_path: Path) -> None:
    history = History().pair("r").write("r", 0).send("a", "ping").wait(16).disconnect("a")
    assert history.connect("a").violations(tmp_path) == {}


@pytest.mark.parametrize("end", ["leave", "report", "idle", "over", "turn"])
def test_a_room_that_ended_before_the_return_may_be_missing(tmp_path: Path, end: str) -> None:
    history = History().pair("r").write("r", 0)
    if end in {"leave", "report"}:
        history.send("a", end, room="r", why="other")
    elif end == "idle":
        history.receive("a", "bye", why="idle", retry_ms=100)
    elif end == "over":
        history.receive("a", "error", code="no_such_room", message="")
    else:
        history.wait(61)
    assert history.disconnect("a").connect("a").violations(tmp_path) == {}


def test_a_connection_that_replaces_an_open_one_gets_the_room(tmp_path: Path) -> None:
    history = History().pair("r").connect("a", resume=matched("r", 0))
    assert history.violations(tmp_path) == {}
    assert (
        "did not give a room r" in History().pair("r").connect("a").violations(tmp_path)["resume"]
    )


def test_a_finished_work_that_is_not_told_on_return_is_a_violation(tmp_path: Path) -> None:
    def violations(finished: list[dict[str, object]]) -> dict[str, str]:
        history = History().pair("r")
        for c in range(3):
            history.write("r", c)
        history.disconnect("a").wait(2).send("b", "commit", room="r", c=3, strokes=ink(3))
        history.receive_committed("b", "r", 3).receive_message("b", completed("r", 2)).send_hello(
            "a"
        )
        welcome = History.welcome_keys("a") | {"finished": finished}
        return history.receive("a", "welcome", **welcome).violations(tmp_path)

    assert violations([{"work": "r", "url": "/w/r", "serial": 1}]) == {}
    assert "was not told that room r was finished" in violations([])["resume"]


def test_a_room_missing_on_return_that_others_finish_later_is_a_violation(tmp_path: Path) -> None:
    history = disconnected().connect("a").connect("c").join("c", matched("r", 0, 1))
    broken = history.finish("r", "c", "b", start=1).violations(tmp_path)
    assert "which was finished later" in broken["resume"]


def test_elsewhere_without_another_connection_is_a_violation(tmp_path: Path) -> None:
    history = History().pair("r").receive("a", "error", code="elsewhere", message="")
    assert "was told `elsewhere`" in history.violations(tmp_path)["resume"]


def test_elsewhere_is_no_violation_while_an_earlier_hello_is_unanswered(tmp_path: Path) -> None:
    history = (
        History().pair("r").send_hello("a").disconnect("a").connect("a", resume=matched("r", 0))
    )
    assert history.receive("a", "error", code="elsewhere", message="").violations(tmp_path) == {}


def test_elsewhere_is_no_violation_for_the_hello_answered_first(tmp_path: Path) -> None:
    history = History().connect("a").disconnect("a").send_hello("other", "a").connect("a")
    history.receive("other", "welcome", **History.welcome_keys("a"))
    assert history.receive("a", "error", code="elsewhere", message="").violations(tmp_path) == {}


def test_elsewhere_for_the_hello_answered_last_is_a_violation(tmp_path: Path) -> None:
    history = History().connect("a").disconnect("a").send_hello("other", "a").send_hello("a")
    history.receive("other", "welcome", **History.welcome_keys("a")).receive(
        "a", "welcome", **History.welcome_keys("a")
    )
    history.wait(60).receive("a", "error", code="elsewhere", message="")
    assert "was told `elsewhere`" in history.violations(tmp_path)["resume"]


@pytest.mark.parametrize("apart", [0.0, 2.0])
def test_elsewhere_for_one_of_two_hellos_is_a_violation_unless_they_are_simultaneous(
    tmp_path: Path, apart: float
) -> None:
    history = (
        History().connect("a").disconnect("a").send_hello("other", "a").wait(apart).send_hello("a")
    )
    history.receive("other", "welcome", **History.welcome_keys("a"))
    broken = history.receive("a", "error", code="elsewhere", message="").violations(tmp_path)
    assert ("resume" in broken) == (apart > 0)


def test_a_token_answered_with_another_participant_is_a_violation(tmp_path: Path) -> None:
    history = History().connect("a").disconnect("a").connect("a", "somebody else")
    assert "another participant" in history.violations(tmp_path)["resume"]
