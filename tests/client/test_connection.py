"""How a connection of the Python client begins, and every way in which it ends."""

from __future__ import annotations

import random
import socket
from typing import Any

import pytest
from jielong import (
    CannotConnect,
    Closed,
    Connection,
    Malformed,
    Pen,
)
from jielong.connection import Direction
from jielong.messages import Bye, Counters, Matched, Unknown
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

from tests.client.scripted_server import COUNTERS, MATCHED, Peer, Script, acting, connect


async def test_nobody_there_cannot_be_connected_to() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        with pytest.raises(CannotConnect) as refused:
            await connect(f"ws://127.0.0.1:{bound.getsockname()[1]}/ws")
    assert refused.value.status is None


async def test_an_http_refusal_tells_its_status() -> None:
    def forbid(connection: ServerConnection, request: Request) -> Response:
        return connection.respond(403, "not from here")

    async with serve(
        lambda peer: peer.wait_closed(), "127.0.0.1", 0, process_request=forbid
    ) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        with pytest.raises(CannotConnect) as refused:
            await connect(f"ws://127.0.0.1:{port}/ws")
    assert refused.value.status == 403


async def test_a_server_of_another_subprotocol_cannot_be_connected_to() -> None:
    async with serve(lambda peer: peer.wait_closed(), "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        with pytest.raises(CannotConnect, match="does not speak"):
            await connect(f"ws://127.0.0.1:{port}/ws")


async def test_the_end_tells_code_and_reason_and_the_servers_bye() -> None:
    async def script(peer: Peer) -> None:
        await peer.seat(MATCHED, {"t": "bye", "why": "restart", "retry_ms": 800})
        await peer.socket.close(1012, "restart")

    async with acting(script) as url, await connect(url) as me:
        await me.join()
        with pytest.raises(Closed) as end:
            await me.next(Matched)
        assert (end.value.code, end.value.reason) == (1012, "restart")
        assert me.bye == Bye("restart", 800)
        assert await me.next(Bye) == me.bye
        with pytest.raises(Closed):
            await me.join()


async def test_a_peer_that_vanishes_is_1006() -> None:
    async def script(peer: Peer) -> None:
        await peer.seat(MATCHED)
        peer.socket.transport.abort()

    async with acting(script) as url, await connect(url) as me:
        await me.join()
        with pytest.raises(Closed) as end:
            await me.next(Bye)
        assert end.value.code == 1006


async def test_a_server_that_breaks_the_protocol_is_told_so() -> None:
    async def script(peer: Peer) -> None:
        await peer.seat(MATCHED, {"t": "bye"})
        assert await peer.ended() == 1002

    async with acting(script) as url, await connect(url) as me:
        await me.join()
        with pytest.raises(Malformed, match=r"bye\.why is missing"):
            await me.next(Bye)


async def test_a_relay_ends_with_its_connection() -> None:
    script: Script = lambda peer: peer.seat(MATCHED | {"seat": 1})  # noqa: E731
    async with acting(script) as url, await connect(url) as me:
        await me.join()
        with pytest.raises(Closed):
            await me.write_relay(Pen(random.Random(5)), timeout=5)


async def test_a_connection_iterates_to_an_orderly_end_and_is_tapped() -> None:
    tapped: list[tuple[str, str]] = []

    def tap(direction: Direction, message: Any) -> None:
        tapped.append((direction, message["t"]))

    async def script(peer: Peer) -> None:
        await peer.hear("ping")
        await peer.say({"t": "fanfare"}, {"t": "counters"} | COUNTERS)

    async with (
        acting(script) as url,
        await Connection.open(url, format="json", proxy=None, tap=tap) as connection,
    ):
        await connection.send({"t": "ping"})
        messages = [message async for message in connection]
        assert messages == [Unknown("fanfare", {"t": "fanfare"}), Counters(0, 0, 1, 0)]
        assert (connection.close_code, connection.close_reason) == (1000, "")
    assert tapped == [("sent", "ping"), ("received", "fanfare"), ("received", "counters")]
