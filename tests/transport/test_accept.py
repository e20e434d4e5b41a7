"""What somebody is told who cannot be let in now, and how long one may take to say what for."""

from __future__ import annotations

import asyncio
import json

import pytest

from server.transport import open_connections
from server.transport.admission import FIRST_RETRY_SECONDS, AdmissionControl
from tests.transport.accepting import accepting, acceptor

REQUEST = (
    b"GET /ws HTTP/1.1\r\nHost: here\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: amllbG9uZy1iZW5jaG1hcg==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


async def test_whoever_is_rejected_is_told_when_to_come_back() -> None:
    admission = AdmissionControl(longest_wait=-1)
    made = acceptor(admission=admission)
    seconds = set()
    async with accepting(made) as address:
        for _ in range(50):
            reader, writer = await asyncio.open_connection(*address)
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
    assert max(seconds) <= FIRST_RETRY_SECONDS
    assert len(seconds) > 1
    assert admission.rejected == 50
    assert not made.connections


@pytest.mark.parametrize(
    "said", [b"", b"G", b"POST / HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nHost: h\r\n"]
)
async def test_a_request_has_to_be_whole_in_time(
    monkeypatch: pytest.MonkeyPatch, said: bytes
) -> None:
    monkeypatch.setattr(open_connections, "REQUEST_SECONDS", 0.2)
    async with accepting(acceptor()) as address:
        reader, writer = await asyncio.open_connection(*address)
        writer.write(said)
        assert await reader.read() == b""
        writer.close()


async def test_each_of_many_silent_ones_has_its_own_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_connections, "REQUEST_SECONDS", 0.3)
    made = acceptor()
    loop = asyncio.get_running_loop()

    async def seconds_until_hung_up(address: tuple[str, int]) -> float:
        reader, writer = await asyncio.open_connection(*address)
        began = loop.time()
        assert await reader.read() == b""
        writer.close()
        return loop.time() - began

    async with accepting(made) as address, asyncio.TaskGroup() as group:
        early = [group.create_task(seconds_until_hung_up(address)) for _ in range(3)]
        await asyncio.sleep(0.15)
        late = [group.create_task(seconds_until_hung_up(address)) for _ in range(3)]
    assert min(task.result() for task in (*early, *late)) > 0.25
    assert not made.connections
