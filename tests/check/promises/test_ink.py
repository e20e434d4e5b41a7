"""Nothing lost: the checks of committed characters."""

from __future__ import annotations

from pathlib import Path

from tests.check.histories import History, ink, live, matched, store, waiting, work


def test_a_character_missing_from_a_later_view_is_a_violation(tmp_path: Path) -> None:
    history = History().pair("r").write("r", 0).send("b", "leave", room="r").connect("c")
    assert "is missing" in history.join("c", matched("r", 1)).violations(tmp_path)["nothing lost"]


def test_a_view_requested_earlier_may_lack_a_character(tmp_path: Path) -> None:
    history = History().connect("a").connect("b").join("a", waiting("r")).send("b", "join")
    history.send("a", "commit", room="r", c=0, strokes=ink(0)).receive_committed("a", "r", 0)
    assert history.receive_message("b", matched("r", 1)).violations(tmp_path) == {}


def test_other_strokes_in_a_later_view_are_a_violation(tmp_path: Path) -> None:
    history = (
        History().pair("r").receive_committed("a", "r", 0, number=7).send("b", "leave", room="r")
    )
    history.connect("c").join("c", matched("r", 1, 1))
    assert "has other strokes in another view" in history.violations(tmp_path)["nothing lost"]


def test_other_strokes_in_the_stored_work_are_a_violation(tmp_path: Path) -> None:
    history = History().pair("r").finish("r")
    other = work("r")._replace(ink=(1, 2, 3, 4))
    assert (
        "has other strokes in the store"
        in history.violations(tmp_path, store(other))["nothing lost"]
    )


def test_a_character_missing_from_a_stored_room_is_a_violation(tmp_path: Path) -> None:
    history = History().pair("r").write("r", 0)
    rooms = (live("r", ("a", "b")),)
    assert (
        "missing from the store" in history.violations(tmp_path, store(rooms=rooms))["nothing lost"]
    )
    assert history.violations(tmp_path, store(rooms=(live("r", ("a", "b"), 1),))) == {}


def test_a_missing_room_whose_writer_only_disconnected_is_a_violation(tmp_path: Path) -> None:
    history = History().pair("r").write("r", 0).disconnect("a").send("b", "leave", room="r")
    assert (
        "room r is missing from the store" in history.violations(tmp_path, store())["nothing lost"]
    )


def test_a_room_that_all_its_writers_left_may_be_missing(tmp_path: Path) -> None:
    history = History().pair("r").write("r", 0)
    history.send("a", "leave", room="r").send("b", "leave", room="r")
    assert history.violations(tmp_path, store()) == {}
