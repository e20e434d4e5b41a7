"""One seat: the checks of rooms and seats held."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.check.histories import History, live, matched, store, turn, waiting


def test_both_seats_of_a_room_for_one_participant_are_a_violation(tmp_path: Path) -> None:
    history = History().connect("a").join("a", waiting("r")).send("a", "leave", room="r", keep=True)
    history.join("a", matched("r", 1, 1))
    assert "both seats" in history.violations(tmp_path)["one seat"]


def test_two_holders_told_of_the_same_commit_are_a_violation(tmp_path: Path) -> None:
    history = History().pair("r").connect("c").join("c", matched("r", 1)).write("r", 0)
    assert (
        "both held seat 1"
        in history.receive_committed("c", "r", 0).violations(tmp_path)["one seat"]
    )


def test_a_seat_taken_after_its_holder_left_is_no_violation(tmp_path: Path) -> None:
    history = History().pair("r").write("r", 0).send("b", "leave", room="r")
    history.receive("a", "partner", room="r", state="left").receive(
        "a", "turn", room="r", **turn(1)
    )
    history.connect("c").join("c", matched("r", 1, 1)).receive_message("a", matched("r", 0, 1))
    assert history.finish("r", "a", "c", start=1).violations(tmp_path) == {}


def test_a_second_holder_is_a_violation_if_the_first_is_not_told(tmp_path: Path) -> None:
    history = History().connect("a").join("a", waiting("r")).connect("b").join("b", waiting("r"))
    broken = history.receive("a", "pong").wait(4).receive("a", "pong").violations(tmp_path)
    assert "was given to b while a held it" in broken["one seat"]
    assert "were both told to write character 0" in broken["one writer"]


def test_a_seat_taken_after_its_holder_disconnected_is_no_violation(tmp_path: Path) -> None:
    history = History().pair("r").disconnect("b").wait(20).connect("c").join("c", matched("r", 1))
    assert history.connect("b").wait(5).receive("b", "pong").violations(tmp_path) == {}


def test_a_seat_that_a_turn_timeout_may_have_freed_is_no_violation(tmp_path: Path) -> None:
    history = History().pair("r").wait(61).connect("c").join("c", matched("r", 0))
    assert history.receive("a", "pong").wait(5).receive("a", "pong").violations(tmp_path) == {}


def test_a_second_room_beside_an_unfinished_one_is_a_violation(tmp_path: Path) -> None:
    history = History().connect("a").join("a", waiting("r")).join("a", waiting("s"))
    rooms = live("r", ("a", "")), live("s", ("", ""))
    assert "second room" in history.violations(tmp_path, store(rooms=rooms))["one seat"]


def test_another_room_after_leaving_the_first_is_no_violation(tmp_path: Path) -> None:
    history = History().connect("a").join("a", waiting("r")).send("a", "leave", room="r")
    history.join("a", waiting("s"))
    assert history.violations(tmp_path, store(rooms=(live("s", ("a", "")),))) == {}


@pytest.mark.parametrize(
    ("rooms", "seats"),
    [
        ((live("r", ("a", "b")), live("s", ("c", "a"))), "seats of rooms r and s"),
        ((live("r", ("a", "a")),), "both seats of room r"),
    ],
    ids=["two rooms", "both seats"],
)
def test_a_participant_with_two_seats_in_the_store_is_a_violation(
    tmp_path: Path, rooms: tuple[object, ...], seats: str
) -> None:
    broken = History().connect("a").violations(tmp_path, store(rooms=rooms))  # type: ignore[arg-type]
    assert f"a holds {seats} in the store" in broken["one seat"]
