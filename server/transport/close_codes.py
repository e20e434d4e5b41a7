"""The codes with which WebSockets close (RFC 6455, 7.4)."""

from __future__ import annotations

from typing import cast

from picows import WSCloseCode, WSFrame

ELSEWHERE = cast(WSCloseCode, 4001)
"""The participant connected again."""

_NOT_SENT = frozenset((WSCloseCode.NO_INFO, WSCloseCode.ABNORMAL_CLOSURE))
"""picows lets them pass, but they must not be sent (RFC 6455, 7.4.1)."""

_CODES_END = 5_000
"""No close code is as high (RFC 6455, 7.4.2)."""


def answer_to(close: WSFrame) -> WSCloseCode:
    """The code that answers a close frame: the same one, if a peer may send it."""
    if not close.payload_size:
        return WSCloseCode.OK
    code = close.get_close_code()
    if code in _NOT_SENT or cast(int, code) >= _CODES_END:
        return WSCloseCode.PROTOCOL_ERROR
    return code
