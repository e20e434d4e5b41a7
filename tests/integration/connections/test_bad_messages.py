"""Messages that are refused, on a connection that stays open."""

from __future__ import annotations

import itertools
from typing import Any

import msgpack
import pytest

from tests.integration.conftest import Connect
from tests.integration.protocol_client import JSON, MSGPACK, TEXT, frame, open_peer, open_raw, pack
from tests.service import Service

WIRES = [MSGPACK, JSON]
ROOM = "a-room"
LIVE = {"room": ROOM, "c": 0, "s": 0, "p": [1, 2, 3, 4]}


def ill_typed(t: str, key: str, value: object, rest: dict[str, object] | None = None) -> Any:
    return pytest.param({"t": t} | (rest or {}) | {key: value}, "bad_message", t, id=f"{t}-{key}")


def missing(t: str, key: str, rest: dict[str, object]) -> Any:
    return pytest.param({"t": t} | rest, "bad_message", t, id=f"{t}-without-{key}")


REFUSED_MESSAGES: list[Any] = [
    pytest.param(5, "bad_message", None, id="a-number"),
    pytest.param("ping", "bad_message", None, id="a-string"),
    pytest.param(None, "bad_message", None, id="nothing"),
    pytest.param(["ping"], "bad_message", None, id="a-list"),
    pytest.param({}, "bad_message", None, id="an-empty-map"),
    pytest.param({"n": 1}, "bad_message", None, id="no-type"),
    pytest.param(LIVE, "bad_message", None, id="ink-without-a-type"),
    pytest.param({"t": 5}, "bad_message", None, id="type-is-a-number"),
    pytest.param({"t": None}, "bad_message", None, id="type-is-null"),
    pytest.param({"t": "pong"}, "unknown_type", "pong", id="type-of-the-other-direction"),
    pytest.param({"t": "Ping"}, "unknown_type", "Ping", id="type-in-capitals"),
    pytest.param({"t": "", "room": ROOM}, "unknown_type", "", id="empty-type"),
    ill_typed("hello", "token", 5),
    ill_typed("hello", "campaign", ["default"]),
    ill_typed("hello", "locale", 1.5),
    ill_typed("hello", "client", {}),
    ill_typed("join", "phrase", 5),
    ill_typed("join", "invite", False),
    missing("invite", "room", {}),
    ill_typed("invite", "room", 5),
    missing("ink", "room", {"c": 0, "s": 0, "p": [1, 2, 3, 4]}),
    missing("ink", "c", {"room": ROOM, "s": 0, "p": [1, 2, 3, 4]}),
    missing("ink", "s", {"room": ROOM, "c": 0, "p": [1, 2, 3, 4]}),
    missing("ink", "p", {"room": ROOM, "c": 0, "s": 0}),
    ill_typed("ink", "room", None, LIVE),
    ill_typed("ink", "c", "0", LIVE),
    ill_typed("ink", "s", 0.5, LIVE),
    ill_typed("ink", "p", [1, 2, "3", 4], LIVE),
    ill_typed("ink", "end", 1, LIVE),
    missing("undo", "room", {"c": 0, "s": 0}),
    missing("undo", "c", {"room": ROOM, "s": 0}),
    missing("undo", "s", {"room": ROOM, "c": 0}),
    ill_typed("undo", "s", -1, {"room": ROOM, "c": 0}),
    missing("commit", "room", {"c": 0, "strokes": []}),
    missing("commit", "c", {"room": ROOM, "strokes": []}),
    missing("commit", "strokes", {"room": ROOM, "c": 0}),
    ill_typed("commit", "strokes", [1, 2, 3, 4], {"room": ROOM, "c": 0}),
    ill_typed("commit", "strokes", [[1, 2, 3, 4.5]], {"room": ROOM, "c": 0}),
    ill_typed("commit", "c", True, {"room": ROOM, "strokes": []}),
    missing("react", "room", {"e": "clap"}),
    missing("react", "e", {"room": ROOM}),
    ill_typed("react", "e", "free text", {"room": ROOM}),
    missing("report", "room", {"why": "other"}),
    missing("report", "why", {"room": ROOM}),
    ill_typed("report", "why", "dislike", {"room": ROOM}),
    missing("leave", "room", {}),
    ill_typed("leave", "keep", "yes", {"room": ROOM}),
    ill_typed("ping", "n", "1"),
    ill_typed("ping", "n", 1.5),
]


