"""Frames that a virtual user sends, encoded in advance, and the fields that it reads of messages.

Frames are masked with one mask that is never zero, as RFC 6455 asks of clients, so the server does
the work that it does for any client. Only the room, which stands in the middle of a `commit`,
is masked when it is known.
"""

from __future__ import annotations

from random import Random

import msgspec

from bench.handwriting import character, live_part

SUBPROTOCOL = "jielong.v1.msgpack"
KEY = "amllbG9uZy1iZW5jaG1hcg=="
MASK = b"\x5a\xc3\x96\x71"

CLOSE_OPCODE, PING_OPCODE, PONG_OPCODE, BINARY_OPCODE = 0x8, 0x9, 0xA, 0x2

encode = msgspec.msgpack.Encoder().encode


class TurnState(msgspec.Struct, frozen=True):
    """The turn of a room."""

    c: int
    seat: int


class ServerMessage(msgspec.Struct, frozen=True):
    """The fields of any server message that a virtual user needs; the rest is skipped."""

    t: str
    room: str = ""
    seat: int = -1
    c: int = -1
    turn: TurnState | None = None
    serial: int = -1
    token: str = ""
    code: str = ""
    why: str = ""
    state: str = ""
    retry_ms: int = 0
    resume: ServerMessage | None = None


read = msgspec.msgpack.Decoder(ServerMessage).decode


def _masked(payload: bytes, phase: int = 0) -> bytes:
    """`payload`, masked; its first byte is byte `phase` of the payload of its frame."""
    mask = (MASK * (len(payload) // 4 + 2))[phase % 4 : phase % 4 + len(payload)]
    number = int.from_bytes(payload) ^ int.from_bytes(mask)
    return number.to_bytes(len(payload))


def frame(payload: bytes, opcode: int = BINARY_OPCODE) -> bytes:
    """A whole masked frame."""
    size = len(payload)
    if size < 126:
        head = bytes((0x80 | opcode, 0x80 | size))
    else:
        head = bytes((0x80 | opcode, 0x80 | 126)) + size.to_bytes(2)
    return head + MASK + _masked(payload)


def message(kind: str, **keys: object) -> bytes:
    """The frame of a message."""
    return frame(encode({"t": kind, **keys}))


def upgrade(host: str, port: int, path: str = "/ws") -> bytes:
    """The request that opens a connection."""
    return (
        f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Key: {KEY}\r\nSec-WebSocket-Version: 13\r\n"
        f"Sec-WebSocket-Protocol: {SUBPROTOCOL}\r\n\r\n"
    ).encode()


class FrameTemplate:
    """An encoded frame with a placeholder for the room."""

    __slots__ = ("_after", "_before", "_length", "_mask")

    def __init__(self, length: int, kind: str, **keys: object) -> None:
        """A message of type `kind` whose room has `length` bytes."""
        room = "r" * length
        payload = encode({"t": kind, "room": room, **keys})
        whole = frame(payload)
        at = payload.index(room.encode())
        start = len(whole) - len(payload) + at
        self._before = whole[:start]
        self._after = whole[start + length :]
        self._length = length
        self._mask = int.from_bytes(_masked(bytes(length), at))

    def fill(self, room: bytes) -> bytes:
        """The frame for this room."""
        masked = int.from_bytes(room) ^ self._mask
        return self._before + masked.to_bytes(self._length) + self._after


class InkFrames:
    """Frames of `commit` and `ink` with ink from a seed."""

    def __init__(self, seed: int, characters: int = 16) -> None:
        """With `characters` different inks of each kind."""
        random = Random(seed)
        self._inks = [character(random) for _ in range(characters)]
        self._parts = {
            first: [live_part(random, first=first) for _ in range(characters)]
            for first in (True, False)
        }
        self._made: dict[tuple[str, int, int, int], FrameTemplate] = {}

    def commit(self, number: int, room: bytes, c: int) -> bytes:
        """The frame that commits character `c`; `number` chooses the ink."""
        number %= len(self._inks)
        key = ("commit", len(room), number, c)
        made = self._made.get(key)
        if made is None:
            made = FrameTemplate(len(room), "commit", c=c, strokes=self._inks[number])
            self._made[key] = made
        return made.fill(room)

    def part(self, number: int, room: bytes, c: int, *, first: bool) -> bytes:
        """A frame of live ink for character `c`; the `first` one of a stroke or a later one."""
        number %= len(self._inks)
        key = ("first ink" if first else "ink", len(room), number, c)
        made = self._made.get(key)
        if made is None:
            p = self._parts[first][number]
            made = self._made[key] = FrameTemplate(len(room), "ink", c=c, s=0, p=p)
        return made.fill(room)


HELLO = message("hello", client="bench")
JOIN = message("join")
CLOSE = frame((1000).to_bytes(2), CLOSE_OPCODE)


def pong(payload: bytes) -> bytes:
    """The answer to a ping."""
    return frame(payload, PONG_OPCODE)


def retry_after(head: bytes) -> float:
    """The seconds of `Retry-After` in the head of an HTTP answer."""
    _, _, rest = head.lower().partition(b"\r\nretry-after:")
    return float(rest.partition(b"\r\n")[0])


def kind_of(payload: bytes) -> bytes:
    """The type of a message; the server writes it first.

    Raises:
        ValueError: the message begins in another way.
    """
    if payload[1:3] != b"\xa1t":
        raise ValueError(f"a message without its type at the head: {payload[:40]!r}")
    return payload[4 : 4 + (payload[3] & 0x1F)]


def character_of(committed: bytes) -> int:
    """The character index of a `committed` message, without decoding the rest."""
    return committed[committed.index(b"\xa1c", 12) + 2]
