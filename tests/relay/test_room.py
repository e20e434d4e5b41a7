"""The rules of one room: seats, turns, deadlines and what becomes of a room that is left."""

from __future__ import annotations

import msgspec
import pytest

from server.relay import room as rules_of
from server.relay.room import Due, Room, Rules
from server.relay.transition import NO_LIMIT

NOW = 1_000_000
RULES = Rules(turn_ms=60_000, grace_ms=15_000, keep_ms=86_400_000)


def waiting(chars: int = 2, now: int = NOW) -> Room:
    """A room that "ann" opened."""
    return rules_of.take_seat(Room("room", b"\x80", chars), 0, "ann", "w/1", now, RULES)


def full(chars: int = 2, now: int = NOW) -> Room:
    """Ann in seat 0, "bob" in seat 1."""
    return rules_of.take_seat(waiting(chars, now), 1, "bob", "w/2", now, RULES)


def written(room: Room, times: int, now: int = NOW) -> Room:
    for _ in range(times):
        room = rules_of.commit(room, b"ink%d" % room.turn, now, RULES)
    return room


def test_a_room_with_one_participant_waits_without_a_limit() -> None:
    room = waiting()
    assert (room.open_seat, room.in_pool, room.deadline) == (1, True, 0)
    assert rules_of.view(room, NOW, RULES, ()).turn_ms == NO_LIMIT


def test_the_turn_is_limited_from_the_moment_both_seats_are_taken() -> None:
    room = full()
    assert (room.open_seat, room.in_pool) == (None, False)
    assert rules_of.view(room, NOW + 10_000, RULES, ()).turn_ms == 50_000


def test_each_character_gives_the_next_writer_the_whole_turn() -> None:
    room = written(full(3), 1, NOW + 59_000)
    assert room.deadline == NOW + 59_000 + RULES.turn_ms


def test_the_opener_may_write_the_first_character_alone_and_then_waits() -> None:
    room = written(waiting(), 1)
    assert (room.turn, room.open_seat, room.deadline) == (1, 1, 0)


def test_writing_the_last_character_completes_the_room_and_stops_its_clocks() -> None:
    room = written(rules_of.start_grace(full(), 0, NOW, RULES), 2)
    assert room.completed
    assert room.next_deadline == 0
    assert (room.in_pool, room.kept, room.seat_held_by("ann")) == (False, False, None)
    assert room.hands == ("ann", "bob")


@pytest.mark.parametrize("chars", range(2, 9))
def test_characters_alternate_between_the_seats(chars: int) -> None:
    room = written(full(chars), chars)
    assert room.writers == tuple(("ann", "bob")[c % 2] for c in range(chars))


def test_every_transition_raises_the_version_by_one() -> None:
    room = full(4)
    steps = [
        rules_of.commit(room, b"", NOW, RULES),
        rules_of.start_grace(room, 0, NOW, RULES),
        rules_of.end_grace(room, 0, "w/3", NOW, RULES),
        rules_of.vacate_seat(room, 0, NOW, RULES, keep=False),
    ]
    assert {step.version for step in steps} == {room.version + 1}


def test_a_seat_that_is_given_up_opens_again_and_the_characters_stay() -> None:
    room = rules_of.vacate_seat(written(full(4), 2), 1, NOW, RULES, keep=False)
    assert (room.open_seat, room.in_pool, room.deadline) == (1, True, 0)
    assert room.ink == (b"ink0", b"ink1")
    assert room.seats[1].last == "bob"


def test_a_seat_with_nothing_more_to_write_is_not_offered() -> None:
    room = rules_of.vacate_seat(written(full(3), 2), 1, NOW, RULES, keep=False)
    assert room.open_seat is None
    assert not room.in_pool
    assert room.deadline


def test_the_seat_whose_turn_it_is_is_offered_first() -> None:
    room = written(full(4), 1)
    for seat in (0, 1):
        room = rules_of.vacate_seat(room, seat, NOW, RULES, keep=True)
    assert room.open_seat == 1


def test_a_seat_that_changed_hands_adds_a_hand() -> None:
    room = rules_of.vacate_seat(written(full(4), 2), 1, NOW, RULES, keep=False)
    room = written(rules_of.take_seat(room, 1, "cy", "w/3", NOW, RULES), 2)
    assert room.hands == ("ann", "bob", "cy")
    assert room.people == ("ann", "bob", "cy")


