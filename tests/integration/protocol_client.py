"""A client of the protocol for tests: it sends exact bytes and shows every message and close code.

It shares nothing with the project's own clients, so that a mistake in one is not hidden by the
same mistake in the other.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import os
import time
from dataclasses import dataclass, field
from typing import Any

import msgpack
from websockets.asyncio.client import ClientConnection
from websockets.asyncio.client import connect as websocket
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from tests.service import Service

LIMIT = 15.0
"""Seconds after which an expected message counts as missing."""

MSGPACK = "jielong.v1.msgpack"
JSON = "jielong.v1.json"

TEXT, BINARY, CONTINUATION, CLOSE, PING, PONG = 1, 2, 0, 8, 9, 10

Message = dict[str, Any]


def pack(message: object, wire: str = MSGPACK) -> bytes:
    """A message as the payload of a frame."""
    if wire == MSGPACK:
        packed: bytes = msgpack.packb(message)
        return packed
    return json.dumps(message, ensure_ascii=False).encode()


def unpack(payload: bytes | str) -> Message:
    """The payload of a frame as a message; text is JSON, bytes are MessagePack."""
    message = json.loads(payload) if isinstance(payload, str) else msgpack.unpackb(payload)
    assert isinstance(message, dict)
    return message


@dataclass
class Peer:
    """One connection of one participant; `counters` messages are kept apart.

    Attributes:
        socket: the connection.
        wire: its subprotocol.
        welcome: the answer to `hello`; empty when none was said.
        room: the room last heard of, until it is completed.
        counters: when each `counters` message came, and the message.
    """

    socket: ClientConnection
    wire: str
    welcome: Message = field(default_factory=dict)
    room: str | None = None
    counters: list[tuple[float, Message]] = field(default_factory=list)

    async def send(self, t: str, **keys: object) -> None:
        """Send a message."""
        await self.send_payload(pack({"t": t} | keys, self.wire))

    async def send_payload(self, payload: bytes) -> None:
        """Send any payload in a frame of this connection's kind."""
        await self.socket.send(payload, text=self.wire == JSON)

    async def next(self, limit: float = LIMIT) -> Message:
        """The next message that is not `counters`."""
        until = time.monotonic() + limit
        while True:
            async with asyncio.timeout(max(0.0, until - time.monotonic())):
                payload = await self.socket.recv()
            assert isinstance(payload, str) == (self.wire == JSON), "a frame of the wrong kind"
            message = unpack(payload)
            if message["t"] != "counters":
                self._follow(message)
                return message
            self.counters.append((time.monotonic(), message))

    async def expect(self, t: str, *, limit: float = LIMIT, **keys: object) -> Message:
        """Receive the next message and check its type and these keys."""
        message = await self.next(limit)
        assert {"t": t} | keys == {key: message.get(key) for key in ("t", *keys)}, message
        return message

    async def expect_counters(self, limit: float = LIMIT, **values: int) -> Message:
        """Wait for `counters` with these values; no other message may come."""
        async with asyncio.timeout(limit):
            while True:
                message = unpack(await self.socket.recv())
                assert message["t"] == "counters", message
                self.counters.append((time.monotonic(), message))
                if message | values == message:
                    return message

    async def expect_silence(self) -> None:
        """Check that everything sent so far is answered, and that nothing else came."""
        mark = int.from_bytes(os.urandom(4))
        await self.send("ping", n=mark)
        await self.expect("pong", n=mark)

    async def closed(self, limit: float = LIMIT) -> int:
        """Wait for the close code; no message may come before it."""
        try:
            message = await self.next(limit)
        except ConnectionClosed as end:
            return end.rcvd.code if end.rcvd else 1006
        raise AssertionError(f"not closed, but received {message}")

    async def quit(self) -> None:
        """Leave the room, so that nobody is led there any more, and close."""
        try:
            if self.room:
                await self.leave()
            await self.close()
        except (ConnectionClosed, TimeoutError):
            pass

    async def leave(self) -> None:
        """Leave the room, and wait until that is done."""
        for _ in range(2):  # the second one is refused when the first one is done
            await self.send("leave", room=self.room)
        message = await self.next()
        while (message["t"], message.get("re")) != ("error", "leave"):
            message = await self.next()

    async def close(self) -> None:
        """Close the connection."""
        async with asyncio.timeout(LIMIT):
            await self.socket.close()

    def _follow(self, message: Message) -> None:
        if message["t"] in {"waiting", "matched"}:
            self.room = message["room"]
        elif message["t"] == "completed":
            self.room = None
        elif message["t"] == "welcome":
            self.welcome = message
            self.room = (message.get("resume") or {}).get("room")


