"""Every promise of the check, on small histories that keep it and that break it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.check.histories import (
    TOTALS,
    Story,
    completed,
    ink,
    live,
    matched,
    store,
    turn,
    waiting,
    work,
)


def test_a_relay_that_is_stored_breaks_nothing(tmp_path: Path) -> None:
    story = Story().pair("r").work("r").bye("a").bye("b")
    assert story.check(tmp_path, store(work("r"))) == {}


# One seat


def test_nobody_sits_in_both_seats(tmp_path: Path) -> None:
    story = Story().hello("a").seated("a", waiting("r")).says("a", "leave", room="r", keep=True)
    story.seated("a", matched("r", 1, 1))
    assert "both seats" in story.check(tmp_path)["one seat"]


def test_two_who_are_told_the_same_commit_hold_one_seat(tmp_path: Path) -> None:
    story = Story().pair("r").hello("c").seated("c", matched("r", 1)).write("r", 0)
    assert "both held seat 1" in story.committed("c", "r", 0).check(tmp_path)["one seat"]


def test_a_seat_that_changed_hands_is_no_violation(tmp_path: Path) -> None:
    story = Story().pair("r").write("r", 0).says("b", "leave", room="r")
    story.got("a", "partner", room="r", state="left").got("a", "turn", room="r", **turn(1))
    story.hello("c").seated("c", matched("r", 1, 1)).told("a", matched("r", 0, 1))
    assert story.work("r", "a", "c", began=1).check(tmp_path) == {}


def test_a_holder_who_hears_nothing_of_a_newcomer_is_ousted(tmp_path: Path) -> None:
    story = Story().hello("a").seated("a", waiting("r")).hello("b").seated("b", waiting("r"))
    broken = story.got("a", "pong").wait(4).got("a", "pong").check(tmp_path)
    assert "was given to b while a held it" in broken["one seat"]
    assert "both were to write character 0" in broken["one writer"]


def test_a_holder_whose_connection_ended_is_not_ousted(tmp_path: Path) -> None:
    story = Story().pair("r").bye("b").wait(20).hello("c").seated("c", matched("r", 1))
    assert story.hello("b").wait(5).got("b", "pong").check(tmp_path) == {}


def test_a_turn_may_run_out_unheard(tmp_path: Path) -> None:
    story = Story().pair("r").wait(61).hello("c").seated("c", matched("r", 0))
    assert story.got("a", "pong").wait(5).got("a", "pong").check(tmp_path) == {}


def test_a_second_room_beside_an_unfinished_one(tmp_path: Path) -> None:
    story = Story().hello("a").seated("a", waiting("r")).seated("a", waiting("s"))
    rooms = live("r", ("a", "")), live("s", ("", ""))
    assert "second room" in story.check(tmp_path, store(rooms=rooms))["one seat"]


def test_a_second_room_after_the_first_is_none(tmp_path: Path) -> None:
    story = Story().hello("a").seated("a", waiting("r")).says("a", "leave", room="r")
    story.seated("a", waiting("s"))
    assert story.check(tmp_path, store(rooms=(live("s", ("a", "")),))) == {}


@pytest.mark.parametrize(
    "rooms",
    [(live("r", ("a", "b")), live("s", ("c", "a"))), (live("r", ("a", "a")),)],
    ids=["two rooms", "both seats"],
)
def test_the_store_has_one_seat_for_each(tmp_path: Path, rooms: tuple[object, ...]) -> None:
    broken = Story().hello("a").check(tmp_path, store(rooms=rooms))  # type: ignore[arg-type]
    assert "in the store a sits in" in broken["one seat"]


# New partners


def old_pair(story: Story) -> Story:
    """Two finish a relay; a third one waits; the two join again and meet."""
    story.pair("r").work("r").hello("c").seated("c", waiting("w"))
    story.says("a", "join").says("b", "join")
    return story.told("a", matched("s", 0)).told("b", matched("s", 1)).got("c", "pong")


def test_old_partners_do_not_meet_while_somebody_waits(tmp_path: Path) -> None:
    broken = old_pair(Story()).check(tmp_path)
    assert "a were matched again in room s (as in r) while c waited" in broken["new partners"]


def test_somebody_who_was_being_matched_did_not_wait(tmp_path: Path) -> None:
    story = Story().pair("r").work("r").hello("c").hello("d").seated("c", waiting("w"))
    story.says("d", "join").says("a", "join").says("b", "join")
    story.told("a", matched("s", 0)).told("b", matched("s", 1))
    story.told("d", matched("w", 1)).told("c", matched("w", 0))
    assert story.check(tmp_path) == {}


def test_somebody_who_is_matched_with_a_later_joiner_did_wait(tmp_path: Path) -> None:
    story = old_pair(Story()).hello("d").seated("d", matched("w", 1))
    assert "while c waited" in story.check(tmp_path)["new partners"]


def test_somebody_whose_turn_has_run_for_long_when_told_had_a_partner_then(tmp_path: Path) -> None:
    story = old_pair(Story()).hello("d").says("d", "join").told("d", matched("w", 1, ms=50_000))
    assert story.check(tmp_path) == {}


@pytest.mark.parametrize("end", ["left", "invited", "gone"])
def test_who_waits_no_more_does_not_count(tmp_path: Path, end: str) -> None:
    story = Story().pair("r").work("r").hello("c").seated("c", waiting("w"))
    if end == "left":
        story.says("c", "leave", room="w")
    elif end == "invited":
        story.got("c", "invited", room="w", code="x", url="/x")
    else:
        story.bye("c")
    assert story.meet("s").check(tmp_path) == {}


def test_who_comes_back_in_that_moment_did_not_wait(tmp_path: Path) -> None:
    story = Story().pair("r").work("r").hello("c").seated("c", waiting("w")).bye("c")
    story.seated("a", waiting("s")).knock("c").says("b", "join")
    story.got("c", "welcome", **Story.welcome("c"), resume=waiting("w"))
    story.told("b", matched("s", 1)).told("a", matched("s", 0)).got("c", "pong")
    assert story.check(tmp_path) == {}


def test_who_came_back_before_waited(tmp_path: Path) -> None:
    story = Story().pair("r").work("r").hello("c").seated("c", waiting("w")).bye("c")
    story.hello("c", resume=waiting("w")).meet("s").got("c", "pong")
    assert "while c waited" in story.check(tmp_path)["new partners"]


def test_who_is_not_answered_may_have_been_given_up(tmp_path: Path) -> None:
    story = Story().pair("r").work("r").hello("c").seated("c", waiting("w"))
    story.says("c", "commit", room="w", c=0, strokes=ink(0)).meet("s").got("c", "pong")
    assert "new partners" not in story.check(tmp_path)


def test_a_meeting_counts_whoever_was_told_first(tmp_path: Path) -> None:
    story = Story().pair("r").work("r").hello("c").says("c", "join").seated("a", matched("q", 1))
    story.told("c", waiting("q")).says("c", "leave", room="q").says("a", "leave", room="q")
    story.seated("c", waiting("w")).meet("s").got("c", "pong")
    assert "new partners" not in story.check(tmp_path)


def test_who_had_a_partner_that_is_not_known_may_have_met_anybody(tmp_path: Path) -> None:
    story = Story().pair("r").work("r").says("a", "join").told("a", matched("q", 0))
    story.got("a", "partner", room="q", state="left").hello("d").seated("d", matched("q", 1))
    story.told("a", matched("q", 0)).work("q", "a", "d", 2).hello("c").seated("c", waiting("w"))
    assert "new partners" not in story.meet("s").got("c", "pong").check(tmp_path)


def test_a_partner_before_the_last_three_is_new_again(tmp_path: Path) -> None:
    story = Story().pair("r0").work("r0")
    for number, (one, two) in enumerate((("c", "d"), ("e", "f"), ("g", "h")), 1):
        story.hello(one).hello(two)
        story.meet(f"r{2 * number}", "a", one).work(f"r{2 * number}", "a", one, 2 * number)
        story.meet(f"r{2 * number + 1}", "b", two)
        story.work(f"r{2 * number + 1}", "b", two, 2 * number + 1)
    story.hello("w").seated("w", waiting("w")).meet("s").got("w", "pong")
    assert "new partners" not in story.check(tmp_path)


# One writer


def test_one_index_has_one_ink(tmp_path: Path) -> None:
    story = Story().pair("r").committed("a", "r", 0).committed("b", "r", 0, number=9)
    assert "two different inks" in story.check(tmp_path)["one writer"]


def test_characters_are_committed_one_by_one(tmp_path: Path) -> None:
    story = Story().pair("r").committed("a", "r", 1)
    assert "before 0" in story.check(tmp_path)["one writer"]


def test_the_turn_does_not_go_back(tmp_path: Path) -> None:
    story = Story().pair("r").write("r", 0).got("a", "turn", room="r", **turn(0))
    assert "went back" in story.check(tmp_path)["one writer"]


def test_a_turn_is_that_of_its_parity(tmp_path: Path) -> None:
    story = Story().pair("r").got("a", "turn", room="r", **(turn(0) | {"seat": 1}))
    assert "seat 1 was told to write character 0" in story.check(tmp_path)["one writer"]


def test_a_character_is_written_by_the_seat_whose_turn_it_is(tmp_path: Path) -> None:
    story = Story().pair("r").says("b", "commit", room="r", c=0, strokes=ink(0))
    assert "in the other seat" in story.committed("a", "r", 0).check(tmp_path)["one writer"]


def refused() -> Story:
    """A commit out of turn is refused."""
    story = Story().pair("r").says("b", "commit", room="r", c=1, strokes=ink(1))
    return story.got("b", "error", code="not_your_turn", message="", re="commit")


def test_a_refused_commit_is_not_committed(tmp_path: Path) -> None:
    story = refused().write("r", 0).committed("a", "r", 1)
    assert "refused and yet committed" in story.check(tmp_path)["one writer"]


def test_a_refused_commit_may_be_sent_again_in_time(tmp_path: Path) -> None:
    assert refused().write("r", 0).write("r", 1).check(tmp_path) == {}


def test_a_repeated_commit_is_answered_again(tmp_path: Path) -> None:
    story = Story().pair("r").write("r", 0)
    story.says("a", "commit", room="r", c=0, strokes=ink(0)).committed("a", "r", 0)
    assert story.check(tmp_path) == {}


# Nothing lost


def test_a_later_view_has_what_was_told(tmp_path: Path) -> None:
    story = Story().pair("r").write("r", 0).says("b", "leave", room="r").hello("c")
    assert "is missing" in story.seated("c", matched("r", 1)).check(tmp_path)["nothing lost"]


def test_a_view_asked_for_earlier_may_have_less(tmp_path: Path) -> None:
    story = Story().hello("a").hello("b").seated("a", waiting("r")).says("b", "join")
    story.says("a", "commit", room="r", c=0, strokes=ink(0)).committed("a", "r", 0)
    assert story.told("b", matched("r", 1)).check(tmp_path) == {}


def test_a_view_does_not_change_what_was_told(tmp_path: Path) -> None:
    story = Story().pair("r").committed("a", "r", 0, number=7).says("b", "leave", room="r")
    story.hello("c").seated("c", matched("r", 1, 1))
    assert "came back changed" in story.check(tmp_path)["nothing lost"]


def test_the_work_has_what_was_told(tmp_path: Path) -> None:
    story = Story().pair("r").work("r")
    other = work("r")._replace(ink=(1, 2, 3, 4))
    assert "another one in the store" in story.check(tmp_path, store(other))["nothing lost"]


def test_a_live_room_has_what_was_told(tmp_path: Path) -> None:
    story = Story().pair("r").write("r", 0)
    rooms = (live("r", ("a", "b")),)
    assert "missing from the store" in story.check(tmp_path, store(rooms=rooms))["nothing lost"]
    assert story.check(tmp_path, store(rooms=(live("r", ("a", "b"), 1),))) == {}


def test_a_room_whose_writer_vanished_stays(tmp_path: Path) -> None:
    story = Story().pair("r").write("r", 0).bye("a").says("b", "leave", room="r")
    assert "is gone from the store" in story.check(tmp_path, store())["nothing lost"]


def test_a_room_that_everybody_gave_up_may_go(tmp_path: Path) -> None:
    story = Story().pair("r").write("r", 0)
    story.says("a", "leave", room="r").says("b", "leave", room="r")
    assert story.check(tmp_path, store()) == {}


# Counted once


def test_the_counters_are_those_of_the_works(tmp_path: Path) -> None:
    story = Story().pair("r").work("r")
    assert "counts 2 relays" in story.check(tmp_path, store(work("r"), relays=2))["counted once"]
    broken = story.check(tmp_path, store(work("r"), participants=1))
    assert "counts 1 participants" in broken["counted once"]


def test_a_work_on_its_way_counts_once(tmp_path: Path) -> None:
    story = Story().pair("r").work("r")
    assert story.check(tmp_path, store(work("r"), on_the_way=(work("r"),))) == {}
    twice = store(on_the_way=(work("r"), work("r")))
    assert "finished twice" in story.check(tmp_path, twice)["counted once"]


def test_what_was_told_is_stored(tmp_path: Path) -> None:
    story = Story().pair("r").work("r")
    assert "is not stored" in story.check(tmp_path, store())["counted once"]
    other = store(work("r", hands=("b", "a")))
    assert "does not give a the serial 1" in story.check(tmp_path, other)["counted once"]


def test_what_was_told_as_finished_is_stored(tmp_path: Path) -> None:
    entry = {"work": "r", "url": "/w/r", "serial": 1}
    story = Story().knock("a").got("a", "welcome", **(Story.welcome("a") | {"finished": [entry]}))
    assert "is not stored" in story.check(tmp_path, store())["counted once"]


@pytest.mark.parametrize(
    ("second", "fault"),
    [
        (work("s", 2, ("c", "d")), "serial 2 is given twice"),
        (work("s", 4, ("c", "d")), "serial 3 is missing"),
        (work("s", 3, ("c", "d"))._replace(completed_at=1), "older than r"),
    ],
    ids=["twice", "gap", "order"],
)
def test_serials_are_given_one_by_one(tmp_path: Path, second: object, fault: str) -> None:
    broken = Story().hello("x").check(tmp_path, store(work("r"), second))  # type: ignore[arg-type]
    assert fault in broken["counted once"]


def test_two_hands_have_two_serials(tmp_path: Path) -> None:
    story = Story().pair("r").told("a", completed("r", 1)).told("b", completed("r", 1))
    assert "two hands" in story.check(tmp_path)["counted once"]


def test_a_character_is_credited_to_its_writer(tmp_path: Path) -> None:
    story = Story().pair("r").work("r")
    other = store(work("r")._replace(writers=bytes([1, 1, 0, 1])))
    assert "credited to b" in story.check(tmp_path, other)["counted once"]


# Sound messages


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
def test_a_message_without_the_protocols_shape(tmp_path: Path, message: dict[str, object]) -> None:
    broken = Story().hello("a").told("a", message).check(tmp_path)
    assert "has not the protocol's shape" in broken["sound messages"]


def test_unknown_keys_are_ignored(tmp_path: Path) -> None:
    assert Story().hello("a").got("a", "pong", n=1, more=[1]).check(tmp_path) == {}


def test_a_work_is_told_once_to_a_connection(tmp_path: Path) -> None:
    story = Story().pair("r").work("r").told("a", completed("r", 1))
    assert "twice" in story.check(tmp_path)["sound messages"]


def test_a_last_commit_that_is_repeated_is_answered_again(tmp_path: Path) -> None:
    story = Story().pair("r").work("r").says("b", "commit", room="r", c=3, strokes=ink(3))
    story.committed("b", "r", 3).told("b", completed("r", 2))
    assert story.check(tmp_path, store(work("r"))) == {}


def test_totals_never_go_backwards(tmp_path: Path) -> None:
    story = Story().hello("a").got("a", "counters", **(TOTALS | {"relays": 2, "participants": 4}))
    story.got("a", "counters", **(TOTALS | {"relays": 1, "participants": 4}))
    assert "went backwards" in story.check(tmp_path)["sound messages"]
