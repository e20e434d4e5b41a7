"""Answers given where a connection is accepted: their bytes, and how a connection goes on."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.prepared.response import Encoding, prepare
from server.transport import open_connections
from server.transport.accept import ANSWERS_AT_ONCE, Acceptor
from server.transport.direct_answers import (
    REMEMBERED_HEAD_BYTES,
    REMEMBERED_HEADS,
    DirectAnswers,
    LiveAnswer,
)
from tests.polling import eventually
from tests.transport.accepting import LIMIT, accepting, accepting_from, acceptor

NOW = 1_700_000_000
LARGE = 1_000_000
FLOOD = 20_000

UNREAD = 2_000_000
"""More than one read, the answers to it, and the kernel's buffers."""

SILENCE = 0.5
"""Seconds after which a peer that can send nothing more gives up."""

BODY = bytes(range(256)) * 4
CODED: dict[Encoding, bytes] = {"gzip": b"gzipped", "br": b"brotli", "zstd": b"zstandard"}
FOREVER = "public, max-age=31536000"

Found = tuple[int, dict[str, str], bytes]


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
    return parse(b"".join(found.parts))


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


def test_head_has_no_ranges() -> None:
    assert answer(method="HEAD", Range="bytes=0-3") == (*answer()[:2], b"")
    assert answer(method="HEAD", Range="bytes=0-3", If_None_Match=TAG)[0] == 304


def test_an_answer_is_that_of_the_newest_content() -> None:
    made = answers()
    for body in (BODY, BODY[::-1]):
        made.add([prepare("/app.js", body, "text/javascript", FOREVER, compressed={})])
        for _ in range(2):
            found = made.answer(request(), NOW)
            assert found is not None
            assert found.parts[1] == body
    made.remove(["/app.js"])
    assert made.answer(request(), NOW) is None


ASKED = st.tuples(
    st.sampled_from(["/app.js", "/state", "/gone"]),
    st.sampled_from([{}, {"If_None_Match": TAG}, {"Range": "bytes=0-9"}]),
)


@given(st.lists(st.binary(max_size=1) | st.none() | ASKED, max_size=40))
def test_what_is_answered_again_is_what_would_be_answered_now(
    steps: list[bytes | tuple[str, dict[str, str]] | None],
) -> None:
    """Bytes: other content at a path. None: a second passes. Else something is asked for."""
    made, content, now = answers(), BODY, NOW
    for step in steps:
        if step is None:
            now += 1
        elif isinstance(step, bytes):
            content = step * 600
            made.add([prepare("/app.js", content, "text/javascript", FOREVER, compressed={})])
        else:
            asked = request(step[0], **step[1])
            again, found = made.answer_again(asked, now + 0.5), made.answer(asked, now + 0.5)
            assert again is None or again == found
            assert (
                found is None
                or step[0] == "/state"
                or step[1]
                or b"".join(found.parts).endswith(b"\r\n\r\n" + content)
            )


def test_only_a_whole_file_is_answered_again_and_only_in_its_second() -> None:
    made = answers()
    for asked, kept in (
        (request(), True),
        (request(If_None_Match=TAG), True),
        (request(Range="bytes=0-9"), False),
        (request("/state"), False),
        (request("/other"), False),
    ):
        for now in (NOW, NOW + 1):
            assert made.answer_again(asked, now) is None
            made.answer(asked, now)
            assert (made.answer_again(asked, now) is not None) == kept
            assert made.answer_again(asked + asked, now) is None
    made.remove(["/app.js"])
    assert made.answer_again(request(), NOW + 1) is None


def test_many_kinds_of_clients_and_long_heads_are_answered() -> None:
    made = answers()
    for number in range(REMEMBERED_HEADS):
        for length in (1, REMEMBERED_HEAD_BYTES):
            tags = f'"{number:0{length}}"'
            for tag, status in ((tags, 200), (f"{tags}, {TAG}", 304)):
                found = made.answer(request(If_None_Match=tag), NOW)
                assert found is not None
                assert parse(b"".join(found.parts))[0] == status


