"""A client connection of the load: a picows socket that passes every message to a callback."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any

import msgspec
from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

SUBPROTOCOL = "jielong.v1.msgpack"
TIMEOUT_SECONDS = 20.0

encode = msgspec.msgpack.Encoder().encode
decode = msgspec.msgpack.Decoder().decode

MessageHandler = Callable[[bytes], None]


class Client(WSListener):
    """One connection. Messages wait for `expect`; once `on_message` is set, it gets them."""

    def __init__(self) -> None:
        """Opened by `connect`."""
        self.transport: WSTransport
        self.on_message: MessageHandler = self._keep
        self.closed = asyncio.get_running_loop().create_future()
        self._kept: deque[bytes] = deque()
        self._came = asyncio.Event()

    def on_ws_connected(self, transport: WSTransport) -> None:
        """The handshake is done; messages can be sent."""
        self.transport = transport

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Pass a message to `on_message`, answer a ping or a close."""
        if frame.msg_type == WSMsgType.BINARY:
            self.on_message(frame.get_payload_as_bytes())
        elif frame.msg_type == WSMsgType.PING:
            transport.send_pong(frame.get_payload_as_bytes())
        elif frame.msg_type == WSMsgType.CLOSE:
            transport.disconnect()

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        """The connection is over."""
        if not self.closed.done():
            self.closed.set_result(None)

    def send(self, payload: bytes) -> None:
        """Send an encoded message."""
        self.transport.send(WSMsgType.BINARY, payload)

    def send_message(self, kind: str, **keys: object) -> None:
        """Send a message of this type."""
        self.send(encode({"t": kind, **keys}))

    async def expect(self, kind: str) -> dict[str, Any]:
        """Wait for the next message of this type; skip the others.

        Raises:
            RuntimeError: the service refused something.
            TimeoutError: it did not come.
        """
        async with asyncio.timeout(TIMEOUT_SECONDS):
            while True:
                while not self._kept:
                    self._came.clear()
                    await self._came.wait()
                message: dict[str, Any] = decode(self._kept.popleft())
                if message["t"] == kind:
                    return message
                if message["t"] == "error":
                    raise RuntimeError(f"refused while waiting for {kind}: {message}")

    async def close(self) -> None:
        """Close with a close frame and wait for the end."""
        self.transport.send_close()
        async with asyncio.timeout(TIMEOUT_SECONDS):
            await self.closed

    def _keep(self, payload: bytes) -> None:
        self._kept.append(payload)
        self._came.set()


async def connect(url: str) -> Client:
    """Connect and complete the handshake."""
    headers = {"Sec-WebSocket-Protocol": SUBPROTOCOL}
    client = Client()
    await ws_connect(lambda: client, url, extra_headers=headers, enable_auto_pong=False)
    return client
