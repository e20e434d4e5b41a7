"""Frames that end the connection, and frames that are fine."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.conftest import Connect
from tests.integration.connections.raw import expect_pong, say_hello
from tests.integration.protocol_client import (
    BINARY,
    CLOSE,
    CONTINUATION,
    JSON,
    MSGPACK,
    PING,
    PONG,
    TEXT,
    frame,
    open_raw,
    pack,
)
from tests.integration.relays import sit_down
from tests.service import Service

FRAME_LIMIT = 65_536

BIG = pack({"t": "ping", "n": 1, "pad": "x" * FRAME_LIMIT})
BIG_JSON = pack({"t": "ping", "n": 1, "pad": "x" * FRAME_LIMIT}, JSON)
PINGED = pack({"t": "ping", "n": 1})
PINGED_JSON = pack({"t": "ping", "n": 1}, JSON)
COMMITTED = pack({"t": "commit", "room": "r", "c": 0, "strokes": [[1, 1, 1, 1]]})
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
    ends("bad-utf-8-in-an-unknown-key", 1007, MSGPACK, frame(b"\x82\xa1t\xa4ping\xa1x\xa1\xff")),
    ends("bad-utf-8-in-a-commit", 1007, MSGPACK, frame(b"\x85" + COMMITTED[1:] + b"\xa1x\xa1\xff")),
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
