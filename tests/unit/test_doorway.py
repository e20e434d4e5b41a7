"""What somebody is told who cannot be let in now."""

from __future__ import annotations

import asyncio
import json
from types import SimpleNamespace

from server.gateway.codec import Codec
from server.gateway.doorway import doorway
from server.gateway.porter import FIRST_RETURN_SECONDS, Porter
from server.gateway.protocol import Handshake
from server.gateway.socket import Socket

LIMIT = 10.0
REQUEST = (
    b"GET /ws HTTP/1.1\r\nHost: here\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: amllbG9uZy1iZW5jaG1hcg==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


def nobody_enters(codec: Codec) -> Socket:
    raise AssertionError


async def test_whoever_is_turned_away_is_told_when_to_come_back() -> None:
    porter = Porter(longest_wait=-1)
    make = doorway(Handshake((), nobody_enters), porter)
    state = SimpleNamespace(connections=set())
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: make(server_state=state), "127.0.0.1", 0)
    seconds = set()
    async with asyncio.timeout(LIMIT), server:
        for _ in range(50):
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            writer.write(REQUEST)
            head, _, body = (await reader.read()).partition(b"\r\n\r\n")
            writer.close()
            first, *lines = head.decode().split("\r\n")
            headers = dict(line.split(": ") for line in lines)
            assert first == "HTTP/1.1 503 Service Unavailable"
            assert int(headers["Content-Length"]) == len(body)
            assert json.loads(body)["error"]["code"] == "busy"
            seconds.add(int(headers["Retry-After"]))
    assert min(seconds) >= 1
    assert max(seconds) <= FIRST_RETURN_SECONDS
    assert len(seconds) > 1
    assert porter.turned_away == 50
    assert not state.connections
