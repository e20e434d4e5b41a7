"""Answers that are known before the request comes, and the requests that they answer.

A visitor loads some files, and all visitors load the same ones. Such an answer is a lookup and a
write where the connection was accepted; uvicorn and Starlette take 232 us for it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from typing import NamedTuple

ENCODINGS = ("br", "zstd", "gzip")
"""Content encodings, the one that saves most first."""

REMEMBERED_HEADERS = 1_024
"""Browsers of one kind send the same headers; so many are read once. At most 16 MB."""

_END = b"\r\n\r\n"
_REQUEST_LINE = re.compile(rb"(GET|HEAD) (/[^ ?#\r\n]*)(?:\?[^ \r\n]*)? HTTP/1\.1\r\n")
_HEADERS = re.compile(
    rb"(?:^|\n)(accept-encoding|if-none-match|if-range|range|connection|content-length"
    rb"|transfer-encoding|expect):[ \t]*([^\r\n]*)",
    re.IGNORECASE,
)
_RANGE = re.compile(rb"bytes=(\d{1,15})-(\d{0,15})|bytes=-(\d{1,15})")
_CODING = re.compile(rb"([a-z*]+)[ \t]*(?:;[ \t]*q=([0-9.]+))?", re.IGNORECASE)


class _Wishes(NamedTuple):
    """What the headers of a request ask for."""

    encodings: tuple[str, ...]
    """Accepted ones, of ENCODINGS and in its order."""

    tags: bytes
    """`If-None-Match`."""

    range: bytes
    if_range: bytes
    close: bool
    has_body: bool


@dataclass(frozen=True, slots=True)
class _Variant:
    """One encoding of an answer: its header lines and its body."""

    head: bytes
    body: bytes


class Prepared:
    """The answer to GET and HEAD of one path."""

    __slots__ = ("_not_modified", "_plain", "_status", "_tag", "_variants")

    def __init__(
        self,
        bodies: Mapping[str, bytes],
        headers: Mapping[str, str],
        *,
        tag: str = "",
        status: HTTPStatus = HTTPStatus.OK,
    ) -> None:
        """Lay out the bytes.

        Args:
            bodies: by encoding, "" for the plain one, which has to be there.
            headers: all but those of length, encoding, tag, range and connection.
            tag: the ETag with its quotes; "" for an answer that is never asked for again.
            status: of the answer.
        """
        self._status = status
        self._tag = tag.encode("ascii")
        lines = [f"{name}: {value}" for name, value in headers.items()]
        if len(bodies) > 1:
            lines.append("Vary: Accept-Encoding")
        if tag:
            lines.append(f"ETag: {tag}")
        if status == HTTPStatus.OK and tag:
            lines.append("Accept-Ranges: bytes")
        self._not_modified = _block([line for line in lines if not line.startswith("Content-")])
        self._variants = {
            encoding: _Variant(
                _block(
                    [
                        *lines,
                        *([f"Content-Encoding: {encoding}"] if encoding else []),
                        f"Content-Length: {len(body)}",
                    ]
                ),
                body,
            )
            for encoding, body in bodies.items()
        }
        self._plain = _block(lines)

    def answer(self, wishes: _Wishes) -> tuple[HTTPStatus, bytes, bytes]:
        """The status, the header lines and the body for what a request asks for."""
        if self._tag and wishes.tags and _names(wishes.tags, self._tag):
            return HTTPStatus.NOT_MODIFIED, self._not_modified, b""
        if wishes.range and self._tag and wishes.if_range in {b"", self._tag}:
            part = self._part(wishes.range)
            if part is not None:
                return part
        for encoding in wishes.encodings:
            variant = self._variants.get(encoding)
            if variant is not None:
                return self._status, variant.head, variant.body
        variant = self._variants[""]
        return self._status, variant.head, variant.body

    def _part(self, wanted: bytes) -> tuple[HTTPStatus, bytes, bytes] | None:
        """One range of the plain body; None for what RFC 9110 lets a server ignore."""
        found = _RANGE.fullmatch(wanted)
        if found is None:
            return None
        body = self._variants[""].body
        size = len(body)
        if found[3] is not None:
            first, last = max(size - int(found[3]), 0), size - 1
            possible = int(found[3]) > 0 and size > 0
        else:
            first = int(found[1])
            last = min(int(found[2]), size - 1) if found[2] else size - 1
            if found[2] and int(found[2]) < first:
                return None
            possible = first < size
        if not possible:
            head = self._plain + f"Content-Range: bytes */{size}\r\nContent-Length: 0\r\n".encode()
            return HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, head, b""
        part = body[first : last + 1]
        lines = f"Content-Range: bytes {first}-{last}/{size}\r\nContent-Length: {len(part)}\r\n"
        return HTTPStatus.PARTIAL_CONTENT, self._plain + lines.encode(), part


class Answer(NamedTuple):
    """What to write, and how to go on."""

    data: list[bytes]
    used: int
    """Bytes of the request."""

    close: bool


class PreparedResponses:
    """All answers that are known, by path; they may change at any time."""

    def __init__(self) -> None:
        """None yet."""
        self._by_path: dict[bytes, Prepared] = {}
        self._date_line = _DateLine()

    def put(self, path: str, prepared: Prepared) -> None:
        """Answer `path` so from now on."""
        self._by_path[path.encode("ascii")] = prepared

    def answer(self, data: bytes, now: float) -> Answer | None:
        """The answer to the request at the beginning of `data`; None for one that is not known.

        Args:
            data: what came from the peer; the head of its first request is whole.
            now: seconds since 1970, for `Date`.
        """
        line = _REQUEST_LINE.match(data)
        if line is None:
            return None
        prepared = self._by_path.get(line[2])
        if prepared is None:
            return None
        end = data.find(_END, line.end() - 2)
        wishes = _read(data[line.end() : end])
        if wishes.has_body:
            return None
        status, head, body = prepared.answer(wishes)
        parts = [_STATUS_LINES[status], self._date_line.at(now), head]
        parts.append(b"Connection: close\r\n\r\n" if wishes.close else b"\r\n")
        if body and line[1] == b"GET":
            parts.append(body)
        return Answer(parts, end + len(_END), wishes.close)


class _DateLine:
    """The `Date` header, made once a second."""

    def __init__(self) -> None:
        self._second, self._line = -1, b""

    def at(self, now: float) -> bytes:
        second = int(now)
        if second != self._second:
            self._second = second
            self._line = f"Date: {formatdate(second, usegmt=True)}\r\n".encode()
        return self._line


_STATUS_LINES = {
    status: f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode() for status in HTTPStatus
}


def _block(lines: list[str]) -> bytes:
    return "".join(f"{line}\r\n" for line in lines).encode("latin-1")


@lru_cache(REMEMBERED_HEADERS)
def _read(headers: bytes) -> _Wishes:
    found: dict[bytes, bytes] = {}
    for header, value in _HEADERS.findall(headers):
        name = header.lower()
        found[name] = found[name] + b"," + value if name in found else value
    length = found.get(b"content-length", b"0").strip()
    return _Wishes(
        encodings=_accepted(found.get(b"accept-encoding", b"")),
        tags=found.get(b"if-none-match", b""),
        range=found.get(b"range", b"").strip(),
        if_range=found.get(b"if-range", b"").strip(),
        close=b"close" in found.get(b"connection", b"").lower(),
        has_body=length != b"0" or b"transfer-encoding" in found or b"expect" in found,
    )


def _accepted(header: bytes) -> tuple[str, ...]:
    """The encodings of ENCODINGS that `Accept-Encoding` allows, without regard to its weights."""
    weights: dict[str, bool] = {}
    for coding in header.split(b","):
        found = _CODING.fullmatch(coding.strip())
        if found:
            weights[found[1].decode().lower()] = bool((found[2] or b"1").strip(b"0."))
    others = weights.get("*", False)
    return tuple(name for name in ENCODINGS if weights.get(name, others))


def _names(header: bytes, tag: bytes) -> bool:
    """Whether `If-None-Match` names the tag, by RFC 9110's weak comparison."""
    if header.strip() == b"*":
        return True
    return any(one.strip().removeprefix(b"W/") == tag for one in header.split(b","))
