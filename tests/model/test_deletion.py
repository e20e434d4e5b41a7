"""A lane forgets a participant: the library and the model do it alike, and the ink stays."""

from __future__ import annotations

import random
from collections import Counter

from server.relay.matching import Ticket
from tests.model.differential import DifferentialLane
from tests.model.lua_lane import LuaLane
from tests.model.machine_base import PHRASES

NOW = 1_700_000_000_000


def _join(lanes: DifferentialLane, name: str, room: str, chars: int = 2) -> None:
    lanes.join(NOW, 1, [Ticket(name, f"w/{name}", room, PHRASES[chars], chars)])


def test_whoever_is_deleted_leaves_the_room_and_the_characters_are_nobodys(lua: LuaLane) -> None:
    lanes = DifferentialLane(lua, Counter())
    for name in ("ann", "bob"):
        _join(lanes, name, f"r-{name}", 3)
    lanes.commit(NOW, "ann", "w/ann", "r-ann", 0, b"\x90")
    deleted = lanes.delete_participant(NOW, "ann", {})
    assert deleted.address == "w/ann"
    (left,) = deleted.transitions
    assert (left.kind, left.view.turn) == ("left", 1), "the partner goes on with what is written"
    assert lanes.model.rooms["r-ann"].people == ("unknown", "bob")
    lanes.compare_state(["ann", "bob"])
    again = lanes.delete_participant(NOW, "ann", {"r-ann": "other"})
    assert (again.address, again.transitions) == ("", [])
    lanes.commit(NOW, "bob", "w/bob", "r-ann", 1, b"\x90")
    _join(lanes, "cid", "r-cid", 3)
    lanes.commit(NOW, "cid", "w/cid", "r-ann", 2, b"\x90")
    hands = [hand.participant for hand in lanes.model.works[0].hands]
    assert hands == ["unknown", "bob", "cid"], "counted as ever"
    lanes.compare_state(["ann", "bob", "cid", "unknown"])


def test_characters_in_rooms_that_were_left_are_nobodys_either(lua: LuaLane) -> None:
    lanes = DifferentialLane(lua, Counter())
    _join(lanes, "ann", "kept")
    lanes.commit(NOW, "ann", "w/ann", "kept", 0, b"\x90")
    lanes.leave(NOW, "ann", "w/ann", "kept", keep=True, report=False)
    _join(lanes, "ann", "last", 4)
    lanes.delete_participant(NOW, "ann", {"kept": "somebody", "gone": "x"})
    assert lanes.model.rooms["kept"].writers == ("somebody",)
    assert "last" not in lanes.model.rooms
    lanes.compare_state(["ann"])


def test_anybody_is_deleted_at_any_moment_alike(lua: LuaLane) -> None:
    coverage: Counter[str] = Counter()
    lanes, dice = DifferentialLane(lua, coverage), random.Random(5)
    names = [f"n-{number}" for number in range(12)]
    for step in range(400):
        name, now = dice.choice(names), NOW + step * 1_000
        where = f"w/{name}"
        room = next(
            (it for it in lanes.model.rooms.values() if it.seat_held_by(name) is not None), None
        )
        what = dice.random()
        if room is None:
            ticket = Ticket(name, where, f"r{step}", PHRASES[4], 4)
            lanes.join(now, step + 1, [ticket])
        elif what < 0.6:
            lanes.commit(now, name, where, room.id, room.turn, b"\x90")
        elif what < 0.75:
            lanes.leave(now, name, where, room.id, keep=True, report=False)
        else:
            others = {it: f"x{step}-{it}" for it in lanes.model.rooms if dice.random() < 0.7}
            lanes.delete_participant(now, name, others)
        lanes.compare_state(names)
    assert coverage["delete left"] > 20
    assert any(
        hand.participant.startswith("x") for work in lanes.model.works for hand in work.hands
    )
