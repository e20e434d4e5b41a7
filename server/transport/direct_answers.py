"""Answers that are given where a connection is accepted, without the web process.

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
from urllib.parse import unquote_to_bytes

from server.prepared.negotiation import Conditions, choose_encoding, negotiate
from server.prepared.response import Encoding, PreparedResponse
from server.transport.http import END, NOT_ALLOWED

REMEMBERED_HEADERS = 1_024
"""Browsers of one kind send the same headers; so many are read once. At most 16 MB."""

REMEMBERED_ENCODINGS = 64
"""Values of `Accept-Encoding` for which one answer remembers the best encoding."""

_REQUEST_LINE = re.compile(
    rb"([A-Z]{1,16}) (?:https?://[^/ \r\n]*)?"
    rb"(/[^ ?#\r\n]*)(?:\?[^ \r\n]*)? HTTP/1\.([01])\r\n"
)
_READING = frozenset((b"GET", b"HEAD"))
_HEADERS = re.compile(
    rb"(?:^|\n)(accept-encoding|if-none-match|if-range|range|connection|content-length"
    rb"|transfer-encoding|upgrade):[ \t]*([^\r\n]*)",
    re.IGNORECASE,
)


class LiveAnswer(NamedTuple):
    """An answer that is made for each request; no cache may keep it."""

    status: HTTPStatus
    content_type: str
    body: bytes


class Answer(NamedTuple):
    """What to write, and how to go on."""

    data: list[bytes]
    used: int
    """Bytes of the request."""

    close: bool


_NO_CONDITIONS = Conditions()


class _Wishes(NamedTuple):
    """What the headers of a request ask for."""

    accept_encoding: str
    conditions: Conditions
    close: bool
    """The connection ends with the answer: the client wants that, or sends a body, which nobody
    reads."""

    websocket: bool
    """The request asks for a WebSocket, so it is not answered here."""


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
        encoding = self._encoding(wishes.accept_encoding)
        if wishes.conditions == _NO_CONDITIONS:
            return HTTPStatus.OK, *self._variants[encoding]
        status, headers, body = negotiate(self._response, encoding, wishes.conditions)
        if status is not HTTPStatus.NOT_MODIFIED:
            headers.append(("content-length", str(len(body))))
        return status, _lines(headers), body

    def _encoding(self, accepted: str) -> Encoding:
        best = self._best.get(accepted)
        if best is None:
            best = choose_encoding(accepted, self._response)
            if len(self._best) < REMEMBERED_ENCODINGS:
                self._best[accepted] = best
        return best


_Live = tuple[bytes, Callable[[], LiveAnswer]]
"""The header lines that do not change, and what makes the rest."""


class DirectAnswers:
    """All answers of a worker that are known by their path."""

    def __init__(self, base_path: str = "") -> None:
        """They are given at the root and below `base_path`."""
        self._base_path = base_path
        self._prepared: dict[bytes, _Prepared] = {}
        self._live: dict[bytes, _Live] = {}
        self._date_line = _DateLine()

    def add(self, responses: Iterable[PreparedResponse]) -> None:
        """Give these answers from now on, in the place of those at the same paths."""
        for response in responses:
            laid_out = _Prepared(response)
            for path in self._paths(response.path):
                self._prepared[path] = laid_out

    def remove(self, paths: Iterable[str]) -> None:
        """Give the prepared answers at these paths no more."""
        for path in paths:
            for each in self._paths(path):
                self._prepared.pop(each, None)

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
        method, path, minor = line.groups()
        prepared, live = self._find(path)
        if prepared is None and live is None:
            return None
        end = data.find(END, line.end() - 2)
        wishes = _read(data[line.end() : end])
        if wishes.websocket:
            return None
        if method not in _READING:
            return Answer([NOT_ALLOWED], end + len(END) - at, close=True)
        if method == b"HEAD":
            wishes = wishes._replace(conditions=wishes.conditions.without_range())
        if prepared is not None:
            status, head, body = prepared.answer(wishes)
        else:
            assert live is not None
            status, head, body = _live_answer(*live)
        close = wishes.close or minor == b"0"
        parts = [_STATUS_LINES[status], self._date_line.at(now), head]
        parts.append(b"connection: close\r\n\r\n" if close else b"\r\n")
        if body and method == b"GET":
            parts.append(body)
        return Answer(parts, end + len(END) - at, close)

    def _find(self, path: bytes) -> tuple[_Prepared | None, _Live | None]:
        if b"%" in path:
            path = unquote_to_bytes(path)
        return self._prepared.get(path), self._live.get(path)

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
        conditions=Conditions(
            found.get("if-none-match", ""), found.get("range", ""), found.get("if-range", "")
        ),
        close="close" in found.get("connection", "").lower()
        or found.get("content-length", "0") != "0"
        or "transfer-encoding" in found,
        websocket="websocket" in found.get("upgrade", "").lower(),
    )
