"""Requests, for an upgrade and others, valid and not, over real connections."""

from __future__ import annotations

import socket

from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.amount import amount
from tests.fuzz.messages import garbled
from tests.fuzz.talk import SECONDS, SENT
from tests.service import Service

visible = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=40)

USUAL = {
    "Host": st.sampled_from(["here", "127.0.0.1:8000", "[::1", "a:b:c", ""]),
    "Connection": st.sampled_from(["Upgrade", "keep-alive, Upgrade", "close", "upgrade\t"]),
    "Upgrade": st.sampled_from(["websocket", "WebSocket", "h2c"]),
    "Sec-WebSocket-Version": st.sampled_from(["13", "8", "-1"]),
    "Sec-WebSocket-Key": st.sampled_from(["dGhlIHNhbXBsZSBub25jZQ==", "short"]),
    "Sec-WebSocket-Protocol": st.sampled_from(["jielong.v1.json", "chat", ","]),
    "Origin": st.sampled_from(
        ["null", "http://here", "http://[", "http://x@y:z", "http://a:99999"]
    ),
    "Range": st.sampled_from(["bytes=0-1", "bytes=-0", "bytes=9-1", "bytes=" + "9" * 40 + "-"]),
    "If-None-Match": visible,
    "Accept-Encoding": visible | st.sampled_from(["gzip;q=x", "*;q=0", "br, gzip;q=0.5"]),
    "Content-Length": st.sampled_from(["0", "-1", "5", "9" * 30, "x"]),
    "Transfer-Encoding": st.sampled_from(["chunked", "gzip, chunked", "x"]),
    "Expect": st.just("100-continue"),
    "Cookie": visible,
}
paths = st.sampled_from(
    ["/", "/ws", "/healthz", "/api/works", "/api/works/x", "/openapi.json", "//[", "*", "/%00"]
) | visible.map(lambda text: f"/{text}")
methods = st.sampled_from(["GET"] * 6 + ["HEAD", "POST", "OPTIONS", "CONNECT", "get", "NONE"])


@st.composite
def requests(draw: st.DrawFn) -> bytes:
    """The head of a request, and perhaps something behind it; mostly readable."""
    names = draw(st.lists(st.sampled_from(sorted(USUAL)), max_size=10))
    lines = [f"{name}: {draw(USUAL[name])}" for name in names]
    version = draw(st.sampled_from(["1.1"] * 6 + ["1.0", "2", "9.9"]))
    first = f"{draw(methods)} {draw(paths)} HTTP/{version}"
    data = "\r\n".join([first, *lines, "", ""]).encode("latin-1")
    data += draw(st.binary(max_size=20))
    return garbled(data, draw(st.integers(0, 2**32))) if draw(st.booleans()) else data


def test_every_request_is_answered_or_hung_up_on(target: Service) -> None:
    @amount(200)
    @given(st.lists(requests(), min_size=1, max_size=3))
    def exchange(some: list[bytes]) -> None:
        SENT["requests"] += len(some)
        with socket.create_connection(("127.0.0.1", target.port), SECONDS) as line:
            line.sendall(b"".join(some))
            line.shutdown(socket.SHUT_WR)
            answer = b""
            try:
                while data := line.recv(65_536):
                    answer += data
            except ConnectionResetError:
                pass  # it hung up while something unread was on its way
        assert not answer or answer.startswith(b"HTTP/1.1 "), answer[:200]
        assert b"HTTP/1.1 500" not in answer, answer[:2_000]

    exchange()
