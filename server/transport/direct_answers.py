"""Answers that are given where a connection is accepted, without the web process.

A visitor loads a few files, and all visitors load the same ones. Such an answer is a lookup and a
write; the web stack takes 232 us for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from email.utils import formatdate
from http import HTTPStatus
from typing import NamedTuple

from server.prepared.negotiation import choose_encoding, negotiate
from server.prepared.response import PreparedResponse
from server.transport.http import NOT_ALLOWED
from server.transport.request_head import RequestHead, Wishes, read_head, read_line

REMEMBERED_HEADS = 4_096
REMEMBERED_HEAD_BYTES = 2_048
"""Browsers of one kind send the same bytes, so that many heads of at most this length are read
once. With what was read of them they take at most 20 MB, and usually 2."""

REMEMBERED_WISHES = 64
REMEMBERED_WISH_BYTES = 256
"""Wishes of which a prepared response remembers the answer, and what their headers have at most."""


class LiveAnswer(NamedTuple):
    """An answer that is made for each request; no cache may keep it."""

    status: HTTPStatus
    content_type: str
    body: bytes


class Answer(NamedTuple):
    """What to send, and how to go on."""

    parts: tuple[bytes, ...]
    """Its head, and its body if it has one."""

    size: int
    """Bytes of all parts."""

    close: bool
    """It is the last of its connection."""


class _Undated(NamedTuple):
    """An answer before it gets its date."""

    first_line: bytes
    other_lines: bytes
    body: bytes


class _Prepared:
    """A prepared response with its answers laid out.

    Attributes:
        asked_for: whether it was asked for since this was set to False.
    """

    __slots__ = ("_known", "_response", "asked_for")

    lasting = True

    def __init__(self, response: PreparedResponse) -> None:
        self.asked_for = False
        self._response = response
        self._known: dict[Wishes, _Undated] = {}

    def answer(self, wishes: Wishes) -> _Undated:
        self.asked_for = True
        known = self._known.get(wishes)
        return self._lay_out(wishes) if known is None else known

    def _lay_out(self, wishes: Wishes) -> _Undated:
        response, conditions = self._response, wishes.conditions
        encoding = choose_encoding(wishes.accept_encoding, response)
        status, headers, body = negotiate(response, encoding, conditions)
        if status is not HTTPStatus.NOT_MODIFIED:
            headers.append(("content-length", str(len(body))))
        made = _undated(status, _lines(headers), body, wishes)
        asked_bytes = sum(map(len, (wishes.accept_encoding, *conditions)))
        # A part is a copy of its own, and nobody fills the memory with long headers.
        if not conditions.range and asked_bytes <= REMEMBERED_WISH_BYTES:
            if len(self._known) >= REMEMBERED_WISHES:
                self._known.clear()
            self._known[wishes] = made
        return made


class _Live:
    """An answer that is made anew each time."""

    __slots__ = ("_lines", "_make")

    lasting = False

    def __init__(self, make: Callable[[], LiveAnswer], headers: Iterable[tuple[str, str]]) -> None:
        self._lines = _lines([("cache-control", "no-store"), *headers])
        self._make = make

    def answer(self, wishes: Wishes) -> _Undated:
        status, content_type, body = self._make()
        own = [("content-type", content_type), ("content-length", str(len(body)))]
        return _undated(status, self._lines + _lines(own), body, wishes)


class DirectAnswers:
    """All answers of a worker that are known by their path."""

    def __init__(self, base_path: str = "") -> None:
        """They are given at the root and below `base_path`."""
        self._base_path = base_path
        self._by_path: dict[bytes, _Prepared | _Live] = {}
        self._heads: dict[bytes, RequestHead] = {}
        self._date_line = _DateLine()
        # Those that lasted when they were given in this second, by the whole request; each other
        # second has another `Date`. At most REMEMBERED_HEADS.
        self._given: dict[bytes, Answer] = {}
        self._given_second = 0

    def add(self, responses: Iterable[PreparedResponse]) -> None:
        """Give these answers from now on, in the place of those at the same paths."""
        for response in responses:
            self._add(response.path, _Prepared(response))

    def remove(self, paths: Iterable[str]) -> None:
        """Give the answers at these paths no more."""
        for path in paths:
            for each in self._paths(path):
                self._by_path.pop(each, None)
        self._given.clear()

    def take_asked_for(self, paths: Iterable[str]) -> bool:
        """Whether an answer at one of these paths was given since this was called for it last.

        Answers that are given again within a second count once.
        """
        asked_for = False
        for path in paths:
            found = self._by_path.get(path.encode())
            if isinstance(found, _Prepared):
                asked_for |= found.asked_for
                found.asked_for = False
        return asked_for

    def add_live(
        self, path: str, make: Callable[[], LiveAnswer], headers: Iterable[tuple[str, str]] = ()
    ) -> None:
        """Answer with what `make` returns, with these headers and those of its body."""
        self._add(path, _Live(make, headers))

    def answer_again(self, received: bytes, now: float) -> Answer | None:
        """The answer to a request that was answered in this second already, or None.

        `received` is everything that came, and may be anything; see `answer`.
        """
        return self._given.get(received) if int(now) == self._given_second else None

    def answer(self, head: bytes, now: float) -> Answer | None:
        """The answer to a request; None for one that is not known.

        Args:
            head: of the request, whole.
            now: seconds since 1970, for `Date`.
        """
        request = self._heads.get(head) or self._read(head)
        found = self._by_path.get(request.path) if request is not None else None
        if request is None or found is None or request.websocket:
            return None
        if not request.reading:
            return Answer((NOT_ALLOWED,), len(NOT_ALLOWED), close=True)
        wishes = request.wishes
        first_line, other_lines, body = found.answer(wishes)
        lines = first_line + self._date_line.at(now) + other_lines
        parts = (lines, body) if body else (lines,)
        made = Answer(parts, len(lines) + len(body), wishes.close)
        if found.lasting and head in self._heads and not wishes.conditions.range:
            self._keep(head, made, now)
        return made

    def _keep(self, head: bytes, made: Answer, now: float) -> None:
        """Give it again in this second; what was given in an earlier one has another date."""
        second = int(now)
        if second != self._given_second:
            self._given_second = second
            self._given.clear()
        self._given[head] = made

    def _read(self, head: bytes) -> RequestHead | None:
        """Read a head and remember it, if the path is known."""
        line = read_line(head)
        if line is None or line.path not in self._by_path:
            return None
        request = read_head(head, line)
        if len(head) <= REMEMBERED_HEAD_BYTES:
            if len(self._heads) >= REMEMBERED_HEADS:
                oldest = next(iter(self._heads))
                del self._heads[oldest]
                self._given.pop(oldest, None)
            self._heads[head] = request
        return request

    def _add(self, path: str, found: _Prepared | _Live) -> None:
        for each in self._paths(path):
            self._by_path[each] = found
        self._given.clear()

    def _paths(self, path: str) -> list[bytes]:
        below = [path, self._base_path + path] if self._base_path else [path]
        return [each.encode("ascii") for each in below if each.isascii()]


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


def _undated(status: HTTPStatus, lines: bytes, body: bytes, wishes: Wishes) -> _Undated:
    return _Undated(
        f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode(),
        lines + (b"connection: close\r\n\r\n" if wishes.close else b"\r\n"),
        body if wishes.body else b"",
    )


def _lines(headers: Iterable[tuple[str, str]]) -> bytes:
    return "".join(f"{name}: {value}\r\n" for name, value in headers).encode("latin-1")
