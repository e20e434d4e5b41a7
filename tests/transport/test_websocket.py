"""A connection's end."""

from __future__ import annotations

import asyncio
import gc
import weakref

import pytest
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from server.relay.from_client import FromClient, Ink
from server.transport.codec import MSGPACK, Codec
from server.transport.handshake import Handshake
from server.transport.peer import Peer
from server.transport.websocket import WebSocket
from tests.transport.accepting import accepting, acceptor


class Listener:
    """Takes part in a connection, and knows when it is over."""

    def __init__(self, socket: WebSocket) -> None:
        self.socket = socket
        self.over = asyncio.Event()

    def received(self, message: FromClient) -> None: ...

    def ink(self, message: Ink, packed: bytes) -> None: ...

    def ponged(self, payload: bytes) -> None: ...

    def active(self) -> None: ...

    def connected(self) -> None: ...

    def disconnected(self) -> None:
        self.over.set()


@pytest.mark.parametrize("hangs_up", [False, True], ids=["closes", "hangs up"])
async def test_a_connection_that_is_gone_is_forgotten_at_once(hangs_up: bool) -> None:
    """Without the garbage collector, which looks seldom in a busy worker."""
    listeners: list[Listener] = []
    references: list[weakref.ref[Listener]] = []

    def open_listener(socket: WebSocket) -> Listener:
        listener = Listener(socket)
        listeners.append(listener)
        references.append(weakref.ref(listener))
        return listener

    def open_socket(codec: Codec, peer: Peer) -> WebSocket:
        return WebSocket(codec, peer, open_listener)

    made = acceptor(handshake=Handshake((), open_socket))
    gc.disable()
    try:
        async with accepting(made) as (host, port):
            for _ in range(3):
                uri = f"ws://{host}:{port}/ws"
                async with connect(
                    uri, subprotocols=[Subprotocol(MSGPACK)], compression=None
                ) as ws:
                    (listener,) = listeners
                    if hangs_up:
                        ws.transport.close()
                await listener.over.wait()
                listeners.clear()
                del listener
                await asyncio.sleep(0)
        assert [reference() for reference in references] == [None, None, None]
    finally:
        gc.enable()
