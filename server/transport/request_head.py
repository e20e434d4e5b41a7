"""What the head of an HTTP request asks for, as far as a prepared answer depends on it."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from server.prepared.negotiation import Conditions

_REQUEST_LINE = re.compile(
    rb"([A-Z]{1,16}) (?:https?://[^/ \r\n]*)?"
    rb"(/[^ ?#\r\n]*)(?:\?[^ \r\n]*)? HTTP/1\.([01])\r\n"
)
_HEADERS = re.compile(
    rb"(?:^|\n)(accept-encoding|if-none-match|if-range|range|connection|content-length"
    rb"|transfer-encoding|upgrade):[ \t]*([^\r\n]*)",
    re.IGNORECASE,
)


class Wishes(NamedTuple):
    """Which answer of a path a request gets."""

    accept_encoding: str
    conditions: Conditions
    body: bool
    """False for HEAD."""

    close: bool
    """The connection ends with the answer: the client wants that, or sends a body, which nobody
    reads."""


class RequestHead(NamedTuple):
    """The head of one request."""

    path: bytes
    reading: bool
    """The method is GET or HEAD."""

    websocket: bool
    """A WebSocket is asked for."""

    wishes: Wishes


class RequestLine(NamedTuple):
    """The first line of a head."""

    method: bytes
    path: bytes
    """Begins with a slash; without percent-encoding and query."""

    minor: bytes
    """Of the version of HTTP, 1.0 or 1.1."""

    size: int
    """Its bytes, the line break included."""


def read_line(head: bytes) -> RequestLine | None:
    """Read the first line of a head; None if it is none of HTTP/1."""
    line = _REQUEST_LINE.match(head)
    if line is None:
        return None
    method, path, minor = line.groups()
    return RequestLine(method, unquote_to_bytes(path) if b"%" in path else path, minor, line.end())


def read_head(head: bytes, line: RequestLine) -> RequestHead:
    """Read the rest of a head that begins with this line."""
    found: dict[str, str] = {}
    for header, content in _HEADERS.findall(head[line.size :]):
        name, value = header.decode("latin-1").lower(), content.decode("latin-1").strip()
        found[name] = f"{found[name]},{value}" if name in found else value
    conditions = Conditions(
        found.get("if-none-match", ""), found.get("range", ""), found.get("if-range", "")
    )
    return RequestHead(
        path=line.path,
        reading=line.method in (b"GET", b"HEAD"),
        websocket="websocket" in found.get("upgrade", "").lower(),
        wishes=Wishes(
            accept_encoding=found.get("accept-encoding", ""),
            conditions=conditions.without_range() if line.method == b"HEAD" else conditions,
            body=line.method != b"HEAD",
            close=line.minor == b"0"
            or "close" in found.get("connection", "").lower()
            or found.get("content-length", "0") != "0"
            or "transfer-encoding" in found,
        ),
    )
