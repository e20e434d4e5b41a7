"""Answers that are given where a connection is accepted, without uvicorn and Starlette.

A visitor loads a few files, and all visitors load the same ones. Such an answer is a lookup and a
write; the web stack takes 232 us for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from typing import NamedTuple

from server.prepared.negotiation import byte_range, choose_encoding, is_unchanged
from server.prepared.response import Encoding, PreparedResponse

REMEMBERED_HEADERS = 1_024
"""Browsers of one kind send the same headers; so many are read once. At most 16 MB."""

REMEMBERED_ENCODINGS = 64
"""Values of `Accept-Encoding` for which one answer remembers the best encoding."""

END = b"\r\n\r\n"
"""Ends the head of a request."""

_REQUEST_LINE = re.compile(rb"(GET|HEAD) (/[^ ?#\r\n]*)(?:\?[^ \r\n]*)? HTTP/1\.1\r\n")
_HEADERS = re.compile(
    rb"(?:^|\n)(accept-encoding|if-none-match|if-range|range|connection|content-length"
    rb"|transfer-encoding|expect|upgrade):[ \t]*([^\r\n]*)",
    re.IGNORECASE,
)


class LiveAnswer(NamedTuple):
    """What is made anew for each request: never kept by anybody."""

    status: HTTPStatus
    content_type: str
    body: bytes


class Answer(NamedTuple):
    """What to write, and how to go on."""

    data: list[bytes]
    used: int
    """Bytes of the request."""

    close: bool


class _Wishes(NamedTuple):
    """What the headers of a request ask for; "" for what they do not."""

    accept_encoding: str
    if_none_match: str
    range: str
    if_range: str
    close: bool
    other: bool
    """It has a body, or asks for another protocol: it is left to others."""


class _Prepared:
    """A prepared response with its header lines laid out."""

    __slots__ = ("_best", "_response", "_variants")

    def __init__(self, response: PreparedResponse) -> None:
        self._response = response
        self._best: dict[str, Encoding] = {}
        self._variants = {
            encoding: (
                _lines([*response.headers_of(encoding), ("content-length", str(len(body)))]),
                body,
            )
            for encoding, body in response.bodies.items()
        }

    def answer(self, wishes: _Wishes) -> tuple[HTTPStatus, bytes, bytes]:
        """The status, the header lines and the body."""
        if wishes.if_none_match and is_unchanged(wishes.if_none_match, self._response):
            headers = self._response.headers_of(self._encoding(wishes.accept_encoding))
            kept = [header for header in headers if header[0] != "content-type"]
            return HTTPStatus.NOT_MODIFIED, _lines(kept), b""
        if wishes.range:
            part = byte_range(wishes.range, wishes.if_range, self._response)
            if part is not None:
                return self._part(part)
        return HTTPStatus.OK, *self._variants[self._encoding(wishes.accept_encoding)]

    def _encoding(self, accepted: str) -> Encoding:
        best = self._best.get(accepted)
        if best is None:
            best = choose_encoding(accepted, self._response)
            if len(self._best) < REMEMBERED_ENCODINGS:
                self._best[accepted] = best
        return best

    def _part(self, part: range) -> tuple[HTTPStatus, bytes, bytes]:
        body = self._response.bodies["identity"]
        headers = self._response.headers_of("identity")
        chosen = body[part.start : part.stop]
        span = f"{part.start}-{part.stop - 1}" if chosen else "*"
        headers.append(("content-range", f"bytes {span}/{len(body)}"))
        headers.append(("content-length", str(len(chosen))))
        status = (
            HTTPStatus.PARTIAL_CONTENT if chosen else HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
        )
        return status, _lines(headers), chosen


class DirectAnswers:
    """All answers of a worker that are known by their path."""

    def __init__(self, base_path: str = "") -> None:
        """They are given at the root and below `base_path`."""
        self._base_path = base_path
        self._prepared: dict[bytes, _Prepared] = {}
        self._live: dict[bytes, tuple[bytes, Callable[[], LiveAnswer]]] = {}
        self._date_line = _DateLine()

    def add(self, responses: Iterable[PreparedResponse]) -> None:
        """Give these answers from now on, in the place of those at the same paths."""
        for response in responses:
            laid_out = _Prepared(response)
            for path in self._paths(response.path):
                self._prepared[path] = laid_out

    def add_live(
        self, path: str, make: Callable[[], LiveAnswer], headers: Iterable[tuple[str, str]] = ()
    ) -> None:
        """Answer with what `make` returns, with these headers and those of its body."""
        lines = _lines([("cache-control", "no-store"), *headers])
        for each in self._paths(path):
            self._live[each] = lines, make

    def answer(self, data: bytes, now: float, at: int = 0) -> Answer | None:
        """The answer to the request that begins at `at`; None for one that is not known.

        Args:
            data: what came from the peer; the head of the request is whole.
            now: seconds since 1970, for `Date`.
            at: where it begins.
        """
        line = _REQUEST_LINE.match(data, at)
        if line is None:
            return None
        prepared, live = self._prepared.get(line[2]), self._live.get(line[2])
        if prepared is None and live is None:
            return None
        end = data.find(END, line.end() - 2)
        wishes = _read(data[line.end() : end])
        if wishes.other:
            return None
        if prepared is not None:
            status, head, body = prepared.answer(wishes)
        else:
            assert live is not None
            status, head, body = _live_answer(*live)
        parts = [_STATUS_LINES[status], self._date_line.at(now), head]
        parts.append(b"connection: close\r\n\r\n" if wishes.close else b"\r\n")
        if body and line[1] == b"GET":
            parts.append(body)
        return Answer(parts, end + len(END) - at, wishes.close)

    def _paths(self, path: str) -> list[bytes]:
        below = [path, self._base_path + path] if self._base_path else [path]
        return [each.encode("ascii") for each in below if each.isascii()]


def _live_answer(head: bytes, make: Callable[[], LiveAnswer]) -> tuple[HTTPStatus, bytes, bytes]:
    status, content_type, body = make()
    own = [("content-type", content_type), ("content-length", str(len(body)))]
    return status, head + _lines(own), body


class _DateLine:
    """The `Date` header, made once a second."""

    def __init__(self) -> None:
        self._second, self._line = -1, b""

    def at(self, now: float) -> bytes:
        second = int(now)
        if second != self._second:
            self._second = second
            self._line = f"date: {formatdate(second, usegmt=True)}\r\n".encode()
        return self._line


_STATUS_LINES = {
    status: f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode() for status in HTTPStatus
}


def _lines(headers: Iterable[tuple[str, str]]) -> bytes:
    return "".join(f"{name}: {value}\r\n" for name, value in headers).encode("latin-1")


@lru_cache(REMEMBERED_HEADERS)
def _read(headers: bytes) -> _Wishes:
    found: dict[str, str] = {}
    for header, content in _HEADERS.findall(headers):
        name, value = header.decode("latin-1").lower(), content.decode("latin-1").strip()
        found[name] = f"{found[name]},{value}" if name in found else value
    return _Wishes(
        accept_encoding=found.get("accept-encoding", ""),
        if_none_match=found.get("if-none-match", ""),
        range=found.get("range", ""),
        if_range=found.get("if-range", ""),
        close="close" in found.get("connection", "").lower(),
        other=found.get("content-length", "0") != "0"
        or not found.keys().isdisjoint(("transfer-encoding", "expect", "upgrade")),
    )
