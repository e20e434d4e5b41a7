"""Who comes back within the grace has everything back, and nobody is sent away who is here."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.check.histories import (
    Story,
    completed,
    ink,
    matched,
)


def away() -> Story:
    """One of two is away after the first character."""
    return Story().pair("r").write("r", 0).bye("a", 1006)


def test_a_return_within_the_grace_gives_the_room_back(tmp_path: Path) -> None:
    assert away().wait(10).hello("a", resume=matched("r", 0, 1)).check(tmp_path) == {}


@pytest.mark.parametrize(
    ("resume", "fault"),
    [
        (None, "was not given back to a"),
        (matched("s", 0, 1), "was not given back to a"),
        (matched("r", 1, 1), "another seat"),
        (matched("r", 0, 0), "with less ink"),
    ],
    ids=["nothing", "another room", "another seat", "less"],
)
def test_a_return_that_gives_less(
    tmp_path: Path, resume: dict[str, object] | None, fault: str
) -> None:
    story = away().hello("a", **({"resume": resume} if resume else {}))
    assert fault in story.check(tmp_path)["given back"]


def test_a_return_after_the_grace_may_find_nothing(tmp_path: Path) -> None:
    assert away().wait(15).hello("a").check(tmp_path) == {}


@pytest.mark.parametrize("end", ["leave", "report", "idle", "over", "turn"])
def test_an_end_that_was_told_explains_it(tmp_path: Path, end: str) -> None:
    story = Story().pair("r").write("r", 0)
    if end in {"leave", "report"}:
        story.says("a", end, room="r", why="other")
    elif end == "idle":
        story.got("a", "bye", why="idle", retry_ms=100)
    elif end == "over":
        story.got("a", "error", code="no_such_room", message="")
    else:
        story.wait(61)
    assert story.bye("a").hello("a").check(tmp_path) == {}


def test_a_connection_that_is_taken_over_gives_the_room_on(tmp_path: Path) -> None:
    story = Story().pair("r").hello("a", resume=matched("r", 0))
    assert story.check(tmp_path) == {}
    assert "not given back" in Story().pair("r").hello("a").check(tmp_path)["given back"]


def test_a_work_finished_meanwhile_is_told(tmp_path: Path) -> None:
    def story(finished: list[dict[str, object]]) -> dict[str, str]:
        told = Story().pair("r")
        for c in range(3):
            told.write("r", c)
        told.bye("a").wait(2).says("b", "commit", room="r", c=3, strokes=ink(3))
        told.committed("b", "r", 3).told("b", completed("r", 2)).knock("a")
        welcome = Story.welcome("a") | {"finished": finished}
        return told.got("a", "welcome", **welcome).check(tmp_path)

    assert story([{"work": "r", "url": "/w/r", "serial": 1}]) == {}
    assert "finished meanwhile" in story([])["given back"]


def test_what_others_finish_later_explains_nothing(tmp_path: Path) -> None:
    story = away().hello("a").hello("c").seated("c", matched("r", 0, 1))
    broken = story.work("r", "c", "b", began=1).check(tmp_path)
    assert "others finished it later" in broken["given back"]


def test_nobody_is_elsewhere_who_is_here(tmp_path: Path) -> None:
    story = Story().pair("r").got("a", "error", code="elsewhere", message="")
    assert "told to be elsewhere" in story.check(tmp_path)["given back"]


def test_an_earlier_hello_may_be_answered_late(tmp_path: Path) -> None:
    story = Story().pair("r").knock("a").bye("a").hello("a", resume=matched("r", 0))
    assert story.got("a", "error", code="elsewhere", message="").check(tmp_path) == {}


def test_of_two_hellos_the_one_answered_last_stays(tmp_path: Path) -> None:
    both = Story().hello("a").bye("a").knock("other", "a").hello("a")
    both.got("other", "welcome", **Story.welcome("a"))
    assert both.got("a", "error", code="elsewhere", message="").check(tmp_path) == {}


def test_of_two_hellos_the_one_answered_first_goes(tmp_path: Path) -> None:
    both = Story().hello("a").bye("a").knock("other", "a").knock("a")
    both.got("other", "welcome", **Story.welcome("a")).got("a", "welcome", **Story.welcome("a"))
    both.wait(60).got("a", "error", code="elsewhere", message="")
    assert "told to be elsewhere" in both.check(tmp_path)["given back"]


@pytest.mark.parametrize("apart", [0.0, 2.0])
def test_of_two_hellos_at_once_either_may_stay(tmp_path: Path, apart: float) -> None:
    both = Story().hello("a").bye("a").knock("other", "a").wait(apart).knock("a")
    both.got("other", "welcome", **Story.welcome("a"))
    broken = both.got("a", "error", code="elsewhere", message="").check(tmp_path)
    assert ("given back" in broken) == (apart > 0)


def test_a_token_brings_its_participant(tmp_path: Path) -> None:
    story = Story().hello("a").bye("a").hello("a", "somebody else")
    assert "another participant" in story.check(tmp_path)["given back"]
