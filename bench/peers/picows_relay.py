"""Bare picows with the same rooms in memory and the same count in Redis as the other peers.

`python -m bench.peers.picows_relay PORT REDIS_URL`
"""

from __future__ import annotations

import asyncio
import random
import secrets
import sys
from typing import Any, ClassVar

import msgspec
import redis.asyncio
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
INK = b"\xa3ink"
BINARY, CLOSE = WSMsgType.BINARY, WSMsgType.CLOSE

pack = msgspec.msgpack.Encoder().encode
unpack = msgspec.msgpack.Decoder().decode


class Relay(WSListener):
    """One connection."""

    waiting: ClassVar[list[Relay]] = []
    books: ClassVar[redis.asyncio.Redis]
    tasks: ClassVar[set[asyncio.Task[None]]] = set()

    def __init__(self) -> None:
        """Nobody yet."""
        self.transport: WSTransport | None = None
        self.partner: Relay | None = None
        self.room = ""
        self.seat = 0

    def on_ws_connected(self, transport: WSTransport) -> None:
        """Frames can be sent from now on."""
        self.transport = transport

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        """No longer wait."""
        if self in self.waiting:
            self.waiting.remove(self)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Live ink is known by four bytes and passed on as it came."""
        if frame.msg_type is CLOSE:
            transport.send_close(frame.get_close_code(), frame.get_close_message())
            transport.disconnect()
            return
        payload = frame.get_payload_as_bytes()
        if payload[3:7] == INK:
            if self.partner is not None:
                self.partner.send(payload)
            return
        message = unpack(payload)
        match message["t"]:
            case "hello":
                self.send(pack({"t": "welcome", "participant": secrets.token_urlsafe(12)}))
            case "join":
                self.join()
            case "commit":
                task = asyncio.get_running_loop().create_task(self.commit(message))
                self.tasks.add(task)
                task.add_done_callback(self.tasks.discard)

    def join(self) -> None:
        """Meet any of those who wait, or wait."""
        if not self.waiting:
            self.room = secrets.token_urlsafe(12)
            self.waiting.append(self)
            self.send(pack({"t": "waiting", "room": self.room}))
            return
        other = self.waiting.pop(random.randrange(len(self.waiting)))
        self.room, self.partner, self.seat, other.partner = other.room, other, 1, self
        for one in (other, self):
            one.send(pack({"t": "matched", "room": self.room, "seat": one.seat}))

    async def commit(self, message: dict[str, Any]) -> None:
        """Tell both; count the work when it was the last character."""
        room, c = message["room"], message["c"]
        told = pack(message | {"t": "committed", "seat": self.seat})
        counters = await self.count() if c == 1 else None
        for one in (self, self.partner):
            if one is None:
                continue
            one.send(told)
            if counters:
                serial = counters["participants"] - 1 + one.seat
                done = {"t": "completed", "room": room, "serial": serial, "counters": counters}
                one.send(pack(done))

    async def count(self) -> dict[str, int]:
        """Both counters in one call."""
        async with self.books.pipeline(transaction=True) as both:
            both.hincrby("counters", "relays", 1)
            both.hincrby("counters", "participants", 2)
            relays, participants = await both.execute()
        return {"relays": relays, "participants": participants}

    def send(self, payload: bytes) -> None:
        """To the client."""
        if self.transport is not None:
            self.transport.send(BINARY, payload)


def accept(request: WSUpgradeRequest) -> WSUpgradeResponseWithListener:
    """Agree on the subprotocol that is offered."""
    offered = request.headers["sec-websocket-protocol"]
    response = WSUpgradeResponse.create_101_response({"Sec-WebSocket-Protocol": offered})
    return WSUpgradeResponseWithListener(response, Relay())


async def serve(port: int, redis_url: str) -> None:
    """Listen until killed."""
    Relay.books = redis.asyncio.Redis.from_url(redis_url)
    server = await ws_create_server(
        accept, "127.0.0.1", port, read_buffer_init_size=READ_BUFFER_BYTES, backlog=4_096
    )
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1]), sys.argv[2]))
