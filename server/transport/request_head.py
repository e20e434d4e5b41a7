"""What the head of an HTTP request asks for, as far as a prepared answer depends on it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from server.prepared.negotiation import Conditions

REMEMBERED_HEADS = 4_096
REMEMBERED_HEAD_BYTES = 2_048
"""Browsers of one kind send the same bytes, so that many heads of at most this length are read
once. Together they take at most 8 MB."""

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
    """Begins with a slash; without percent-encoding and query."""

    reading: bool
    """The method is GET or HEAD."""

    websocket: bool
    """A WebSocket is asked for."""

    wishes: Wishes


def read_head(head: bytes) -> RequestHead | None:
    """Read a whole head; None if its first line is none of HTTP/1."""
    return _read_once(head) if len(head) <= REMEMBERED_HEAD_BYTES else _read(head)


def _read(head: bytes) -> RequestHead | None:
    line = _REQUEST_LINE.match(head)
    if line is None:
        return None
    method, path, minor = line.groups()
    found: dict[str, str] = {}
    for header, content in _HEADERS.findall(head[line.end() :]):
        name, value = header.decode("latin-1").lower(), content.decode("latin-1").strip()
        found[name] = f"{found[name]},{value}" if name in found else value
    conditions = Conditions(
        found.get("if-none-match", ""), found.get("range", ""), found.get("if-range", "")
    )
    return RequestHead(
        path=unquote_to_bytes(path) if b"%" in path else path,
        reading=method in (b"GET", b"HEAD"),
        websocket="websocket" in found.get("upgrade", "").lower(),
        wishes=Wishes(
            accept_encoding=found.get("accept-encoding", ""),
            conditions=conditions.without_range() if method == b"HEAD" else conditions,
            body=method != b"HEAD",
            close=minor == b"0"
            or "close" in found.get("connection", "").lower()
            or found.get("content-length", "0") != "0"
            or "transfer-encoding" in found,
        ),
    )


_read_once = lru_cache(REMEMBERED_HEADS)(_read)
