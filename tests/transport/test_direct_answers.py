"""Answers given where a connection is accepted: their bytes, and how a connection goes on."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.prepared.response import Encoding, prepare
from server.transport import accept as accept_module
from server.transport.accept import ANSWERS_AT_ONCE, Acceptor
from server.transport.admission import AdmissionControl
from server.transport.codec import Codec
from server.transport.descriptors import Descriptors
from server.transport.direct_answers import DirectAnswers, LiveAnswer
from server.transport.handshake import Handshake
from server.transport.peer import Peer
from server.transport.websocket import WebSocket
from tests.polling import eventually

LIMIT = 10.0
NOW = 1_700_000_000
LARGE = 1_000_000
FLOOD = 20_000
BODY = bytes(range(256)) * 4
CODED: dict[Encoding, bytes] = {"gzip": b"gzipped", "br": b"brotli", "zstd": b"zstandard"}
FOREVER = "public, max-age=31536000"

Found = tuple[int, dict[str, str], bytes]


def nobody_enters(codec: Codec, peer: Peer) -> WebSocket:
    raise AssertionError


SCRIPT = prepare("/app.js", BODY, "text/javascript", FOREVER, (("x-more", "1"),), compressed=CODED)


def answers() -> DirectAnswers:
    made = DirectAnswers("/below")
    made.add([SCRIPT, prepare("/large", bytes(LARGE), "image/png", FOREVER)])
    made.add_live("/state", lambda: LiveAnswer(HTTPStatus.SERVICE_UNAVAILABLE, "text/plain", b"{}"))
    return made


def request(path: str = "/app.js", method: str = "GET", **headers: str) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: here"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode()


def parse(data: bytes) -> Found:
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    return int(first.split()[1]), dict(line.lower().split(": ", 1) for line in lines), body


def answer(path: str = "/app.js", method: str = "GET", **headers: str) -> Found:
    found = answers().answer(request(path, method, **headers), NOW)
    assert found is not None
    assert found.used == len(request(path, method, **headers))
    return parse(b"".join(found.data))


def test_an_answer_has_its_headers_and_the_time() -> None:
    status, headers, body = answer()
    assert (status, body) == (200, BODY)
    assert headers["content-length"] == str(len(BODY))
    assert headers["content-type"] == "text/javascript"
    assert (headers["vary"], headers["x-more"]) == ("accept-encoding", "1")
    assert parsedate_to_datetime(headers["date"]).timestamp() == NOW


@given(st.lists(st.sampled_from([*CODED, "deflate", "compress"]), unique=True))
def test_the_smallest_body_that_is_accepted_is_sent(accepted: list[str]) -> None:
    _, headers, body = answer(Accept_Encoding=", ".join(accepted))
    bodies = {"": BODY, **CODED}
    best = min(["", *accepted], key=lambda name: len(bodies.get(name, BODY + b"-")))
    assert headers.get("content-encoding", "") == best
    assert body == bodies[best]


def test_the_answer_is_also_below_the_base_path() -> None:
    assert answer("/below/app.js") == answer()


def test_a_live_answer_is_made_each_time_and_kept_by_nobody() -> None:
    status, headers, body = answer("/state")
    assert (status, headers["cache-control"], body) == (503, "no-store", b"{}")
    assert headers["content-length"] == "2"


TAG = SCRIPT.etag


@pytest.mark.parametrize("tags", [TAG, f"W/{TAG}", f'"x", {TAG}', SCRIPT.etag_of("br"), "*"])
def test_what_the_browser_has_is_not_sent_again(tags: str) -> None:
    status, headers, body = answer(If_None_Match=tags)
    assert (status, body, headers["etag"]) == (304, b"", TAG)
    assert headers["cache-control"] == FOREVER


def test_another_tag_gets_the_whole() -> None:
    assert answer(If_None_Match='"a1"')[0] == 200


@given(st.integers(0, 1_500), st.none() | st.integers(0, 1_500))
def test_a_range_is_a_part_of_the_plain_body(first: int, last: int | None) -> None:
    wanted = f"bytes={first}-{'' if last is None else last}"
    status, headers, body = answer(Range=wanted, Accept_Encoding="br")
    if last is not None and last < first:
        assert (status, body) == (200, CODED["br"]), "an invalid range is ignored"
    elif first >= len(BODY):
        assert (status, body) == (416, b"")
        assert headers["content-range"] == f"bytes */{len(BODY)}"
    else:
        end = len(BODY) if last is None else last + 1
        assert (status, body) == (206, BODY[first:end])
        assert headers["content-range"] == f"bytes {first}-{first + len(body) - 1}/{len(BODY)}"
        assert headers["content-length"] == str(len(body))


@given(st.integers(0, 1_500))
def test_the_end_of_the_body_can_be_asked_for(size: int) -> None:
    status, _, body = answer(Range=f"bytes=-{size}")
    assert (status, body) == ((206, BODY[-size:]) if size else (416, b""))


def test_a_range_of_an_older_version_gets_the_whole() -> None:
    assert answer(Range="bytes=0-9", If_Range='"a1"')[0] == 200
    assert answer(Range="bytes=0-9", If_Range=TAG)[0] == 206


@pytest.mark.parametrize("wanted", ["bytes=0-1,4-5", "lines=1-2", "bytes=a-b", "bytes=-", ""])
def test_ranges_of_other_kinds_are_ignored(wanted: str) -> None:
    assert answer(Range=wanted)[0] == 200


def test_head_has_the_same_headers_and_no_body() -> None:
    assert answer(method="HEAD") == (*answer()[:2], b"")


def test_a_query_makes_no_difference() -> None:
    assert answer("/app.js?phrase=jiayou") == answer()


@pytest.mark.parametrize(
    "other",
    [
        request("/unknown"),
        request("/app.js/"),
        request("/%61pp.js"),
        request(method="POST"),
        request(Content_Length="1"),
        request(Transfer_Encoding="chunked"),
        request(Expect="100-continue"),
        request(Upgrade="websocket"),
        request().replace(b"HTTP/1.1", b"HTTP/1.0"),
        request().replace(b"GET ", b"GET  "),
    ],
)
def test_any_other_request_is_left_to_others(other: bytes) -> None:
    assert answers().answer(other, NOW) is None


@given(st.binary(max_size=200))
def test_any_bytes_are_read_without_an_error(junk: bytes) -> None:
    answers().answer(
        b"GET /app.js HTTP/1.1\r\n" + junk.replace(b"\r\n\r\n", b"") + b"\r\n\r\n", NOW
    )


Server = tuple[tuple[str, int], set[object]]


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    """The address of a server that knows these answers, and its open connections."""
    make = Acceptor(
        Handshake((), nobody_enters), AdmissionControl(), Descriptors(), answers()
    ).make_protocol
    connections: set[object] = set()
    state = SimpleNamespace(connections=connections)
    server = await asyncio.get_running_loop().create_server(
        lambda: make(server_state=state), "127.0.0.1", 0
    )
    async with asyncio.timeout(LIMIT), server:
        yield server.sockets[0].getsockname(), connections
    assert not connections


async def read_answer(reader: asyncio.StreamReader) -> Found:
    head = await reader.readuntil(b"\r\n\r\n")
    status, headers, _ = parse(head)
    return status, headers, await reader.readexactly(int(headers["content-length"]))


async def test_one_connection_answers_many_requests_in_order(server: Server) -> None:
    reader, writer = await asyncio.open_connection(*server[0])
    paths = ["/app.js", "/state"] * ANSWERS_AT_ONCE * 2
    writer.write(b"".join(map(request, paths)))
    for path in paths:
        assert (await read_answer(reader))[2] == (BODY if path == "/app.js" else b"{}")
    piece = request()
    for byte in piece:
        writer.write(bytes([byte]))
        await writer.drain()
    assert (await read_answer(reader))[2] == BODY
    writer.write(request(Connection="close"))
    status, headers, body = await read_answer(reader)
    assert (status, headers["connection"], body) == (200, "close", BODY)
    assert await reader.read() == b""
    writer.close()
    await writer.wait_closed()


async def test_a_flood_of_requests_is_answered_whole_and_in_order(server: Server) -> None:
    """Far more come than are answered in a pass of the event loop."""
    reader, writer = await asyncio.open_connection(*server[0])
    flood = request("/state") * FLOOD

    async def send() -> None:
        writer.write(flood + request("/app.js", Connection="close"))
        await writer.drain()

    sending = asyncio.create_task(send())
    for _ in range(FLOOD):
        assert (await read_answer(reader))[2] == b"{}"
    assert (await read_answer(reader))[2] == BODY
    await sending
    writer.close()
    await writer.wait_closed()


async def test_who_does_not_read_is_not_answered_without_end(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, connections = server
    monkeypatch.setattr(accept_module, "REQUEST_SECONDS", 0.3)
    with socket.create_connection(address, LIMIT) as lazy:
        lazy.sendall(request("/large") * 200)

        async def is_ended() -> bool:
            return not connections

        await eventually(lambda: asyncio.sleep(0, bool(connections)))
        await eventually(is_ended)
        received = 0
        with contextlib.suppress(ConnectionResetError):
            while data := lazy.recv(1_000_000):
                received += len(data)
    assert received < 100 * LARGE
