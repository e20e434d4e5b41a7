"""The client protocol of each peer: the same messages in the peer's own frames, in MessagePack."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from bench.load.frames import encode, frame, upgrade
from bench.load.reactor import Reactor
from bench.load.websocket import Connection

TEXT_OPCODE = 0x1
Message = tuple[str, dict[str, Any]]

_decode = msgspec.msgpack.Decoder().decode


class PeerConnection(Connection):
    """A client connection; messages are maps with their type in `t`, as for the service.

    Subclasses change the frames; `received` gets the decoded messages.
    """

    __slots__ = ()

    def on_open(self) -> None:
        """Send `hello`."""
        self.send(self.encode_message("hello"))

    def on_message(self, payload: bytes) -> None:
        """Decode a frame."""
        message = self.unwrap(payload)
        if message is not None:
            self.received(*message)

    def received(self, kind: str, body: dict[str, Any]) -> None:
        """A message was received."""

    @staticmethod
    def request(host: str, port: int) -> bytes:
        """The request that opens the connection."""
        return upgrade(host, port)

    @staticmethod
    def encode_message(kind: str, **keys: object) -> bytes:
        """The frame of a message."""
        return frame(encode({"t": kind, **keys}))

    def unwrap(self, payload: bytes) -> Message | None:
        """The message in a frame, or None."""
        body = _decode(payload)
        return body["t"], body


class SocketIo(PeerConnection):
    """Socket.IO 5 over Engine.IO 4, with socket.io-msgpack-parser: Engine.IO's own packets are
    text, Socket.IO's are binary.
    """

    __slots__ = ()

    CONNECT, EVENT = 0, 2

    @staticmethod
    def request(host: str, port: int) -> bytes:
        return upgrade(host, port, "/socket.io/?EIO=4&transport=websocket")

    @staticmethod
    def encode_message(kind: str, **keys: object) -> bytes:
        packet = {"type": SocketIo.EVENT, "data": [kind, keys], "nsp": "/"}
        return frame(encode(packet))

    def on_open(self) -> None:
        """The server speaks first."""

    def unwrap(self, payload: bytes) -> Message | None:
        if payload[:1] == b"0":
            self.send(frame(encode({"type": self.CONNECT, "nsp": "/"})))
            return None
        if payload[:1] == b"2":
            self.send(frame(b"3", TEXT_OPCODE))
            return None
        packet = _decode(payload)
        if packet["type"] == self.CONNECT:
            self.send(self.encode_message("hello"))
            return None
        kind, body = packet["data"]
        return kind, body


class Colyseus(PeerConnection):
    """Colyseus 0.16: a seat is reserved by HTTP, then taken by WebSocket; both on one connection
    here, which spares the server one that its own client makes.
    """

    __slots__ = ("_refusals", "_reserved")

    JOIN, DATA = 10, 13
    REFUSALS = 10
    """A seat may be reserved in a room that is being disposed of; then one asks again."""

    def __init__(self, reactor: Reactor) -> None:
        """Not connected yet."""
        super().__init__(reactor)
        self._reserved = False
        self._refusals = 0

    @staticmethod
    def request(host: str, port: int) -> bytes:
        return (
            f"POST /matchmake/joinOrCreate/relay HTTP/1.1\r\nHost: {host}:{port}\r\n"
            "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
        ).encode()

    def answered(self, data: bytes) -> int:
        if self._reserved:
            return super().answered(data)
        head, end, body = data.partition(b"\r\n\r\n")
        if not end or (b"chunked" in head and not body.endswith(b"0\r\n\r\n")):
            return self.wait_for_more(data)
        try:
            seat = json.loads(body[body.index(b"{") : body.rindex(b"}") + 1])
        except ValueError:
            return self.wait_for_more(data)
        self.wait_for_more(b"")
        if "room" not in seat:
            self._refusals += 1
            if self._refusals > self.REFUSALS:
                raise RuntimeError(f"Colyseus reserves no seat: {seat}")
            self.send(self.request("127.0.0.1", 1))
            return -1
        self._reserved = True
        room = seat["room"]
        path = f"/{room['processId']}/{room['roomId']}?sessionId={seat['sessionId']}"
        self.send(upgrade("127.0.0.1", 1, path))
        return -1

    @staticmethod
    def encode_message(kind: str, **keys: object) -> bytes:
        return frame(bytes((Colyseus.DATA,)) + encode(kind) + encode(keys))

    def on_open(self) -> None:
        """The server speaks first."""

    def unwrap(self, payload: bytes) -> Message | None:
        if payload[0] == self.JOIN:
            self.send(frame(bytes((self.JOIN,))))
            self.send(self.encode_message("hello"))
            return None
        if payload[0] != self.DATA:
            return None
        # Types and bodies are two MessagePack values in a row; types are short strings here.
        length = payload[1] & 0x1F
        return payload[2 : 2 + length].decode(), _decode(payload[2 + length :])
