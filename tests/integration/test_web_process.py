"""The process that draws pictures, reads SQL and writes JSON: what it does to those inside."""

from __future__ import annotations

import asyncio
import os
import signal
from http.client import HTTPConnection

from tests.finish_work import finish_work
from tests.integration import processes
from tests.integration.conftest import Connect
from tests.integration.http import get, get_json
from tests.integration.metrics import metrics
from tests.integration.processes import WEB
from tests.integration.protocol_client import LIMIT
from tests.integration.relays import finish, sit_down, write
from tests.polling import eventually
from tests.service import Service

UPGRADE = (
    b"GET /ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: amllbG9uZy1iZW5jaG1hcg==\r\n\r\n"
)


def request(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: h\r\n\r\n".encode()


async def answer(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    """The status line and the body."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = head.lower().partition(b"content-length:")[2].split(None, 1)[0]
    return head.partition(b"\r\n")[0], await reader.readexactly(int(length))


async def figure(service: Service, name: str) -> float:
    """A metric of the worker."""
    return (await metrics(service))[name]


async def web_of(service: Service) -> int:
    """The web process, once there is one that serves."""

    async def is_up() -> bool:
        return await figure(service, "jielong_web_up") == 1

    await eventually(is_up)
    (web,) = processes.of(service, WEB)
    return web


async def test_a_connection_serves_works_operators_and_then_a_websocket(shared: Service) -> None:
    """As a proxy that keeps its connections uses them."""
    work = await finish_work(shared)
    async with asyncio.timeout(LIMIT):
        reader, writer = await asyncio.open_connection("127.0.0.1", shared.port)
        for path in (f"/api/works/{work}", "/readyz", f"/w/{work}", "/", "/api/works", "/metrics"):
            writer.write(request(path))
            status, body = await answer(reader)
            assert (status, bool(body)) == (b"HTTP/1.1 200 OK", True)
        writer.write(UPGRADE)
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 101 ")
        writer.close()


async def test_when_it_dies_those_inside_notice_nothing_and_it_is_started_again(
    shared: Service, connect: Connect
) -> None:
    work = await finish_work(shared)
    before = await get_json(shared, f"/api/works/{work}")
    restarts = await figure(shared, "jielong_web_restarts_total")
    seats = await sit_down(connect)
    web = await web_of(shared)
    os.kill(web, signal.SIGKILL)

    async def is_another() -> bool:
        return await figure(shared, "jielong_web_restarts_total") > restarts

    await eventually(is_another)
    await write(seats, 0)
    again = await web_of(shared)
    assert again != web
    assert await get_json(shared, f"/api/works/{work}") == before
    await finish(seats, 1, 2)
    assert "the web process ended" in shared.log.read_text()


async def test_while_it_hangs_works_wait_and_all_else_goes_on(
    shared: Service, connect: Connect
) -> None:
    work = await finish_work(shared)
    seats = await sit_down(connect)
    web = await web_of(shared)
    os.kill(web, signal.SIGSTOP)
    waiting: list[HTTPConnection] = []
    try:
        refused = 0
        while not refused:
            connection = HTTPConnection("127.0.0.1", shared.port, timeout=LIMIT)
            connection.request("GET", f"/api/works/{work}")
            waiting.append(connection)
            refused = int(await figure(shared, "jielong_web_refused_requests_total"))
        last = waiting.pop().getresponse()
        assert (last.status, int(last.headers["retry-after"]) > 0) == (503, True)
        last.read()
        assert (await get(shared, "/healthz"))[0] == (await get(shared, "/"))[0] == 200
        await write(seats, 0)
        await finish(seats, 1, 2)
    finally:
        os.kill(web, signal.SIGCONT)
    for connection in waiting:
        response = await asyncio.to_thread(connection.getresponse)
        assert (response.status, bool(response.read())) == (200, True)
        connection.close()


async def test_what_waits_for_it_when_it_dies_is_answered_by_the_next(shared: Service) -> None:
    web = await web_of(shared)
    handed = await figure(shared, "jielong_web_requests_total")
    os.kill(web, signal.SIGSTOP)
    connection = HTTPConnection("127.0.0.1", shared.port, timeout=LIMIT)
    connection.request("GET", "/api/works")

    async def is_handed_over() -> bool:
        return await figure(shared, "jielong_web_requests_total") > handed

    await eventually(is_handed_over)
    os.kill(web, signal.SIGKILL)
    response = await asyncio.to_thread(connection.getresponse)
    assert (response.status, response.read()[:9]) == (200, b'{"works":')
    connection.close()
