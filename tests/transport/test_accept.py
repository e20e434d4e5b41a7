"""What somebody is told who cannot be let in now, and how long one may take to say what for."""

from __future__ import annotations

import asyncio
import json
import re
import socket
from types import SimpleNamespace

import pytest
import uvicorn
from starlette.responses import PlainTextResponse

from server.prepared.response import prepare
from server.transport import accept as accept_module
from server.transport.accept import Acceptor
from server.transport.admission import FIRST_RETRY_SECONDS, AdmissionControl
from server.transport.codec import Codec
from server.transport.descriptors import Descriptors
from server.transport.direct_answers import DirectAnswers
from server.transport.handshake import Handshake
from server.transport.peer import Peer
from server.transport.websocket import WebSocket

LIMIT = 10.0
REQUEST = (
    b"GET /ws HTTP/1.1\r\nHost: here\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: amllbG9uZy1iZW5jaG1hcg==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


def nobody_enters(codec: Codec, peer: Peer) -> WebSocket:
    raise AssertionError


def acceptor(admission: AdmissionControl | None = None) -> Acceptor:
    """Lets nobody enter, and knows one answer."""
    answers = DirectAnswers()
    answers.add([prepare("/known", b"known", "text/plain", "no-cache")])
    admission = admission or AdmissionControl()
    return Acceptor(Handshake((), nobody_enters), admission, Descriptors(), answers)


async def test_whoever_is_rejected_is_told_when_to_come_back() -> None:
    admission = AdmissionControl(longest_wait=-1)
    make = acceptor(admission).make_protocol
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
    assert max(seconds) <= FIRST_RETRY_SECONDS
    assert len(seconds) > 1
    assert admission.rejected == 50
    assert not state.connections


@pytest.mark.parametrize(
    "said", [b"", b"G", b"POST / HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nHost: h\r\n"]
)
async def test_a_request_has_to_be_whole_in_time(
    monkeypatch: pytest.MonkeyPatch, said: bytes
) -> None:
    monkeypatch.setattr(accept_module, "REQUEST_SECONDS", 0.2)
    assert await heard_until_hung_up(said) == b""


async def test_each_of_many_silent_ones_has_its_own_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accept_module, "REQUEST_SECONDS", 0.3)
    make = acceptor().make_protocol
    state = SimpleNamespace(connections=set())
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: make(server_state=state), "127.0.0.1", 0)

    async def seconds_until_hung_up() -> float:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        began = loop.time()
        assert await reader.read() == b""
        writer.close()
        return loop.time() - began

    async with asyncio.timeout(LIMIT), server, asyncio.TaskGroup() as group:
        early = [group.create_task(seconds_until_hung_up()) for _ in range(3)]
        await asyncio.sleep(0.15)
        late = [group.create_task(seconds_until_hung_up()) for _ in range(3)]
    assert min(task.result() for task in (*early, *late)) > 0.25
    assert not state.connections


async def test_uvicorn_leaves_what_is_known_to_the_worker() -> None:
    """The connection stays where it is, and both kinds of request are answered on it."""
    known = b"GET /known HTTP/1.1\r\nHost: h\r\n\r\n"
    other = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"
    last = known.replace(b"Host: h", b"Connection: close")
    heard = await heard_until_hung_up(known, other, known, other, last)
    bodies = re.findall(rb"\r\n\r\n(known|ok)", heard)
    assert bodies == [b"known", b"ok", b"known", b"ok", b"known"]


@pytest.mark.parametrize("said", [b"", b"\r\n", b"GET / HTTP/1.1\r\nHost: h\r\n"])
async def test_the_next_request_has_to_be_whole_in_time(said: bytes) -> None:
    heard = await heard_until_hung_up(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n", said)
    assert heard.count(b"HTTP/1.1 200") == 1


async def heard_until_hung_up(*said: bytes) -> bytes:
    """All that uvicorn, which keeps connections for a second, answers before it hangs up."""
    config = uvicorn.Config(
        PlainTextResponse("ok"),
        http=acceptor().make_protocol,  # type: ignore[arg-type]
        ws="none",
        lifespan="off",
        log_config=None,
        timeout_keep_alive=1,
    )
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        await server.startup(sockets=[listener])
        async with asyncio.timeout(LIMIT):
            reader, writer = await asyncio.open_connection(*listener.getsockname())
            heard = b""
            for words in said[:-1]:
                writer.write(words)
                heard += await reader.readuntil(b"ok" if b"GET / " in words else b"known")
            writer.write(said[-1])
            heard += await reader.read()
            writer.close()
        await server.shutdown(sockets=[listener])
    return heard
