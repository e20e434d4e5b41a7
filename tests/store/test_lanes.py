"""Where the next batch of tickets goes."""

from __future__ import annotations

from server.store import keys
from server.store.lanes import ALONE_MS, Lanes, letter_of


def four(open_: int) -> Lanes:
    lanes = Lanes("spring")
    lanes.update(open_, 4)
    return lanes


def test_a_campaign_begins_with_one_lane() -> None:
    lanes = Lanes("spring")
    assert lanes.bases == [lanes.first] == ["jl:{spring:0}"]
    assert lanes.choose(()) == lanes.first
    assert lanes.choose({lanes.first}) is None


def test_whoever_asks_hears_of_every_lane_once() -> None:
    lanes, heard = Lanes("spring"), []
    lanes.on_new(heard.append)
    lanes.update(1, 2)
    lanes.update(2, 2)
    lanes.update(1, 4)
    assert heard == [keys.lane("spring", number) for number in range(4)]


def test_a_room_says_which_lane_it_is_in() -> None:
    lanes = four(2)
    for base in lanes.bases:
        assert lanes.base_of("room" + letter_of(base)) == base
    for stranger in ("", "room-", "roomv", "room\u4e00"):
        assert lanes.base_of(stranger) == lanes.first


def test_tickets_spread_over_the_open_lanes_that_are_not_busy() -> None:
    lanes = four(3)
    assert {lanes.choose(()) for _ in range(200)} == set(lanes.bases[:3])
    assert lanes.choose({lanes.bases[0], lanes.bases[2]}) == lanes.bases[1]
    assert lanes.choose(lanes.bases[:3]) is None


def test_who_waits_alone_gets_the_next_ticket_and_only_that() -> None:
    lanes = four(1)
    lanes.see(lanes.bases[3], ALONE_MS - 1, 0)
    assert lanes.choose(()) == lanes.first
    lanes.see(lanes.bases[3], ALONE_MS, 0)
    assert lanes.choose({lanes.bases[3]}) == lanes.bases[3]
    assert lanes.choose(()) == lanes.first


def test_a_room_left_in_a_closed_lane_is_found_when_nobody_waits() -> None:
    lanes = four(1)
    lanes.see(lanes.bases[2], -1, 1)
    assert lanes.choose(()) == lanes.bases[2]
    lanes.see(lanes.first, -1, 1)
    assert lanes.choose(()) == lanes.first
    lanes.see(lanes.first, -1, 0)
    lanes.update(2, 4)
    assert lanes.choose(()) in lanes.bases[:2]
