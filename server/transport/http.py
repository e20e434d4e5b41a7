"""The bounds of a request, and the answers to requests that are refused."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

import orjson

END = b"\r\n\r\n"
"""Ends the head of a request."""

HEAD_BYTES = 16_384
"""Longest head of a request."""

READ_BYTES = HEAD_BYTES
"""The most that is read of a connection at once."""

REQUEST_BYTES = HEAD_BYTES + READ_BYTES
"""The most bytes that may have come, of a request and of those behind it, before its answer."""

ANSWER_SECONDS = 1.0
"""How long the peer of a refused request has to take the answer."""

_CODES = {
    HTTPStatus.BAD_REQUEST: "bad_request",
    HTTPStatus.NOT_FOUND: "not_found",
    HTTPStatus.METHOD_NOT_ALLOWED: "method_not_allowed",
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: "head_too_long",
    HTTPStatus.TOO_MANY_REQUESTS: "slow_down",
    HTTPStatus.SERVICE_UNAVAILABLE: "busy",
}


def refusal(status: HTTPStatus, message: str, *headers: str) -> bytes:
    """An answer in the API's shape, after which the connection is closed.

    Args:
        status: one of 400, 404, 405, 429, 431 and 503.
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

NOT_ALLOWED = refusal(
    HTTPStatus.METHOD_NOT_ALLOWED, "this can only be read: use GET or HEAD", "Allow: GET, HEAD"
)


def answer_and_close(transport: asyncio.Transport, answer: bytes) -> None:
    """Answer, and close when the peer does, or soon; ignore what comes until then.

    Closing a connection with unread bytes resets it, and the answer may get lost.
    """
    transport.write(answer)
    transport.write_eof()
    asyncio.get_running_loop().call_later(ANSWER_SECONDS, transport.close)
