"""The handshake: who may open a WebSocket, and picows' protocol, which takes the socket then.

picows reads from a buffer of its own, so the request's head, which `doorway` has read, is copied
there. picows' protocol class is its inner one, hence the exact pin in pyproject.toml.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable
from urllib.parse import urlsplit

import orjson
from picows import WSUpgradeRequest, WSUpgradeResponse, WSUpgradeResponseWithListener
from picows.picows import WSAutoPingStrategy, WSProtocol  # type: ignore[attr-defined]

from server.gateway.codec import CODECS, JSON, Codec
from server.gateway.limits import FRAME_BYTES
from server.gateway.porter import Porter
from server.gateway.socket import Socket

PATH = "/ws"
VERSION = "13"
HANDSHAKE_SECONDS = 5
READ_BUFFER_BYTES = 2_048
"""picows' least; the buffer grows with a larger frame."""

_KEY = re.compile(r"[A-Za-z0-9+/]{22}==")

_PLAIN_CONNECTION = b"\r\nConnection: Upgrade\r\n"

_DEFAULT_PORTS = {"http": 80, "https": 443}

# An adapter, because picows makes a child of a plain logger for every connection.
_logger = logging.LoggerAdapter(logging.getLogger("picows.server"))


class HandshakeError(Exception):
    """The request is refused with an HTTP status."""

    def __init__(self, status: int, code: str, message: str, **headers: str) -> None:
        """Answer `status` with the project's JSON error."""
        super().__init__(message)
        self.status = status
        self.code = code
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


class Handshake:
    """Decides who may open a connection, and in which encoding."""

    def __init__(self, origins: tuple[str, ...], open_socket: Callable[[Codec], Socket]) -> None:
        """`origins` are allowed beside the page's own."""
        self._origins = frozenset(origin.rstrip("/").lower() for origin in origins)
        self._open_socket = open_socket

    def __call__(self, request: WSUpgradeRequest) -> WSUpgradeResponseWithListener:
        """Answer the request for an upgrade."""
        try:
            codec, named = self._check(request)
        except HandshakeError as error:
            body = orjson.dumps({"error": {"code": error.code, "message": str(error)}})
            headers = {"Content-Type": "application/json"} | error.headers
            refusal = WSUpgradeResponse.create_error_response(error.status, body, headers)
            return WSUpgradeResponseWithListener(refusal, None)
        extra = {"Sec-WebSocket-Protocol": codec.name} if named else None
        response = WSUpgradeResponse.create_101_response(extra)
        return WSUpgradeResponseWithListener(response, self._open_socket(codec))

    def _check(self, request: WSUpgradeRequest) -> tuple[Codec, bool]:
        headers = request.headers
        if request.path.partition(b"?")[0] != PATH.encode():
            raise HandshakeError(404, "not_found", f"WebSockets are at {PATH}")
        if not _KEY.fullmatch(headers.get("sec-websocket-key", "")):
            raise HandshakeError(400, "bad_key", "Sec-WebSocket-Key is 16 bytes in base64")
        if headers.get("sec-websocket-version") != VERSION:
            raise HandshakeError(
                426, "bad_version", "WebSocket version 13 only", Sec_WebSocket_Version=VERSION
            )
        origin = headers.get("origin")
        if origin is not None and not self._allowed(origin, headers.get("host", "")):
            raise HandshakeError(403, "bad_origin", "pages of this origin may not connect")
        offered = [
            name.strip()
            for line in headers.getall("sec-websocket-protocol", [])
            for name in line.split(",")
            if name.strip()
        ]
        if not offered:
            return CODECS[JSON], False
        for name in offered:
            if name in CODECS:
                return CODECS[name], True
        known = ", ".join(CODECS)
        raise HandshakeError(400, "bad_subprotocol", f"offer one of {known}, or none")

    def _allowed(self, origin: str, host: str) -> bool:
        if origin.rstrip("/").lower() in self._origins:
            return True
        try:
            page = urlsplit(origin)
            port = page.port or _DEFAULT_PORTS.get(page.scheme)
            own = urlsplit(f"//{host}")
            own_port = own.port or _DEFAULT_PORTS.get(page.scheme)
        except ValueError:
            return False
        return bool(page.hostname) and (page.hostname, port) == (own.hostname, own_port)


class _Protocol(WSProtocol):  # type: ignore[misc]
    """picows', but who hangs up is seen off by the porter.

    Thousands may hang up at once. The event loop would close all of them in one pass, and whoever
    stays would wait for that.
    """

    __slots__ = ("_porter", "_socket")

    def attended_by(self, porter: Porter, transport: asyncio.Transport) -> None:
        """`porter` sees this connection off."""
        self._porter, self._socket = porter, transport

    def eof_received(self) -> bool:
        """The peer has hung up; keep the socket until it is its turn."""
        self._porter.see_off(self._socket.close)
        return True


def take_socket(
    handshake: Handshake, porter: Porter, transport: asyncio.Transport, head: bytes
) -> None:
    """Give a socket to picows; `head` is what has been read from it, the whole request at least."""
    protocol = _Protocol(
        None,
        None,
        False,
        handshake,
        _logger,
        True,
        HANDSHAKE_SECONDS,
        False,
        20,
        20,
        WSAutoPingStrategy.PING_WHEN_IDLE,
        False,
        FRAME_BYTES,
        None,
        READ_BUFFER_BYTES,
    )
    protocol.attended_by(porter, transport)
    transport.set_protocol(protocol)
    protocol.connection_made(transport)
    if _PLAIN_CONNECTION not in head:
        head = _with_plain_connection(head)
    while head:
        room = protocol.get_buffer(len(head))
        size = min(len(room), len(head))
        room[:size] = head[:size]
        protocol.buffer_updated(size)
        head = head[size:]


def _with_plain_connection(head: bytes) -> bytes:
    """Reduce `Connection: keep-alive, Upgrade`, as Firefox sends it, to what picows accepts."""
    lines = head.split(b"\r\n")
    for index, line in enumerate(lines):
        if line[:11].lower() == b"connection:":
            lines[index] = b"connection: upgrade"
    return b"\r\n".join(lines)