@pytest.mark.parametrize("wire", WIRES, ids=["msgpack", "json"])
@pytest.mark.parametrize(("message", "code", "re"), REFUSED_MESSAGES)
async def test_a_bad_message_is_refused_and_the_connection_stays_open(
    connect: Connect, wire: str, message: object, code: str, re: str | None
) -> None:
    peer = await connect(wire)
    await peer.send_payload(pack(message, wire))
    error = await peer.expect("error", code=code)
    assert error.get("re") == re
    assert error["message"]
    await peer.expect_silence()


@pytest.mark.parametrize("wire", WIRES, ids=["msgpack", "json"])
async def test_unknown_keys_are_ignored(connect: Connect, wire: str) -> None:
    peer = await connect(wire, later={"a": [1, None]}, another="x")
    await peer.send("ping", n=7, extra=[{"t": "leave"}], room=5)
    await peer.expect("pong", n=7)


LONG = "x" * 5_000


@pytest.mark.parametrize("wire", WIRES, ids=["msgpack", "json"])
async def test_no_string_is_too_long_for_its_type(connect: Connect, wire: str) -> None:
    peer = await connect(wire, client=LONG, locale=LONG)
    await peer.send("join", phrase=LONG)
    await peer.expect("error", code="no_such_phrase", re="join")
    await peer.send("join", invite=LONG)
    await peer.expect("error", code="no_such_room", re="join")
    await peer.send("leave", room=LONG)
    await peer.expect("error", code="no_such_room", re="leave")


@pytest.mark.parametrize("key", ["client", "unknown"])
async def test_half_an_emoji_in_json_is_a_character_like_any_other(
    shared: Service, key: str
) -> None:
    raw = await open_raw(shared, JSON)
    await raw.send(frame(f'{{"t": "hello", "{key}": "\\ud83d"}}'.encode(), TEXT))
    assert (await raw.next_message())["t"] == "welcome"
    await raw.close()


async def test_json_that_is_well_formed_is_at_worst_a_bad_message(connect: Connect) -> None:
    peer = await connect(JSON)
    await peer.send_payload('{"t": "ping", "n": 1e999}')
    await peer.expect("error", code="bad_message", re="ping")
    await peer.send_payload('{"t": "nonsense", "n": 1e999}')
    await peer.expect("error", code="unknown_type", re="nonsense")
    await peer.expect_silence()


@pytest.mark.parametrize("wire", WIRES, ids=["msgpack", "json"])
async def test_keys_may_come_in_any_order(connect: Connect, wire: str) -> None:
    peer = await connect(wire)
    await peer.send_payload(pack({"n": 3, "t": "ping"}, wire))
    await peer.expect("pong", n=3)


@pytest.mark.parametrize("wire", WIRES, ids=["msgpack", "json"])
async def test_the_tenth_bad_message_is_answered_and_closes(connect: Connect, wire: str) -> None:
    peer = await connect(wire)
    bad = itertools.cycle([{"t": "nonsense"}, [], {"t": "react"}])
    for number, message in zip(range(1, 11), bad, strict=False):
        await peer.send_payload(pack(message, wire))
        await peer.expect("error")
        if number < 10:
            await peer.expect_silence()
    assert await peer.closed() == 1008


async def test_bad_messages_count_before_hello_too(shared: Service) -> None:
    peer = await open_peer(shared)
    for _ in range(10):
        await peer.send("nonsense")
        await peer.expect("error", code="unknown_type", re="nonsense")
    assert await peer.closed() == 1008


async def test_messagepack_maps_may_hold_any_value_under_unknown_keys(connect: Connect) -> None:
    peer = await connect()
    await peer.send_payload(msgpack.packb({"x": msgpack.ExtType(5, b"?"), "t": "ping", "n": 2}))
    await peer.expect("pong", n=2)
    keyed_by_a_list = b"\x81\x91\x01\x02"
    await peer.send_payload(b"\x83\xa1t\xa4ping\xa1n\x03\xa1x" + keyed_by_a_list)
    await peer.expect("pong", n=3)
