"""What the protocol says of connections, a row for every rule.

Around every test two others are in the middle of a relay on the same service; whatever somebody
else sends, they hear nothing of it and finish.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from typing import Any

import msgpack
import pytest

from tests.integration.conftest import Connect
from tests.integration.relays import finish, sit_down, write
from tests.integration.wire import (
    BINARY,
    CLOSE,
    CONTINUATION,
    JSON,
    MSGPACK,
    PING,
    PONG,
    TEXT,
    RawSocket,
    frame,
    open_peer,
    open_raw,
    pack,
)
from tests.service import Service

FRIEND = "https://friend.example"
FRAME_LIMIT = 65_536
WIRES = [MSGPACK, JSON]


@pytest.fixture(scope="module")
def settings() -> dict[str, object]:
    return {"origins": f"{FRIEND}, http://other.example:8080/"}


@pytest.fixture(autouse=True)
async def bystanders(connect: Connect) -> AsyncIterator[None]:
    """Two in the middle of a relay, who notice nothing and finish it."""
    seats = await sit_down(connect)
    await write(seats, 0)
    yield
    for peer in seats:
        await peer.quiet()
    await finish(seats, 1, 2)


async def say_hello(raw: RawSocket, wire: str) -> None:
    """Greet on a raw socket and see `welcome` in a frame of the right kind."""
    opcode = TEXT if wire == JSON else BINARY
    await raw.send(frame(pack({"t": "hello"}, wire), opcode))
    found = await raw.next_frame()
    assert found is not None
    assert found[0] == opcode
    assert b"welcome" in found[1]


async def expect_pong(raw: RawSocket, n: int) -> None:
    """A `ping` was understood: its `pong` is the next message."""
    assert await raw.next_message() == {"t": "pong", "n": n}


# The handshake ------------------------------------------------------------------------------------

SUBPROTOCOLS = [
    pytest.param(MSGPACK, MSGPACK, id="messagepack"),
    pytest.param(JSON, JSON, id="json"),
    pytest.param(None, None, id="none-is-json"),
    pytest.param(f"chat, {JSON}", JSON, id="a-known-one-among-others"),
    pytest.param(f"{JSON}, {MSGPACK}", JSON, id="the-first-known-one"),
    pytest.param(f"{MSGPACK},{JSON}", MSGPACK, id="the-first-known-one-without-a-space"),
]


@pytest.mark.parametrize(("offered", "chosen"), SUBPROTOCOLS)
async def test_the_subprotocol_decides_the_encoding(
    shared: Service, offered: str | None, chosen: str | None
) -> None:
    raw = await open_raw(shared, offered)
    assert (raw.status, raw.accepted) == (101, True)
    assert raw.headers.get("sec-websocket-protocol") == chosen
    await say_hello(raw, chosen or JSON)
    await raw.close()


ACCEPTED: list[Any] = [
    pytest.param({"Connection": "keep-alive, Upgrade"}, id="as-firefox-asks"),
    pytest.param({"Connection": "upgrade", "Upgrade": "WebSocket"}, id="in-any-case"),
    pytest.param({"Sec-WebSocket-Extensions": "permessage-deflate"}, id="extension-not-taken"),
    pytest.param({"Origin": "http://{host}"}, id="same-origin"),
    pytest.param({"Origin": "HTTP://{host}"}, id="same-origin-in-capitals"),
    pytest.param(
        {"Origin": "https://page.example", "Host": "page.example"}, id="same-origin-behind-a-proxy"
    ),
    pytest.param({"Origin": None}, id="no-origin"),
    pytest.param({"Origin": FRIEND}, id="configured-origin"),
    pytest.param({"Origin": "http://other.example:8080"}, id="configured-origin-with-a-slash"),
    pytest.param({"Cookie": "a=" + "b" * 6_000}, id="long-cookie"),
]


@pytest.mark.parametrize("headers", ACCEPTED)
async def test_a_request_is_accepted(shared: Service, headers: dict[str, str | None]) -> None:
    host = f"127.0.0.1:{shared.port}"
    raw = await open_raw(
        shared, headers={k: v.replace("{host}", host) if v else v for k, v in headers.items()}
    )
    assert (raw.status, raw.accepted) == (101, True)
    assert "sec-websocket-extensions" not in raw.headers
    await say_hello(raw, JSON)
    await raw.close()


REFUSED: list[Any] = [
    pytest.param("/ws", {"Sec-WebSocket-Protocol": "chat"}, 400, id="unknown-subprotocol"),
    pytest.param("/ws", {"Sec-WebSocket-Protocol": "jielong.v2.json"}, 400, id="another-version"),
    pytest.param("/ws", {"Origin": "http://evil.example"}, 403, id="foreign-origin"),
    pytest.param("/ws", {"Origin": "null"}, 403, id="origin-null"),
    pytest.param("/ws", {"Origin": "http://127.0.0.1:1"}, 403, id="origin-on-another-port"),
    pytest.param("/ws", {"Origin": "http://x@y:z"}, 403, id="origin-that-is-none"),
    pytest.param("/ws", {"Origin": f"{FRIEND}.evil.example"}, 403, id="origin-with-a-tail"),
    pytest.param("/", {}, 404, id="wrong-path"),
    pytest.param("/ws/more", {}, 404, id="longer-path"),
    pytest.param("/ws", {"Sec-WebSocket-Version": "8"}, 426, id="version-8"),
    pytest.param("/ws", {"Sec-WebSocket-Version": None}, 426, id="no-version"),
]


@pytest.mark.parametrize(("path", "headers", "status"), REFUSED)
async def test_a_request_is_refused_in_the_shape_of_the_api(
    shared: Service, path: str, headers: dict[str, str | None], status: int
) -> None:
    raw = await open_raw(shared, path=path, headers=headers)
    assert raw.status == status
    error = json.loads(raw.body)["error"]
    assert set(error) == {"code", "message"}
    if status == 426:
        assert raw.headers["sec-websocket-version"] == "13"
    await raw.close()


@pytest.mark.parametrize("key", [None, "short", "not base64, really"])
async def test_a_request_without_a_proper_key_is_refused(shared: Service, key: str | None) -> None:
    raw = await open_raw(shared, headers={"Sec-WebSocket-Key": key})
    assert raw.status == 400
    await raw.close()


async def test_a_plain_request_is_told_to_upgrade(shared: Service) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        await asyncio.to_thread(urllib.request.urlopen, f"{shared.url}/ws", timeout=10)
    with refused.value as answer:
        assert answer.code == 426
        assert set(json.load(answer)["error"]) == {"code", "message"}


# Messages that are refused, on a connection that stays open ---------------------------------------

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
    await peer.quiet()


@pytest.mark.parametrize("wire", WIRES, ids=["msgpack", "json"])
async def test_unknown_keys_are_ignored(connect: Connect, wire: str) -> None:
    peer = await connect(wire, later={"a": [1, None]}, another="x")
    await peer.send("ping", n=7, extra=[{"t": "leave"}], room=5)
    await peer.expect("pong", n=7)


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
            await peer.quiet()
    assert await peer.closed() == 1008


async def test_bad_messages_count_before_hello_too(shared: Service) -> None:
    peer = await open_peer(shared)
    for _ in range(10):
        await peer.send("nonsense")
        await peer.expect("error", code="unknown_type", re="nonsense")
    assert await peer.closed() == 1008


# Frames that end the connection -------------------------------------------------------------------

BIG = pack({"t": "ping", "n": 1, "pad": "x" * FRAME_LIMIT})
BIG_JSON = pack({"t": "ping", "n": 1, "pad": "x" * FRAME_LIMIT}, JSON)
PINGED = pack({"t": "ping", "n": 1})
PINGED_JSON = pack({"t": "ping", "n": 1}, JSON)
NESTED = b"\x82\xa1t\xa4ping\xa1x"


def ends(name: str, code: int, wire: str, *frames: bytes) -> Any:
    return pytest.param(wire, b"".join(frames), code, id=name)


def in_pieces(payload: bytes, size: int, opcode: int = BINARY) -> bytes:
    """One message in fragments of at most `size` bytes."""
    pieces = [payload[at : at + size] for at in range(0, len(payload), size)]
    last = len(pieces) - 1
    return b"".join(
        frame(piece, CONTINUATION if index else opcode, fin=index == last)
        for index, piece in enumerate(pieces)
    )


ENDINGS: list[Any] = [
    ends("over-64-kib", 1009, MSGPACK, frame(BIG)),
    ends("over-64-kib-json", 1009, JSON, frame(BIG_JSON, TEXT)),
    ends("one-byte-over-64-kib", 1009, MSGPACK, frame(b"\x00" * (FRAME_LIMIT + 1))),
    ends("1-mib", 1009, MSGPACK, frame(b"\x00" * 2**20)),
    ends("length-of-an-exabyte", 1009, MSGPACK, b"\x82\xff" + (2**60).to_bytes(8) + b"mask"),
    ends("fragments-over-64-kib", 1009, MSGPACK, in_pieces(BIG, 30_000)),
    ends("small-fragments-over-64-kib", 1009, JSON, in_pieces(BIG_JSON, 1_000, TEXT)),
    ends("bad-utf-8", 1007, JSON, frame(b'{"t":"ping","x":"\xff"}', TEXT)),
    ends("utf-8-cut-off", 1007, JSON, frame("{...接".encode()[:-1], TEXT)),
    ends("utf-8-surrogate", 1007, JSON, frame(b'{"t":"\xed\xa0\x80"}', TEXT)),
    ends("bad-utf-8-in-fragments", 1007, JSON, in_pieces(b'{"t":"\xff"}', 2, TEXT)),
    ends("no-json", 1007, JSON, frame(b"hello", TEXT)),
    ends("json-cut-off", 1007, JSON, frame(PINGED_JSON[:-1], TEXT)),
    ends("json-and-more", 1007, JSON, frame(PINGED_JSON + b"{}", TEXT)),
    ends("empty-text", 1007, JSON, frame(b"", TEXT)),
    ends("deep-json", 1007, JSON, frame(b"[" * 60_000, TEXT)),
    ends("deep-json-in-an-unknown-key", 1007, JSON, frame(b'{"x":' * 12_000, TEXT)),
    ends("bad-messagepack", 1007, MSGPACK, frame(b"\xc1")),
    ends("messagepack-cut-off", 1007, MSGPACK, frame(PINGED[:-1])),
    ends("unknown-type-cut-off", 1007, MSGPACK, frame(pack({"t": "x", "y": "long"})[:-1])),
    ends("messagepack-and-more", 1007, MSGPACK, frame(PINGED + PINGED)),
    ends("empty-binary", 1007, MSGPACK, frame(b"")),
    ends("deep-messagepack", 1007, MSGPACK, frame(b"\x91" * 60_000 + b"\xc0")),
    ends("deep-in-an-unknown-key", 1007, MSGPACK, frame(NESTED + b"\x91" * 60_000 + b"\xc0")),
    ends("map-of-4-billion", 1007, MSGPACK, frame(b"\xdf\xff\xff\xff\xff")),
    ends("bad-utf-8-in-messagepack", 1007, MSGPACK, frame(b"\x82\xa1t\xa4join\xa6phrase\xa1\xff")),
    ends("text-on-messagepack", 1003, MSGPACK, frame(PINGED_JSON, TEXT)),
    ends("binary-on-json", 1003, JSON, frame(PINGED, BINARY)),
    ends("unmasked", 1002, MSGPACK, frame(PINGED, masked=False)),
    ends("rsv1", 1002, MSGPACK, frame(PINGED, rsv=4)),
    ends("rsv2", 1002, JSON, frame(PINGED_JSON, TEXT, rsv=2)),
    ends("rsv3-on-a-control-frame", 1002, MSGPACK, frame(b"", PING, rsv=1)),
    ends("unknown-opcode", 1002, MSGPACK, frame(PINGED, 3)),
    ends("unknown-control-opcode", 1002, MSGPACK, frame(b"", 11)),
    ends("continuation-of-nothing", 1002, MSGPACK, frame(PINGED, CONTINUATION)),
    ends("message-inside-a-message", 1002, MSGPACK, frame(b"\x81", fin=False), frame(PINGED)),
    ends("ping-in-fragments", 1002, MSGPACK, frame(b"", PING, fin=False)),
    ends("long-ping", 1002, MSGPACK, frame(b"x" * 126, PING)),
    ends("close-of-one-byte", 1002, MSGPACK, frame(b"\x03", CLOSE)),
    ends("close-with-a-code-nobody-may-send", 1002, MSGPACK, frame(b"\x03\xed", CLOSE)),
    ends("close", 1000, MSGPACK, frame(b"\x03\xe8", CLOSE)),
    ends("close-with-a-code-of-ones-own", 4999, JSON, frame(b"\x13\x87bye", CLOSE)),
    ends("close-without-a-code", 1000, MSGPACK, frame(b"", CLOSE)),
]


@pytest.mark.parametrize(("wire", "data", "code"), ENDINGS)
async def test_a_frame_ends_the_connection_with_its_code(
    shared: Service, wire: str, data: bytes, code: int
) -> None:
    raw = await open_raw(shared, wire)
    await say_hello(raw, wire)
    await raw.send(data)
    assert await raw.close_codes() == [code]
    await raw.close()


@pytest.mark.parametrize("size", [FRAME_LIMIT + 1, 1_000_000], ids=["just", "far"])
async def test_a_message_too_big_is_not_obeyed(connect: Connect, size: int) -> None:
    seats = await sit_down(connect)
    strokes = [[100, 100, 0, 100]]
    await seats[0].send("commit", room=seats[0].room, c=0, strokes=strokes, pad="x" * size)
    assert await seats[0].closed() == 1009
    await seats[1].expect("partner", state="away")


# Frames that are fine -----------------------------------------------------------------------------

FULL = {"t": "ping", "n": 1, "pad": ""}
EXACT = pack(FULL | {"pad": "x" * (FRAME_LIMIT - len(pack(FULL)) - 2)})
EXACT_JSON = pack(FULL | {"pad": "接" * 21_834}, JSON).ljust(FRAME_LIMIT)

FINE: list[Any] = [
    pytest.param(MSGPACK, frame(EXACT), id="exactly-64-kib"),
    pytest.param(JSON, frame(EXACT_JSON, TEXT), id="exactly-64-kib-of-json"),
    pytest.param(MSGPACK, in_pieces(EXACT, 1_000), id="fragments-of-exactly-64-kib"),
    pytest.param(MSGPACK, in_pieces(PINGED, 1), id="a-fragment-for-each-byte"),
    pytest.param(JSON, in_pieces(EXACT_JSON, 20_000, TEXT), id="characters-torn-apart"),
    pytest.param(
        MSGPACK,
        frame(b"", fin=False) + frame(PINGED, CONTINUATION, fin=False) + frame(b"", CONTINUATION),
        id="empty-fragments",
    ),
    pytest.param(JSON, frame(PINGED_JSON + b"\r\n", TEXT), id="json-and-a-newline"),
    pytest.param(MSGPACK, frame(b"", PONG) + frame(PINGED), id="a-pong-nobody-asked-for"),
]


@pytest.mark.parametrize(("wire", "data"), FINE)
async def test_a_frame_is_understood(shared: Service, wire: str, data: bytes) -> None:
    assert len(EXACT) == len(EXACT_JSON) == FRAME_LIMIT
    raw = await open_raw(shared, wire)
    await say_hello(raw, wire)
    await raw.send(data)
    await expect_pong(raw, 1)
    await raw.close()


async def test_a_message_may_come_byte_by_byte(shared: Service) -> None:
    raw = await open_raw(shared, MSGPACK)
    await say_hello(raw, MSGPACK)
    for byte in frame(PINGED):
        await raw.send(bytes([byte]))
    await expect_pong(raw, 1)
    await raw.close()


async def test_many_messages_may_come_at_once(shared: Service) -> None:
    raw = await open_raw(shared, MSGPACK)
    await raw.send(b"".join(frame(pack(m)) for m in [{"t": "hello"}, *pings(20)]))
    assert (await raw.next_message())["t"] == "welcome"
    for n in range(20):
        await expect_pong(raw, n)
    await raw.close()


def pings(count: int) -> list[dict[str, object]]:
    return [{"t": "ping", "n": n} for n in range(count)]


@pytest.mark.parametrize("payload", [b"", b"are you there", b"x" * 125], ids=len)
async def test_a_ping_is_answered_with_its_payload(shared: Service, payload: bytes) -> None:
    raw = await open_raw(shared, MSGPACK)
    await raw.send(frame(payload, PING))
    assert await raw.next_frame() == (PONG, payload)
    await raw.close()


async def test_a_ping_between_fragments_is_answered_at_once(shared: Service) -> None:
    raw = await open_raw(shared, JSON)
    await say_hello(raw, JSON)
    await raw.send(frame(PINGED_JSON[:5], TEXT, fin=False) + frame(b"now", PING))
    assert await raw.next_frame() == (PONG, b"now")
    await raw.send(frame(PINGED_JSON[5:], CONTINUATION))
    await expect_pong(raw, 1)
    await raw.close()


async def test_a_good_message_before_a_bad_frame_is_answered_before_the_close(
    shared: Service,
) -> None:
    raw = await open_raw(shared, MSGPACK)
    await say_hello(raw, MSGPACK)
    await raw.send(frame(PINGED) + frame(b"\xc1"))
    await expect_pong(raw, 1)
    assert await raw.close_codes() == [1007]
    await raw.close()


async def test_after_a_bad_frame_nothing_is_obeyed(shared: Service) -> None:
    raw = await open_raw(shared, MSGPACK)
    await say_hello(raw, MSGPACK)
    await raw.send(frame(b"\xc1") + frame(PINGED))
    assert await raw.close_codes() == [1007]
    await raw.close()


# Liveness -----------------------------------------------------------------------------------------


async def test_a_silent_peer_is_pinged_after_20_s_and_dropped_after_20_more(
    shared: Service,
) -> None:
    silent, alive = await open_raw(shared, MSGPACK), await open_raw(shared, JSON)
    start = time.monotonic()

    async def pinged(raw: RawSocket, wire: str) -> None:
        await say_hello(raw, wire)
        while (found := await raw.next_frame(25)) is not None and found[0] != PING:
            assert b"counters" in found[1]
        assert 18 < time.monotonic() - start < 24
        if raw is alive:
            assert found is not None
            await raw.send(frame(found[1], PONG))

    await asyncio.gather(pinged(silent, MSGPACK), pinged(alive, JSON))
    while (found := await silent.next_frame(25)) is not None:
        assert b"counters" in found[1]
    assert 36 < time.monotonic() - start < 45
    await alive.send(frame(PINGED_JSON, TEXT))
    while (found := await alive.next_frame()) is not None and b"pong" not in found[1]:
        assert found[0] == PING or b"counters" in found[1]
    assert found is not None
    await silent.close()
    await alive.close()


async def test_messagepack_maps_may_hold_any_value_under_unknown_keys(connect: Connect) -> None:
    peer = await connect()
    await peer.send_payload(msgpack.packb({"x": msgpack.ExtType(5, b"?"), "t": "ping", "n": 2}))
    await peer.expect("pong", n=2)
