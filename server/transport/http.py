"""Plain HTTP as uvicorn speaks it, with bounds on what one connection may ask for.

uvicorn itself limits neither the time nor the size of a request.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from time import time
from typing import Any

import orjson
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from server.transport.direct_answers import END, DirectAnswers

HEAD_BYTES = 16_384
"""Longest head of a request."""

ANSWER_SECONDS = 1.0
"""How long the peer of a refused request has to take the answer."""

_CODES = {
    HTTPStatus.BAD_REQUEST: "bad_request",
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: "head_too_long",
    HTTPStatus.TOO_MANY_REQUESTS: "slow_down",
    HTTPStatus.SERVICE_UNAVAILABLE: "busy",
}


def refusal(status: HTTPStatus, message: str, *headers: str) -> bytes:
    """An answer in the API's shape, after which the connection is closed.

    Args:
        status: one of 400, 429, 431 and 503.
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


NOT_HTTP = refusal(HTTPStatus.BAD_REQUEST, "this is no HTTP request")
HEAD_TOO_LONG = refusal(
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    f"the head of a request has at most {HEAD_BYTES} bytes; send fewer or shorter headers",
)


def answer_and_close(transport: asyncio.Transport, answer: bytes) -> None:
    """Answer, and close when the peer does, or soon; ignore what comes until then.

    Closing a connection with unread bytes resets it, and the answer may get lost.
    """
    transport.write(answer)
    transport.write_eof()
    asyncio.get_running_loop().call_later(ANSWER_SECONDS, transport.close)


class BoundedHttp(HttpToolsProtocol):
    """One connection of plain HTTP.

    The next request has to be there within uvicorn's `timeout_keep_alive`, and its head is
    bounded. No route takes a body, so the connection of a request that has one ends with the
    answer, and what is left of the body is not read.
    """

    def __init__(self, answers: DirectAnswers, **settings: Any) -> None:
        """With answers that are known, and uvicorn's `config`, `server_state` and `app_state`."""
        super().__init__(**settings)
        self._answers = answers
        self._in_head = False
        self._refused = False
        self._head_bytes = 0
        self._keep_alive_timer: asyncio.TimerHandle | None = None

    def connection_lost(self, error: Exception | None) -> None:
        """The peer is gone."""
        self._cancel_keep_alive_timer()
        super().connection_lost(error)

    def data_received(self, data: bytes) -> None:
        """Read requests, or parts of them."""
        if self._refused or self._answer_directly(data):
            return
        super().data_received(data)
        if self._in_head:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES:
                self._refuse(HEAD_TOO_LONG)

    def _answer_directly(self, data: bytes) -> bool:
        """Answer one whole request whose answer is known, if nothing else is on its way."""
        idle = self._keep_alive_timer is not None and not self._in_head
        if (
            not idle
            or self.transport.get_write_buffer_size()
            or data.find(END, 0, HEAD_BYTES) != len(data) - len(END)
        ):
            return False
        answer = self._answers.answer(data, time())
        if answer is None:
            return False
        self.transport.writelines(answer.data)
        if answer.close:
            self.transport.close()
        return True

    def on_message_begin(self) -> None:
        """Start to count the bytes of a head."""
        super().on_message_begin()
        self._in_head, self._head_bytes = True, 0

    def on_headers_complete(self) -> None:
        """The head of a request is complete; a body may follow."""
        self._in_head = False
        self._cancel_keep_alive_timer()
        super().on_headers_complete()
        if any(name == b"transfer-encoding" for name, _ in self.headers) or any(
            name == b"content-length" and length != b"0" for name, length in self.headers
        ):
            self.cycle.keep_alive = False

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        super().on_response_complete()
        # uvicorn lets the first byte of a request end the wait for it.
        self._keep_alive_timer, self.timeout_keep_alive_task = self.timeout_keep_alive_task, None

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no request; `msg` is uvicorn's."""
        self._refuse(NOT_HTTP)

    def _refuse(self, answer: bytes) -> None:
        if self._refused or self.transport.is_closing():
            return
        self._refused = True
        if self.cycle is None or self.cycle.response_complete:
            answer_and_close(self.transport, answer)
        else:
            self.transport.close()

    def _cancel_keep_alive_timer(self) -> None:
        if self._keep_alive_timer is not None:
            self._keep_alive_timer.cancel()
            self._keep_alive_timer = None
