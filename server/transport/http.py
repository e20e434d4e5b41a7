"""Plain HTTP as uvicorn speaks it, with bounds on what one connection may ask for.

uvicorn waits for the rest of a request for as long as it takes, and keeps all of it.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any

import orjson
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_BYTES = 16_384
"""Longest head of a request."""

LAST_WORD_SECONDS = 1.0
"""How long the peer of a refused request has to take the answer."""

_CODES = {
    HTTPStatus.BAD_REQUEST: "bad_request",
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: "head_too_long",
    HTTPStatus.SERVICE_UNAVAILABLE: "busy",
}


def refusal(status: HTTPStatus, message: str, *headers: str) -> bytes:
    """An answer in the API's shape, after which the connection is closed.

    Args:
        status: one of 400, 431 and 503.
        message: for people.
        headers: whole lines.
    """
    body = orjson.dumps({"error": {"code": _CODES[status], "message": message}})
    lines = [
        f"HTTP/1.1 {status.value} {status.phrase}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        "Connection: close",
        *headers,
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


NO_REQUEST = refusal(HTTPStatus.BAD_REQUEST, "this is no HTTP request")
HEAD_TOO_LONG = refusal(
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    f"the head of a request has at most {HEAD_BYTES} bytes; send fewer or shorter headers",
)


def have_last_word(transport: asyncio.Transport, answer: bytes) -> None:
    """Answer, and close when the peer does, or soon. Until then read without heed.

    A connection that is closed with bytes unread is reset, and the answer may get lost with it.
    """
    transport.write(answer)
    transport.write_eof()
    asyncio.get_running_loop().call_later(LAST_WORD_SECONDS, transport.close)


class PlainHttp(HttpToolsProtocol):
    """One connection, from the first request that is none for a WebSocket.

    The next request has to be there within uvicorn's `timeout_keep_alive`, and its head is
    bounded. No route takes a body, so the connection of a request that has one ends with the
    answer, and what is left of the body is not read.
    """

    def __init__(self, **settings: Any) -> None:
        """With uvicorn's `config`, `server_state` and `app_state`."""
        super().__init__(**settings)
        self._in_head = False
        self._refused = False
        self._head_bytes = 0
        self._next_request: asyncio.TimerHandle | None = None

    def connection_lost(self, error: Exception | None) -> None:
        """Gone."""
        self._stop_waiting()
        super().connection_lost(error)

    def data_received(self, data: bytes) -> None:
        """Requests, or parts of them."""
        if self._refused:
            return
        super().data_received(data)
        if self._in_head:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES:
                self._refuse(HEAD_TOO_LONG)

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._in_head, self._head_bytes = True, 0

    def on_headers_complete(self) -> None:
        """A request is there; it may have a body."""
        self._in_head = False
        self._stop_waiting()
        super().on_headers_complete()
        if any(name == b"transfer-encoding" for name, _ in self.headers) or any(
            name == b"content-length" and length != b"0" for name, length in self.headers
        ):
            self.cycle.keep_alive = False

    def on_response_complete(self) -> None:
        """A request is answered."""
        super().on_response_complete()
        # uvicorn lets the first byte of a request end the wait for it.
        self._next_request, self.timeout_keep_alive_task = self.timeout_keep_alive_task, None

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no request; `msg` is uvicorn's."""
        self._refuse(NO_REQUEST)

    def _refuse(self, answer: bytes) -> None:
        if self._refused or self.transport.is_closing():
            return
        self._refused = True
        if self.cycle is None or self.cycle.response_complete:
            have_last_word(self.transport, answer)
        else:
            self.transport.close()

    def _stop_waiting(self) -> None:
        if self._next_request is not None:
            self._next_request.cancel()
            self._next_request = None
