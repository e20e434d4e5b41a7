"""Where the next batch of tickets goes."""

from __future__ import annotations

from server.relay.matching import Ticket
from server.store import keys
from server.store.lanes import Lanes, letter_of


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


def ticket(locales: str = "") -> Ticket:
    return Ticket("ann", "w/1", "r1", b"", 2, locale=locales.partition(" ")[0], locales=locales)


def test_who_waits_alone_gets_the_next_ticket_and_only_that() -> None:
    lanes = four(1)
    lanes.see(lanes.bases[3], [], [])
    assert lanes.lane_for(ticket()) == ""
    lanes.see(lanes.bases[3], ["zh-Hans"], [])
    assert lanes.lane_for(ticket()) == lanes.bases[3]
    assert lanes.lane_for(ticket()) == ""


def test_who_waits_alone_gets_the_next_ticket_of_the_language() -> None:
    lanes = four(4)
    lanes.see(lanes.bases[1], ["zh-Hans"], [])
    lanes.see(lanes.bases[3], ["ja", "zh-Hans"], [])
    assert lanes.lane_for(ticket("en")) == ""
    assert lanes.lane_for(ticket("ja")) == lanes.bases[3]
    assert lanes.lane_for(ticket("ja")) == ""
    asked = {lanes.lane_for(ticket("zh-Hans zh-Hant")) for _ in range(2)}
    assert asked == {lanes.bases[1], lanes.bases[3]}
    assert lanes.lane_for(ticket("zh-Hans")) == ""


def test_a_room_left_in_a_closed_lane_is_found_when_nobody_waits() -> None:
    lanes = four(1)
    lanes.see(lanes.bases[2], [], ["zh-Hans"])
    assert lanes.lane_for(ticket()) == lanes.bases[2]
    lanes.see(lanes.first, [], ["zh-Hans"])
    assert lanes.lane_for(ticket()) == ""
    lanes.see(lanes.first, [], [])
    lanes.update(2, 4)
    assert lanes.lane_for(ticket()) == ""


def test_a_room_left_in_a_closed_lane_is_found_by_who_writes_its_language() -> None:
    lanes = four(1)
    lanes.see(lanes.first, [], ["zh-Hans"])
    lanes.see(lanes.bases[2], [], ["ja"])
    assert lanes.lane_for(ticket("ja")) == lanes.bases[2]
    assert lanes.lane_for(ticket("zh-Hans")) == ""
    assert lanes.lane_for(ticket("en")) == ""
