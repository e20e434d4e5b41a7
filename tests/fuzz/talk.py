"""One connection to the service: bytes are sent, and everything that comes back is checked.

It blocks, because Hypothesis does, and it is fast, because a long run opens half a million.
"""

from __future__ import annotations

import contextlib
import os
import socket
import struct
import time
from collections import Counter
from typing import NamedTuple

from tests.fuzz.messages import HERE
from tests.integration.protocol_client import (
    BINARY,
    CLOSE,
    JSON,
    MSGPACK,
    PING,
    PONG,
    TEXT,
    Message,
    frame,
    pack,
    unpack,
)
from tests.service import Service

SECONDS = 20.0
RETRY_SECONDS = 0.3
"""Until a connection that an overloaded service turned away is tried again."""

SENT: Counter[str] = Counter()
"""How much was sent, by kind."""

ANSWERS = frozenset(
    (
        *("welcome", "waiting", "invited", "matched", "turn", "ink", "undo", "react"),
        *("committed", "partner", "completed", "counters", "error", "bye", "pong", "pace"),
        *("offer", "challenge", "pledged"),
    )
)
ERRORS = frozenset(
    (
        *("bad_message", "unknown_type", "hello_first", "not_your_turn", "bad_ink", "barred"),
        *("no_such_room", "no_such_phrase", "no_such_campaign", "closed", "busy", "slow_down"),
        *("too_fast", "elsewhere", "no_such_pledge"),
    )
)
CODES = frozenset((1002, 1003, 1007, 1008, 1009))
"""With these the service closes a connection whose peer breaks the protocol."""

_RESET = struct.pack("ii", 1, 0)
"""`SO_LINGER`: a closed connection leaves no port behind that nobody can use for a minute."""

_REQUEST = (
    "GET /ws HTTP/1.1\r\nHost: here\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    "Sec-WebSocket-Protocol: {}\r\n\r\n"
)


class Heard(NamedTuple):
    """What came back.

    Attributes:
        messages: all messages, each documented.
        code: the close code; None when the connection stayed open or ended without one.
    """

    messages: list[Message]
    code: int | None


class Line:
    """A connection that says `hello` and, if it shall have a seat, `join`; `greet` comes next.

    A worker that many join collects them for a moment, so those of many lines are sent first.
    """

    def __init__(self, service: Service, wire: str, *, seated: bool) -> None:
        SENT["connections"] += 1
        self._wire = wire
        self._opcode = TEXT if wire == JSON else BINARY
        self._port = service.port
        self._mark = b""
        self.room = HERE
        first = [{"t": "hello"}, {"t": "join"}] if seated else [{"t": "hello"}]
        greeting = b"".join(self._frame(pack(message, wire)) for message in first)
        self._request = _REQUEST.format(wire).encode() + greeting
        self._wanted = {"waiting", "matched"} if seated else {"welcome"}
        self._open()

    def _open(self) -> None:
        self._socket = socket.create_connection(("127.0.0.1", self._port), SECONDS)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self._data = b""
        self._socket.sendall(self._request)

    def greet(self) -> None:
        """Hear the answers to the handshake, `hello` and `join`."""
        until = time.monotonic() + SECONDS
        while not self._admitted():
            assert time.monotonic() < until, "the service is overloaded for too long"
            time.sleep(RETRY_SECONDS)
            self._open()
        while (message := self._message())["t"] not in self._wanted:
            pass
        self.room = message.get("room", HERE)

    def say(self, payloads: list[bytes]) -> Heard:
        """Send messages, each in a frame, and hear everything until the mark behind them."""
        self.tell(payloads)
        return self.hear()

    def tell(self, payloads: list[bytes]) -> None:
        """Send messages, each in a frame, and a mark behind them."""
        SENT["messages"] += len(payloads)
        self._mark = os.urandom(8)
        room = self.room.encode()
        frames = [self._frame(payload.replace(HERE.encode(), room)) for payload in payloads]
        self._send(b"".join(frames) + frame(self._mark, PING))

    def hear(self) -> Heard:
        """Everything until the last mark comes back, or the connection ends."""
        return self._hear(self._mark)

    def send_frames(self, data: bytes) -> Heard:
        """Send any bytes, hang up, and hear everything until the service does."""
        SENT["streams of frames"] += 1
        self._send(data)
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)
        return self._hear(None)

    def close(self) -> None:
        """Cut the connection."""
        self._socket.close()

    def _frame(self, payload: bytes) -> bytes:
        return frame(payload, self._opcode)

    def _send(self, data: bytes) -> None:
        with contextlib.suppress(ConnectionError):  # it was closed with a code, which is read next
            self._socket.sendall(data)

    def _hear(self, mark: bytes | None) -> Heard:
        messages: list[Message] = []
        while True:
            found = self._next_frame()
            if found is None:
                assert mark is None, f"cut off without a close code, after {messages}"
                return Heard(messages, None)
            opcode, payload = found
            if opcode == CLOSE:
                return Heard(messages, int.from_bytes(payload[:2]))
            if opcode == self._opcode:
                messages.append(_documented(unpack(_text(payload, opcode))))
            elif (opcode, payload) == (PONG, mark):
                return Heard(messages, None)

    def _message(self) -> Message:
        while True:
            found = self._next_frame()
            assert found is not None, "cut off"
            if found[0] == self._opcode:
                return unpack(_text(found[1], found[0]))
            assert found[0] == PING, found

    def _admitted(self) -> bool:
        """Whether the service lets it in; a worker with much to do answers 503."""
        while b"\r\n\r\n" not in self._data:
            assert self._receive(), "no answer to the request"
        head, _, self._data = self._data.partition(b"\r\n\r\n")
        if head.startswith(b"HTTP/1.1 503 "):
            self._socket.close()
            return False
        assert head.startswith(b"HTTP/1.1 101 "), head
        return True

    def _next_frame(self) -> tuple[int, bytes] | None:
        """The next frame; None at the end of the stream."""
        start = self._exactly(2)
        if start is None:
            return None
        assert start[0] & 0x70 == 0, "reserved bits are set"
        size = start[1]
        if size >= 126:
            length = self._exactly(2 if size == 126 else 8)
            size = int.from_bytes(length or b"")
        payload = self._exactly(size)
        return None if payload is None else (start[0] & 15, payload)

    def _exactly(self, size: int) -> bytes | None:
        while len(self._data) < size:
            if not self._receive():
                return None
        found, self._data = self._data[:size], self._data[size:]
        return found

    def _receive(self) -> bool:
        try:
            data = self._socket.recv(65_536)
        except ConnectionError:
            return False
        self._data += data
        return bool(data)


def open_line(service: Service, wire: str, *, seated: bool) -> Line:
    """A connection that was greeted."""
    line = Line(service, wire, seated=seated)
    line.greet()
    return line


def _text(payload: bytes, opcode: int) -> str | bytes:
    return payload.decode() if opcode == TEXT else payload


def _documented(message: Message) -> Message:
    assert message["t"] in ANSWERS, message
    assert message["t"] != "error" or message["code"] in ERRORS, message
    return message


WIRES = (MSGPACK, JSON)