def test_a_query_makes_no_difference() -> None:
    assert answer("/app.js?phrase=jiayou") == answer()


@pytest.mark.parametrize("path", ["/%61pp.js", "http://here/app.js", "https://here:80/app.js?a=1"])
def test_an_address_may_be_written_in_other_ways(path: str) -> None:
    assert answer(path) == answer()


def test_the_wish_for_another_protocol_than_websocket_is_ignored() -> None:
    assert answer(Upgrade="h2c") == answer()


@pytest.mark.parametrize(
    "last",
    [
        request(Content_Length="1"),
        request(Transfer_Encoding="chunked"),
        request().replace(b"HTTP/1.1", b"HTTP/1.0"),
    ],
)
def test_the_connection_of_a_body_or_of_an_old_client_ends_with_the_answer(last: bytes) -> None:
    found = answers().answer(last, NOW)
    assert found is not None
    status, headers, body = parse(b"".join(found.parts))
    assert (found.close, headers["connection"]) == (True, "close")
    assert (status, body) == (200, BODY)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PROPFIND"])
def test_what_is_known_can_only_be_read(method: str) -> None:
    found = answers().answer(request(method=method), NOW)
    assert found is not None
    status, headers, body = parse(b"".join(found.parts))
    assert (found.close, status, headers["allow"]) == (True, 405, "get, head")
    assert b"method_not_allowed" in body


@pytest.mark.parametrize(
    "other",
    [
        request("/unknown"),
        request("/app.js/"),
        request("/%2561pp.js"),
        request("ftp://here/app.js"),
        request(Upgrade="websocket"),
        request().replace(b"HTTP/1.1", b"HTTP/2.0"),
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


Server = tuple[tuple[str, int], Acceptor]


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    """The address at which these answers are given, and what gives them."""
    made = acceptor(answers())
    async with accepting(made) as address:
        yield address, made
    assert not made.connections


async def read_answer(reader: asyncio.StreamReader) -> Found:
    head = await reader.readuntil(b"\r\n\r\n")
    status, headers, _ = parse(head)
    return status, headers, await reader.readexactly(int(headers["content-length"]))


async def test_one_connection_answers_many_requests_in_order(server: Server) -> None:
    reader, writer = await asyncio.open_connection(*server[0])
    paths = ["/app.js", "/state"] * ANSWERS_AT_ONCE * 2
    writer.write(b"\r\n".join(map(request, paths)))
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
    address, connections = server[0], server[1].connections
    monkeypatch.setattr(open_connections, "REQUEST_SECONDS", 0.3)
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


async def test_who_sends_requests_and_reads_no_answer_cannot_fill_the_memory() -> None:
    """No more is read of the peer, so its own sending stops; what was sent is answered later."""
    asked = request("/state")
    made = acceptor(answers())
    with small_buffers(socket.socket()) as listening, small_buffers(socket.socket()) as lazy:
        listening.bind(("127.0.0.1", 0))
        listening.setblocking(False)
        async with accepting_from(listening, made) as address:
            lazy.settimeout(SILENCE)
            await asyncio.to_thread(lazy.connect, address)
            sent = await asyncio.to_thread(send_until_stuck, lazy, asked * 1_000, UNREAD * 20)
            assert sent < UNREAD
            lazy.setblocking(False)
            reader, writer = await asyncio.open_connection(sock=lazy)
            for _ in range(sent // len(asked)):
                assert (await read_answer(reader))[2] == b"{}"
            writer.close()


def small_buffers(sock: socket.socket) -> socket.socket:
    """With as little room in the kernel as it grants."""
    for option in (socket.SO_SNDBUF, socket.SO_RCVBUF):
        sock.setsockopt(socket.SOL_SOCKET, option, 4_096)
    return sock


def send_until_stuck(sock: socket.socket, data: bytes, most: int) -> int:
    """Send `data` again and again until the peer takes no more for a while; the bytes sent."""
    sent = 0
    with contextlib.suppress(TimeoutError):
        while sent < most:
            sent += sock.send(data[sent % len(data) :])
    return sent
