"""Who waits alone in a lane, and what they may be offered."""

from __future__ import annotations

import msgspec

from server.relay.matching import SLACK, Ticket
from server.store import library
from server.store.offers import WaitingRooms
from tests.model.lua_lane import LuaLane
from tests.model.machine_base import LANGUAGES

NOW = 1_700_000_000_000
LOCALES = ("zh-Hans", "en", "zh-Hant")


def waiting(lane: LuaLane, now: int, ms: int, most: int = 32) -> WaitingRooms:
    function = library.function("waiting_rooms")
    reply = lane.client.fcall(function, 1, lane.base, now, ms, most, *LOCALES)
    return msgspec.msgpack.decode(reply, type=WaitingRooms)


def join(lane: LuaLane, now: int, name: str, locale: str) -> None:
    ticket = Ticket(name, f"w/{name}", f"r-{name}", LANGUAGES[locale, 2], 2)
    ticket = msgspec.structs.replace(ticket, locale=locale, locales=locale)
    lane.join(now, 1, "w", [ticket])


def leave_many_rooms_of_one_language(lane: LuaLane) -> int:
    """More rooms than a join looks at wait for a second partner."""
    hosts = [f"host{number}" for number in range(SLACK + 2)]
    for host in hosts:
        join(lane, NOW, host, "zh-Hans")
        join(lane, NOW, f"{host}-guest", "zh-Hans")
    for host in hosts:
        lane.leave(NOW, f"{host}-guest", f"w/{host}-guest", f"r-{host}", keep=False, report=False)
    return len(hosts)


def test_who_has_waited_for_long_is_listed_with_what_is_open(lua: LuaLane) -> None:
    hosts = leave_many_rooms_of_one_language(lua)
    join(lua, NOW + 1_000, "ann", "en")
    before = {key: lua.client.dump(key) for key in lua.client.scan_iter()}
    found = waiting(lua, NOW + 10_001, 10_000)
    assert {key: lua.client.dump(key) for key in lua.client.scan_iter()} == before
    assert len(found.alone) == hosts
    assert {room.locale for room in found.alone} == {"zh-Hans"}
    (english,) = [room for room in found.open if room.locale == "en"]
    assert (english.room, english.people) == ("r-ann", "ann")
    assert bytes(english.phrase) == LANGUAGES["en", 2]
    assert len(found.open) == SLACK + 2, "the oldest ones, and the oldest of each language"


def test_only_so_many_are_listed_at_once(lua: LuaLane) -> None:
    leave_many_rooms_of_one_language(lua)
    assert len(waiting(lua, NOW + 1, 0, most=3).alone) == 3


def test_a_room_left_behind_is_open_and_not_alone(lua: LuaLane) -> None:
    join(lua, NOW, "ann", "en")
    lua.commit(NOW, "ann", "w/ann", "r-ann", 0, b"\x90")
    lua.leave(NOW, "ann", "w/ann", "r-ann", keep=True, report=False)
    found = waiting(lua, NOW + 20_000, 10_000)
    assert not found.alone
    assert [room.room for room in found.open] == ["r-ann"]