def test_a_room_that_all_have_left_is_kept_for_a_day_for_a_character_that_was_to_be_kept() -> None:
    room = rules_of.vacate_seat(written(waiting(), 1), 0, NOW, RULES, keep=True)
    assert room.alive
    assert room.kept
    assert room.expiry == NOW + RULES.keep_ms
    assert rules_of.due(room, room.expiry - 1) is None
    assert rules_of.due(room, room.expiry) == (Due.EXPIRY, 0)


@pytest.mark.parametrize(("characters", "keep"), [(0, True), (1, False)])
def test_a_room_that_all_have_left_is_of_no_use_otherwise(characters: int, keep: bool) -> None:
    room = rules_of.vacate_seat(written(waiting(), characters), 0, NOW, RULES, keep=keep)
    assert not room.alive


def test_somebody_elses_character_is_not_ones_own_to_keep() -> None:
    room = rules_of.vacate_seat(written(full(), 1), 1, NOW, RULES, keep=True)
    assert not room.keep


def test_a_stranger_in_a_kept_room_finds_the_turn_limited_when_no_seat_is_open() -> None:
    room = written(full(3), 2)
    for seat in (0, 1):
        room = rules_of.vacate_seat(room, seat, NOW, RULES, keep=True)
    room = rules_of.take_seat(room, 0, "cy", "w/3", NOW + 5, RULES)
    assert (room.expiry, room.deadline) == (0, NOW + 5 + RULES.turn_ms)


def test_a_room_with_nobody_connected_is_not_in_the_pool() -> None:
    room = rules_of.start_grace(waiting(), 0, NOW, RULES)
    assert not room.in_pool
    assert rules_of.end_grace(room, 0, "w/9", NOW, RULES).in_pool


def test_an_invitation_keeps_strangers_out_until_somebody_sits_down() -> None:
    room = msgspec.structs.replace(waiting(), invite="code")
    assert not room.in_pool
    assert rules_of.take_seat(room, 1, "bob", "w/2", NOW, RULES).invite == ""


def test_a_lost_connection_is_waited_for_during_the_grace() -> None:
    room = rules_of.start_grace(full(), 1, NOW, RULES)
    assert rules_of.due(room, NOW + RULES.grace_ms - 1) is None
    assert rules_of.due(room, NOW + RULES.grace_ms) == (Due.GRACE, 1)


def test_a_turn_that_ran_out_takes_the_seat_of_its_holder() -> None:
    room = written(full(), 1)
    assert rules_of.due(room, room.deadline - 1) is None
    assert rules_of.due(room, room.deadline) == (Due.TURN, 1)


def test_the_turn_stands_still_while_its_holder_is_away() -> None:
    lost_at, back_at = NOW + 58_000, NOW + 58_000 + 14_000
    room = rules_of.start_grace(full(), 0, lost_at, RULES)
    assert rules_of.due(room, back_at) is None
    room = rules_of.end_grace(room, 0, "w/9", back_at, RULES)
    assert rules_of.view(room, back_at, RULES, ()).turn_ms == 2_000


def test_the_turn_runs_on_while_the_other_one_is_away() -> None:
    room = rules_of.start_grace(full(), 1, NOW, RULES)
    room = rules_of.end_grace(room, 1, "w/9", NOW + 9_000, RULES)
    assert room.deadline == NOW + RULES.turn_ms


def test_a_turn_that_comes_to_somebody_away_begins_with_the_end_of_the_grace_or_the_return() -> (
    None
):
    room = written(rules_of.start_grace(full(), 1, NOW, RULES), 1, NOW + 5_000)
    assert room.deadline == NOW + RULES.grace_ms + RULES.turn_ms
    room = rules_of.end_grace(room, 1, "w/9", NOW + 6_000, RULES)
    assert room.deadline == NOW + 6_000 + RULES.turn_ms


def test_a_short_turn_does_not_cut_the_grace_short() -> None:
    hurried = Rules(turn_ms=2_000, grace_ms=15_000)
    room = rules_of.take_seat(Room("room", b"\x80", 2), 0, "ann", "w/1", NOW, hurried)
    room = rules_of.take_seat(room, 1, "bob", "w/2", NOW, hurried)
    room = rules_of.start_grace(room, 0, NOW + 3_000, hurried)
    assert rules_of.due(room, NOW + 3_000 + 14_999) is None


def test_a_takeover_by_another_session_leaves_the_turn_as_it_is() -> None:
    room = rules_of.end_grace(full(), 0, "w/9", NOW + 30_000, RULES)
    assert room.deadline == NOW + RULES.turn_ms
    assert room.seats[0].address == "w/9"
