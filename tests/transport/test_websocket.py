"""What a connection hands on, and its end."""

from __future__ import annotations

import asyncio
import gc
import weakref

import msgspec
import pytest
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from server.relay.from_client import ExactInk, FromClient
from server.transport.codec import MSGPACK, Codec, pack
from server.transport.handshake import Handshake
from server.transport.peer import Peer
from server.transport.websocket import WebSocket
from tests.transport.accepting import accepting, acceptor


class Listener:
    """Takes part in a connection, and knows when it is over."""

    def __init__(self, socket: WebSocket) -> None:
        self.socket = socket
        self.over = asyncio.Event()
        self.ink_packed: asyncio.Queue[bytes] = asyncio.Queue()

    def received(self, message: FromClient) -> None:
        self.ink_packed.put_nowait(pack(message))

    def ink(self, message: ExactInk, packed: bytes) -> None:
        self.ink_packed.put_nowait(packed)

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


INK = {"t": "ink", "room": "r", "c": 0, "s": 0, "p": [1, 1, 0, 9]}


@pytest.mark.parametrize("end", [{}, {"end": True}, {"end": None}])
async def test_live_ink_is_handed_on_with_each_key_once(end: dict[str, object]) -> None:
    """Decoders differ in which value of a key that comes twice they take; some take neither."""
    listeners: list[Listener] = []

    def open_listener(socket: WebSocket) -> Listener:
        listeners.append(Listener(socket))
        return listeners[-1]

    handshake = Handshake((), lambda codec, peer: WebSocket(codec, peer, open_listener))
    given = INK | end
    async with accepting(acceptor(handshake=handshake)) as (host, port):
        uri = f"ws://{host}:{port}/ws"
        async with connect(uri, subprotocols=[Subprotocol(MSGPACK)], compression=None) as ws:
            for twice in ({}, *({key: it} for key, it in given.items())):
                entries = [*twice.items(), *given.items()]
                packed = b"".join(pack(key) + pack(it) for key, it in entries)
                await ws.send(bytes([0x80 | len(entries)]) + packed)
                found = await listeners[0].ink_packed.get()
                expected = {key: it for key, it in given.items() if it is not None}
                assert msgspec.msgpack.decode(found) == expected
                assert found[0] == 0x80 | len(expected)
