"""Connections that are handed to the web server for a request, and come back after the answer."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from server.prepared.response import prepare
from server.transport import open_connections
from server.transport.direct_answers import DirectAnswers
from server.transport.handover import ConnectionReceiver, channel, hand_over
from server.transport.http import REQUEST_BYTES
from server.web.server import MOST_CONNECTIONS, WebServer
from tests.transport.accepting import accepting, acceptor

KNOWN, OTHER = b"known", b"other"
LARGE = 3_000_000
"""More than the kernel takes of an answer that nobody reads."""

BODY = 10 * REQUEST_BYTES
"""More than a worker reads of a request that it passes on."""

Reader = asyncio.StreamReader


class Worker:
    """What a worker does with requests that it does not answer itself."""

    def __init__(self, end: socket.socket) -> None:
        self.end = end
        self.taken = 0

    def take(self, descriptor: int, data: bytes) -> bool:
        taken = hand_over(self.end, descriptor, data)
        self.taken += taken
        return taken


@asynccontextmanager
async def both(app: ASGIApp) -> AsyncIterator[tuple[tuple[str, int], Worker]]:
    """A server whose requests for `/known` are answered at once, and all others by `app`."""
    answers = DirectAnswers()
    answers.add([prepare("/known", KNOWN, "text/plain", "no-cache")])
    ours, theirs = channel()
    web, worker = WebServer(app, theirs, ()), Worker(ours)
    made = acceptor(answers, others=worker)
    returning = ConnectionReceiver(ours, made.take_back)
    returning.resume()
    running = asyncio.create_task(web.run())
    async with accepting(made) as address:
        yield address, worker
    returning.pause()
    await web.stop()
    await running
    ours.close()
    theirs.close()


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers with the path, so that a test sees which request is answered."""
    request = Request(scope, receive)
    await PlainTextResponse(request.url.path[1:])(scope, receive, send)


def request(path: str, *headers: str, method: str = "GET") -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: h", *headers, "", ""]).encode()


async def answer(reader: Reader) -> tuple[int, dict[str, str], bytes]:
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    return int(first.split()[1]), headers, await reader.readexactly(int(headers["content-length"]))


async def test_one_connection_goes_to_and_fro() -> None:
    async with both(echo) as (address, worker):
        reader, writer = await asyncio.open_connection(*address)
        for path in ("known", "a", "b", "known", "c", "known"):
            writer.write(request(f"/{path}"))
            assert (await answer(reader))[2] == path.encode()
        assert worker.taken == 3
        writer.write(request("/d", "Connection: close"))
        assert (await answer(reader))[2] == b"d"
        assert await reader.read() == b""
        writer.close()


async def test_requests_that_come_at_once_are_answered_in_order() -> None:
    paths = ["known", "a", "known", "known", "b", "c", "known"] * 20
    async with both(echo) as (address, _):
        reader, writer = await asyncio.open_connection(*address)
        writer.write(b"".join(request(f"/{path}") for path in paths))
        for path in paths:
            assert (await answer(reader))[2] == path.encode()
        writer.close()


async def test_a_request_that_comes_during_an_answer_waits_for_it() -> None:
    held = asyncio.Event()
    asked = asyncio.Event()

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        asked.set()
        await held.wait()
        await echo(scope, receive, send)

    async with both(slow) as (address, _):
        reader, writer = await asyncio.open_connection(*address)
        writer.write(request("/a"))
        await asked.wait()
        writer.write(request("/known") + request("/b"))
        await writer.drain()
        held.set()
        for path in ("a", "known", "b"):
            assert (await answer(reader))[2] == path.encode()
        writer.close()


async def test_the_application_reads_a_body_and_the_connection_ends() -> None:
    async def reading(scope: Scope, receive: Receive, send: Send) -> None:
        body = await Request(scope, receive).body()
        await PlainTextResponse(f"{len(body)} {scope['client'][1]}")(scope, receive, send)

    async with both(reading) as (address, _):
        for pieces in ([b"x" * BODY], [b"x" * 10, b"y" * (BODY - 10)]):
            reader, writer = await asyncio.open_connection(*address)
            port = writer.get_extra_info("sockname")[1]
            writer.write(request("/a", f"Content-Length: {BODY}", method="POST"))
            for piece in pieces:
                await writer.drain()
                writer.write(piece)
            assert (await answer(reader))[2] == f"{BODY} {port}".encode()
            assert await reader.read() == b""
            writer.close()


async def test_a_large_answer_comes_whole_and_the_connection_goes_on() -> None:
    async with both(PlainTextResponse(bytes(LARGE))) as (address, _):
        reader, writer = await asyncio.open_connection(*address, limit=1_000)
        writer.write(request("/a") + request("/known"))
        assert len((await answer(reader))[2]) == LARGE
        assert (await answer(reader))[2] == KNOWN
        writer.close()


@pytest.mark.parametrize("said", [b"", b"\r\n", b"GET / HTTP/1.1\r\nHost: h\r\n"])
async def test_the_next_request_has_to_be_whole_in_time(
    monkeypatch: pytest.MonkeyPatch, said: bytes
) -> None:
    monkeypatch.setattr(open_connections, "REQUEST_SECONDS", 0.3)
    async with both(echo) as (address, _):
        reader, writer = await asyncio.open_connection(*address)
        writer.write(request("/a"))
        assert (await answer(reader))[2] == b"a"
        writer.write(said)
        assert await reader.read() == b""
        writer.close()


async def test_many_wait_and_those_beyond_are_told_to_come_again() -> None:
    """So many are answered at once, some wait in the channel; nobody is left without an answer."""
    held = asyncio.Event()
    answering = 0

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal answering
        answering += 1
        await held.wait()
        await echo(scope, receive, send)

    async def ask(address: tuple[str, int]) -> int:
        reader, writer = await asyncio.open_connection(*address)
        writer.write(request("/a"))
        status, headers, _ = await answer(reader)
        assert (status == HTTPStatus.SERVICE_UNAVAILABLE) == ("retry-after" in headers)
        writer.close()
        return status

    async with both(slow) as (address, _):
        asking = [asyncio.create_task(ask(address)) for _ in range(MOST_CONNECTIONS * 5)]
        refused, _ = await asyncio.wait(asking, return_when=asyncio.FIRST_COMPLETED)
        assert {task.result() for task in refused} == {503}
        assert answering <= MOST_CONNECTIONS
        held.set()
        found = await asyncio.gather(*asking)
    assert set(found) == {200, 503}
    assert found.count(200) > MOST_CONNECTIONS


async def test_a_failing_application_is_answered_for() -> None:
    async def failing(scope: Scope, receive: Receive, send: Send) -> None:
        raise ValueError("of no concern to the connection")

    async with both(failing) as (address, _):
        reader, writer = await asyncio.open_connection(*address)
        writer.write(request("/a"))
        assert (await answer(reader))[0] == 500
        writer.close()


@pytest.mark.parametrize("gone", [socket.socket.close, lambda it: it.shutdown(socket.SHUT_WR)])
async def test_a_peer_that_goes_during_an_answer_is_forgotten(
    gone: Callable[[socket.socket], None],
) -> None:
    held, asked = asyncio.Event(), asyncio.Event()

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        asked.set()
        await held.wait()
        await Response(bytes(LARGE))(scope, receive, send)

    async with both(slow) as (address, _):
        with socket.create_connection(address) as peer:
            peer.sendall(request("/a"))
            await asked.wait()
            gone(peer)
            held.set()
            reader, writer = await asyncio.open_connection(*address)
            writer.write(request("/known"))
            assert (await answer(reader))[2] == KNOWN
            writer.close()
