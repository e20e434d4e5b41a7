"""The handshake: who may open a WebSocket, in which encoding, and the answer."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from http import HTTPStatus
from urllib.parse import urlsplit

import orjson
from picows import WSUpgradeRequest, WSUpgradeResponse, WSUpgradeResponseWithListener

from server.transport.codec import CODECS, JSON, Codec
from server.transport.peer import Peer
from server.transport.websocket import WebSocket

PATH = "/ws"
VERSION = "13"

_KEY = re.compile(r"[A-Za-z0-9+/]{22}==")

_DEFAULT_PORTS = {"http": 80, "https": 443}


_SWITCHING = (
    "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Accept: "
)

_END = {"": "\r\n\r\n"} | {name: f"\r\nSec-WebSocket-Protocol: {name}\r\n\r\n" for name in CODECS}
"""The last lines of the answer, by the subprotocol agreed on; "" for none."""

_REMEMBERED_PAGES = 1_024
"""Origins and hosts of which it is known whether they are the same."""


class HandshakeError(Exception):
    """The request is refused with an HTTP status and the project's JSON error."""

    def __init__(self, status: int, code: str, message: str, **headers: str) -> None:
        """Answer `status` with the project's JSON error."""
        super().__init__(message)
        self.status = status
        self.code = code
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


class _Switching:
    """The answer to a request that is granted, as picows fills it in and sends it."""

    __slots__ = ("_end", "headers")

    status = HTTPStatus.SWITCHING_PROTOCOLS

    def __init__(self, end: str) -> None:
        """With these lines at the end: `_END` has them."""
        self._end = end
        self.headers: dict[str, str] = {}

    def to_bytes(self) -> bytearray:
        """The head of the response."""
        accept = self.headers["Sec-WebSocket-Accept"]
        return bytearray(f"{_SWITCHING}{accept}{self._end}", "ascii")


class Handshake:
    """Decides who may open a connection, and in which encoding."""

    def __init__(
        self,
        origins: tuple[str, ...],
        open_websocket: Callable[[Codec, Peer], WebSocket],
        base_path: str = "",
    ) -> None:
        """`origins` are allowed beside the page's own; a proxy may strip `base_path` or not."""
        self._paths = frozenset((PATH.encode(), f"{base_path}{PATH}".encode()))
        self._origins = frozenset(origin.rstrip("/").lower() for origin in origins)
        self._open_websocket = open_websocket

    def __call__(self, request: WSUpgradeRequest, peer: Peer) -> WSUpgradeResponseWithListener:
        """Answer the request of `peer` for an upgrade."""
        try:
            codec, named = self._check(request)
        except HandshakeError as error:
            body = orjson.dumps({"error": {"code": error.code, "message": str(error)}})
            headers = {"Content-Type": "application/json"} | error.headers
            refusal = WSUpgradeResponse.create_error_response(error.status, body, headers)
            return WSUpgradeResponseWithListener(refusal, None)
        response = _Switching(_END[codec.name if named else ""])
        return WSUpgradeResponseWithListener(response, self._open_websocket(codec, peer))  # type: ignore[arg-type]

    def _check(self, request: WSUpgradeRequest) -> tuple[Codec, bool]:
        headers = request.headers
        if request.path.partition(b"?")[0] not in self._paths:
            raise HandshakeError(404, "not_found", f"WebSockets are at {PATH}")
        if not _KEY.fullmatch(headers.get("sec-websocket-key", "")):
            raise HandshakeError(400, "bad_key", "Sec-WebSocket-Key is 16 bytes in base64")
        if headers.get("sec-websocket-version") != VERSION:
            raise HandshakeError(
                426,
                "bad_version",
                "WebSocket version 13 only",
                Upgrade="websocket",
                Connection="Upgrade",
                Sec_WebSocket_Version=VERSION,
            )
        origin = headers.get("origin")
        if origin is not None and not self._allowed(origin, headers.get("host", "")):
            raise HandshakeError(403, "bad_origin", "pages of this origin may not connect")
        offers: list[str] = headers.getall("sec-websocket-protocol", [])
        if not offers:
            return CODECS[JSON], False
        codec = CODECS.get(offers[0])  # the usual case: one line with one name
        return (codec, True) if codec is not None else _agreed_on(offers)

    def _allowed(self, origin: str, host: str) -> bool:
        return origin.rstrip("/").lower() in self._origins or _is_of_host(origin, host)


def _agreed_on(offers: list[str]) -> tuple[Codec, bool]:
    """The first encoding offered that is known, and whether any is named at all."""
    offered = [name.strip() for line in offers for name in line.split(",") if name.strip()]
    if not offered:
        return CODECS[JSON], False
    for name in offered:
        if name in CODECS:
            return CODECS[name], True
    known = ", ".join(CODECS)
    raise HandshakeError(400, "bad_subprotocol", f"offer one of {known}, or none")


@lru_cache(_REMEMBERED_PAGES)
def _is_of_host(origin: str, host: str) -> bool:
    """Whether a page of this origin comes from this host, as `Host` names it."""
    try:
        page = urlsplit(origin)
        port = page.port or _DEFAULT_PORTS.get(page.scheme)
        own = urlsplit(f"//{host}")
        own_port = own.port or _DEFAULT_PORTS.get(page.scheme)
    except ValueError:
        return False
    return bool(page.hostname) and (page.hostname, port) == (own.hostname, own_port)