async def open_peer(
    service: Service, wire: str | None = MSGPACK, address: str | None = None
) -> Peer:
    """Open a connection and send nothing; as a proxy for a client at `address`, if there is one."""
    socket = await websocket(
        service.ws_url,
        subprotocols=[Subprotocol(wire)] if wire else None,
        additional_headers={"X-Forwarded-For": address} if address else None,
        compression=None,
        max_size=None,
        max_queue=None,
        proxy=None,
        open_timeout=LIMIT,
        ping_interval=None,
    )
    assert socket.subprotocol == wire
    return Peer(socket, wire or JSON)


async def open_session(service: Service, wire: str | None = MSGPACK, **hello: object) -> Peer:
    """Open a connection, send `hello` and receive `welcome`."""
    peer = await open_peer(service, wire)
    await peer.send("hello", **hello)
    await peer.expect("welcome")
    return peer


def frame(
    payload: bytes, opcode: int = BINARY, *, fin: bool = True, rsv: int = 0, masked: bool = True
) -> bytes:
    """The bytes of one frame, valid or not."""
    length = len(payload)
    if length < 126:
        size = bytes([length])
    elif length < 65_536:
        size = bytes([126]) + length.to_bytes(2)
    else:
        size = bytes([127]) + length.to_bytes(8)
    head = bytes([fin << 7 | rsv << 4 | opcode, masked << 7 | size[0]]) + size[1:]
    if not masked:
        return head + payload
    mask = os.urandom(4)
    cover = (mask * (length // 4 + 1))[:length]
    covered = int.from_bytes(payload) ^ int.from_bytes(cover)
    return head + mask + covered.to_bytes(length)


@dataclass
class RawSocket:
    """A TCP connection after an upgrade request, accepted or refused.

    Attributes:
        status: of the answer to the request.
        headers: of that answer, by lower-case name.
        body: of that answer.
        accepted: whether `Sec-WebSocket-Accept` fits the request's key.
    """

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    status: int
    headers: dict[str, str]
    body: bytes
    accepted: bool

    async def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.writer.write(data)
        async with asyncio.timeout(LIMIT):
            await self.writer.drain()

    async def next_frame(self, limit: float = LIMIT) -> tuple[int, bytes] | None:
        """The opcode and payload of the next frame; None at the end of the stream."""
        try:
            async with asyncio.timeout(limit):
                first, second = await self.reader.readexactly(2)
                length = second & 127
                if length >= 126:
                    length = int.from_bytes(
                        await self.reader.readexactly(2 if length == 126 else 8)
                    )
                payload = await self.reader.readexactly(length)
        except (asyncio.IncompleteReadError, ConnectionError):
            return None
        assert first & 0xF0 == 0x80, "the server sends whole frames without extensions"
        assert second < 128, "a server does not mask"
        return first & 15, payload

    async def next_message(self, limit: float = LIMIT) -> Message:
        """The next message that is not `counters`; a control frame is an error."""
        while True:
            found = await self.next_frame(limit)
            assert found is not None, "the connection is over"
            opcode, payload = found
            assert opcode in {TEXT, BINARY}, found
            message = unpack(payload.decode() if opcode == TEXT else payload)
            if message["t"] != "counters":
                return message

    async def close_codes(self) -> list[int]:
        """The codes of all close frames until the end; no message may come any more."""
        codes = []
        while (found := await self.next_frame()) is not None:
            opcode, payload = found
            if opcode in {TEXT, BINARY}:
                message = unpack(payload.decode() if opcode == TEXT else payload)
                assert message["t"] == "counters", message
                assert not codes, "a message came after the close"
            elif opcode == CLOSE:
                codes.append(int.from_bytes(payload[:2]))
        return codes

    async def close(self) -> None:
        """Cut the connection."""
        self.writer.close()
        try:
            async with asyncio.timeout(LIMIT):
                await self.writer.wait_closed()
        except ConnectionError:
            pass


async def open_raw(
    service: Service,
    wire: str | None = None,
    *,
    path: str = "/ws",
    headers: dict[str, str | None] | None = None,
) -> RawSocket:
    """Ask for an upgrade; `headers` replace those of an ordinary request, None takes one away."""
    key = base64.b64encode(os.urandom(16)).decode()
    asked: dict[str, str | None] = {
        "Host": f"127.0.0.1:{service.port}",
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": key,
        "Sec-WebSocket-Protocol": wire,
    }
    asked |= headers or {}
    lines = [f"GET {path} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in asked.items() if value is not None]
    async with asyncio.timeout(LIMIT):
        reader, writer = await asyncio.open_connection("127.0.0.1", service.port)
        writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        first, *rest = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
        answer = {name.lower(): value for name, _, value in (line.partition(": ") for line in rest)}
        assert len(answer) == len(rest), f"a header came twice: {rest}"
        body = await reader.readexactly(int(answer.get("content-length", "0")))
    digest = hashlib.sha1(f"{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11".encode()).digest()
    accepted = answer.get("sec-websocket-accept") == base64.b64encode(digest).decode()
    return RawSocket(reader, writer, int(first.split()[1]), answer, body, accepted)
