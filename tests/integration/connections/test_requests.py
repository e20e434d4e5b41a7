"""Plain requests that are too long, are none, or carry what nobody asked for."""

from __future__ import annotations

import asyncio
import json

import pytest

from tests.integration.protocol_client import LIMIT
from tests.service import Service

HEAD_LIMIT = 16_384
UPGRADE = (
    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: amllbG9uZy1iZW5jaG1hcg==\r\n"
)
Answer = tuple[int, dict[str, str], bytes]


async def answer(reader: asyncio.StreamReader) -> Answer:
    """The next answer: status, headers in lower case, body."""
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    return int(first.split()[1]), headers, await reader.readexactly(int(headers["content-length"]))


async def last_answer(service: Service, *said: bytes) -> Answer:
    """What is answered when this has been said, before the service hangs up.

    All but the last are whole requests, which are answered before one goes on.
    """
    async with asyncio.timeout(LIMIT):
        reader, writer = await asyncio.open_connection("127.0.0.1", service.port)
        for request in said[:-1]:
            writer.write(request)
            assert (await answer(reader))[0] == 200
        writer.write(said[-1])
        last = await answer(reader)
        assert await reader.read() == b""
        writer.close()
        return last


def request(method: str = "GET", path: str = "/healthz", more: str = "", size: int = 0) -> bytes:
    """A request with a head of `size` bytes, or as long as it is."""
    head = f"{method} {path} HTTP/1.1\r\nHost: here\r\n{more}"
    pad = size - len(head) - len("Cookie: \r\n\r\n")
    return (f"{head}Cookie: {'a' * pad}\r\n\r\n" if pad > 0 else f"{head}\r\n").encode()


def expect_error(found: Answer, status: int, code: str) -> None:
    assert (found[0], found[1]["content-type"]) == (status, "application/json")
    error = json.loads(found[2])["error"]
    assert (error["code"], bool(error["message"])) == (code, True)


TOO_LONG = [
    pytest.param([request(size=HEAD_LIMIT + 1)], id="by-a-byte"),
    pytest.param([request("POST", size=40_000)[:-4]], id="without-an-end"),
    pytest.param([request(path=f"/{'a' * 60_000}")], id="by-its-path"),
    pytest.param([request(path="/ws", more=UPGRADE, size=HEAD_LIMIT + 1)], id="for-a-websocket"),
    pytest.param([request(path="/ws", more=UPGRADE) + bytes(60_000)], id="and-frames-at-once"),
    pytest.param([request(), request(size=60_000)[:-4]], id="the-second-one"),
]


@pytest.mark.parametrize("said", TOO_LONG)
async def test_a_head_that_is_too_long_is_refused(shared: Service, said: list[bytes]) -> None:
    expect_error(await last_answer(shared, *said), 431, "head_too_long")


NO_REQUESTS = [
    pytest.param([b"\x16\x03\x01\x02\x00\x01"], id="tls"),
    pytest.param([b"hello\r\n"], id="words"),
    pytest.param([b"GET / HTTP/9\r\n\r\n"], id="unknown-version"),
    pytest.param([request(), b"hello\r\n\r\n"], id="the-second-one"),
]


@pytest.mark.parametrize("said", NO_REQUESTS)
async def test_what_is_no_request_is_refused(shared: Service, said: list[bytes]) -> None:
    expect_error(await last_answer(shared, *said), 400, "bad_request")


async def test_a_page_can_only_be_read(shared: Service) -> None:
    expect_error(await last_answer(shared, b"NONE / HTTP/1.1\r\n\r\n"), 405, "method_not_allowed")


async def test_a_head_as_long_as_may_be_is_read_in_pieces(shared: Service) -> None:
    longest = request(size=HEAD_LIMIT)
    async with asyncio.timeout(LIMIT):
        reader, writer = await asyncio.open_connection("127.0.0.1", shared.port)
        for piece in (longest[:1], longest[1:-1], longest[-1:] + request() + request()):
            writer.write(piece)
            await writer.drain()
        for _ in range(3):
            assert (await answer(reader))[0] == 200
        writer.close()


BODIES = ["Content-Length: 1000000000\r\n", "Transfer-Encoding: chunked\r\n"]


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize(("method", "status"), [("GET", 200), ("POST", 405)])
async def test_a_body_is_not_waited_for(
    shared: Service, method: str, status: int, body: str
) -> None:
    assert (await last_answer(shared, request(method, more=body)))[0] == status


async def test_a_websocket_opens_on_a_connection_that_has_served_other_requests(
    shared: Service,
) -> None:
    """A proxy keeps its connections, and sends any client's request over any of them."""
    async with asyncio.timeout(LIMIT):
        reader, writer = await asyncio.open_connection("127.0.0.1", shared.port)
        for path, status in (("/healthz", 200), ("/api/works/none", 404), ("/healthz", 200)):
            writer.write(request(path=path))
            assert (await answer(reader))[0] == status
        upgrade = request(path="/ws", more=UPGRADE)
        writer.write(upgrade[:30])
        await writer.drain()
        writer.write(upgrade[30:])
        assert b" 101 " in await reader.readuntil(b"\r\n\r\n")
        writer.close()


ANOTHER_CASE = UPGRADE.replace("Upgrade: websocket", "UPGRADE: WebSocket")
KEPT_ALIVE = UPGRADE.replace("Connection: Upgrade", "connection: keep-alive, Upgrade")
PLAIN = request(path="/ws", more=UPGRADE)
A_PING = b"\x89\x80\0\0\0\0"


@pytest.mark.parametrize(
    "said",
    [
        pytest.param([PLAIN, A_PING], id="whole"),
        pytest.param([PLAIN[:-1], PLAIN[-1:], A_PING], id="in-pieces"),
        pytest.param([PLAIN + A_PING], id="with-a-frame-behind"),
        pytest.param([b"\r\n" + PLAIN, A_PING], id="behind-an-empty-line"),
        pytest.param([request(path="/ws", more=ANOTHER_CASE), A_PING], id="in-another-case"),
        pytest.param([request(path="/ws", more=KEPT_ALIVE), A_PING], id="kept-alive"),
    ],
)
async def test_a_request_for_a_websocket_may_come_in_any_way(
    shared: Service, said: list[bytes]
) -> None:
    async with asyncio.timeout(LIMIT):
        reader, writer = await asyncio.open_connection("127.0.0.1", shared.port)
        for piece in said:
            writer.write(piece)
            await writer.drain()
        assert b" 101 " in await reader.readuntil(b"\r\n\r\n")
        assert await reader.readexactly(2) == b"\x8a\0"
        writer.close()


@pytest.mark.parametrize("size", [HEAD_LIMIT, HEAD_LIMIT + 1])
async def test_a_request_for_a_websocket_has_the_length_of_any_other(
    shared: Service, size: int
) -> None:
    async with asyncio.timeout(LIMIT):
        reader, writer = await asyncio.open_connection("127.0.0.1", shared.port)
        writer.write(request(path="/ws", more=UPGRADE, size=size))
        status = int((await reader.readuntil(b"\r\n")).split()[1])
        assert (status == 101) == (size == HEAD_LIMIT)
        writer.close()
