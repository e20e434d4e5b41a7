"""The floor: what picows itself costs for the same connections and the same bytes.

`python -m bench.bare_picows PORT relay` forwards every frame to the partner, as little as a relay
can do. `python -m bench.bare_picows PORT answers FILE` answers every frame with recorded ones.
Nothing is read, checked, limited or stored.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import ClassVar

import msgspec
import uvloop
from picows import (
    WSFrame,
    WSListener,
    WSMsgType,
    WSTransport,
    WSUpgradeRequest,
    WSUpgradeResponse,
    WSUpgradeResponseWithListener,
    ws_create_server,
)

READ_BUFFER_BYTES = 2_048
"""The service's, too."""


CLOSE, BINARY = WSMsgType.CLOSE, WSMsgType.BINARY


class Answers(msgspec.Struct, frozen=True):
    """What the service sent to seat 0 and to seat 1 of one relay, message by message.

    Attributes:
        welcome: to either, after its first frame.
        waiting: to seat 0, after its second, when it had to wait; else empty.
        matched: to both, after the second of seat 1.
        committed: to both, after the third of seat 0, and after that of seat 1.
    """

    welcome: list[bytes]
    waiting: list[bytes]
    matched: tuple[list[bytes], list[bytes]]
    committed: tuple[tuple[list[bytes], list[bytes]], tuple[list[bytes], list[bytes]]]


class Relay(WSListener):
    """Forwards frames to the connection that came with the same path."""

    alone: ClassVar[dict[bytes, Relay]] = {}

    def __init__(self, path: bytes) -> None:
        """The second of a path finds the first."""
        self.transport: WSTransport | None = None
        self.partner = self.alone.pop(path, None)
        if self.partner is None:
            self.alone[path] = self
        else:
            self.partner.partner = self

    def on_ws_connected(self, transport: WSTransport) -> None:
        """Frames can be sent from now on."""
        self.transport = transport

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Forward it."""
        kind = frame.msg_type
        if kind is CLOSE:
            transport.send_close(frame.get_close_code(), frame.get_close_message())
            transport.disconnect()
        else:
            self.partner.transport.send(kind, frame.get_payload_as_bytes())


class Scripted(WSListener):
    """Sends, for the first, second and third frame of a connection, what the service sent."""

    answers: ClassVar[Answers]
    alone: ClassVar[Scripted | None] = None

    def __init__(self) -> None:
        """Nothing was received yet."""
        self.transport: WSTransport | None = None
        self.partner: Scripted | None = None
        self.seat = 0
        self.frames = 0

    def on_ws_connected(self, transport: WSTransport) -> None:
        """Frames can be sent from now on."""
        self.transport = transport

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Answer it."""
        if frame.msg_type is CLOSE:
            transport.send_close(frame.get_close_code(), frame.get_close_message())
            transport.disconnect()
            return
        frame.get_payload_as_bytes()
        self.frames += 1
        if self.frames == 1:
            self.send(self.answers.welcome)
        elif self.frames == 2:
            self.join()
        else:
            self.send_both(self.answers.committed[self.seat])

    def join(self) -> None:
        """Wait for a partner, or be it."""
        self.partner, Scripted.alone = Scripted.alone, None
        if self.partner is None:
            Scripted.alone = self
            self.send(self.answers.waiting)
            return
        self.seat = 1
        self.partner.partner = self
        self.send_both(self.answers.matched)

    def send_both(self, by_seat: tuple[list[bytes], list[bytes]]) -> None:
        """To both seats what each of them got."""
        self.send(by_seat[self.seat])
        self.partner.send(by_seat[1 - self.seat])

    def send(self, payloads: list[bytes]) -> None:
        """Each in a frame of its own."""
        for payload in payloads:
            self.transport.send(BINARY, payload)


def accept(request: WSUpgradeRequest, listener: WSListener) -> WSUpgradeResponseWithListener:
    """Agree on the first subprotocol that is offered."""
    offered = request.headers["sec-websocket-protocol"]
    response = WSUpgradeResponse.create_101_response({"Sec-WebSocket-Protocol": offered})
    return WSUpgradeResponseWithListener(response, listener)


async def serve(port: int, kind: str, *, use_aiofastnet: bool) -> None:
    """Listen until killed."""

    def open_listener(request: WSUpgradeRequest) -> WSUpgradeResponseWithListener:
        return accept(request, Relay(request.path) if kind == "relay" else Scripted())

    server = await ws_create_server(
        open_listener,
        "127.0.0.1",
        port,
        read_buffer_init_size=READ_BUFFER_BYTES,
        use_aiofastnet=use_aiofastnet,
        backlog=4_096,
    )
    await server.serve_forever()


def main() -> None:
    """See the module."""
    port, kind, *files = sys.argv[1:]
    use_aiofastnet = "--uvloop" not in files
    if kind == "answers":
        Scripted.answers = msgspec.msgpack.decode(Path(files[0]).read_bytes(), type=Answers)
    uvloop.run(serve(int(port), kind, use_aiofastnet=use_aiofastnet))


if __name__ == "__main__":
    main()
