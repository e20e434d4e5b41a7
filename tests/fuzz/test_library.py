"""The Lua library with arguments that participants choose, and with such as no worker sends."""

from __future__ import annotations

import contextlib

import pytest
import redis
from hypothesis import given
from hypothesis import strategies as st

from server.relay.matching import Ticket
from server.store import library
from server.store.answers import RefusedError
from tests.fuzz.amount import amount
from tests.fuzz.talk import SENT
from tests.model.conftest import client, lua  # noqa: F401
from tests.model.lua_lane import LuaLane
from tests.model.machine_base import PHRASES

NOW = 1_700_000_000_000
ROOM = "r-ann"
EVE = "eve", "w/eve"

strings = st.text(max_size=20) | st.sampled_from([ROOM, "", "-", "0", "ann", "a b", "\0", "r-ann "])
"""What a participant may put into `room` and `invite`."""

OF_PARTICIPANTS = (
    *("join", "join_apart", "commit", "leave", "disconnect", "invite", "read_room", "acknowledge"),
)
"""To these the messages of participants lead."""

arguments = st.lists(
    st.sampled_from(["0", "1", str(NOW), "ann", "w/ann", ROOM, "", "-1", "x"])
    | st.integers(-(2**63), 2**63).map(str)
    | st.binary(max_size=20),
    max_size=12,
)


def seat_two(lane: LuaLane) -> None:
    """Ann and Bob sit in a room, and Ann has written."""
    tickets = [Ticket(name, f"w/{name}", f"r-{name}", PHRASES[2], 2) for name in ("ann", "bob")]
    for ticket in tickets:
        lane.join(NOW, 1, "w", [ticket])
    lane.commit(NOW, "ann", "w/ann", ROOM, 0, b"\x91\x94\x01\x01\x01\x01")


def contents(lane: LuaLane) -> dict[bytes, bytes | None]:
    """Everything that Redis holds."""
    return {key: lane.client.dump(key) for key in lane.client.scan_iter(count=1_000)}


def test_no_string_of_an_outsider_changes_a_room(lua: LuaLane) -> None:  # noqa: F811
    seat_two(lua)
    key = f"{lua.base}:room:{ROOM}"
    before = lua.client.dump(key)

    @amount(60)
    @given(strings, strings, st.integers(-1, 9), st.binary(max_size=30), st.booleans())
    def call(room: str, code: str, c: int, ink: bytes, flag: bool) -> None:
        SENT["calls of the library"] += 6
        for refused in (
            lambda: lua.commit(NOW, *EVE, room, c, ink),
            lambda: lua.leave(NOW, *EVE, room, keep=flag, report=not flag),
            lambda: lua.disconnect(NOW, *EVE, room),
            lambda: lua.read_room(NOW, EVE[0], room),
            lambda: lua.invite(*EVE, room, code),
            lambda: lua.join(NOW, 1, "w", [Ticket(*EVE, "r-eve", PHRASES[2], 2, invite=code)]),
        ):
            with contextlib.suppress(RefusedError):
                refused()
        lua.leave(NOW, *EVE, "r-eve", keep=False, report=False)
        assert lua.client.dump(key) == before

    call()


@pytest.mark.parametrize("name", OF_PARTICIPANTS)
def test_a_call_with_nonsense_that_fails_changes_nothing(lua: LuaLane, name: str) -> None:  # noqa: F811
    seat_two(lua)
    before = contents(lua)

    @amount(25)
    @given(arguments)
    def call(words: list[str | bytes]) -> None:
        nonlocal before
        SENT["calls of the library"] += 1
        try:
            lua.client.fcall(library.function(name), 1, lua.base, *words)
        except redis.ResponseError:
            assert contents(lua) == before
        else:
            before = contents(lua)

    call()
