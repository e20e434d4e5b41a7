"""picows' protocol on a connection whose request has been read already.

picows reads from a buffer of its own, so the head of the request, which `accept` read, is copied
there. picows' protocol class is its inner one, hence the exact pin in pyproject.toml.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from picows import WSUpgradeRequest, WSUpgradeResponseWithListener
from picows.picows import WSAutoPingStrategy, WSProtocol  # type: ignore[attr-defined]

from server.transport.admission import AdmissionControl
from server.transport.limits import FRAME_BYTES

READ_BUFFER_BYTES = 2_048
"""picows' least; the buffer grows with a larger frame."""

_PLAIN_CONNECTION = b"\r\nConnection: Upgrade\r\n"

AnswerHandshake = Callable[[WSUpgradeRequest], WSUpgradeResponseWithListener]
"""Answers the request for an upgrade."""


class _FaultLog(logging.LoggerAdapter[logging.Logger]):
    """Logs faults only; an adapter, because picows makes a child of a plain logger each time."""

    def isEnabledFor(self, level: int) -> bool:  # noqa: N802
        """Whether this level is logged; picows asks for each connection."""
        return level >= logging.WARNING

    def info(self, msg: object, *args: object, **kwargs: Any) -> None:
        """Drop the line that picows writes for every connection."""


_log = _FaultLog(logging.getLogger("picows.server"))


class _Protocol(WSProtocol):  # type: ignore[misc]
    """picows' protocol; admission control closes the connection when the peer hangs up.

    Thousands may hang up at once. The event loop would close all of them in one pass, and every
    other participant would wait for that.
    """

    __slots__ = ("_admission", "_socket")

    def close_through(self, admission: AdmissionControl, transport: asyncio.Transport) -> None:
        """Have `admission` close this connection."""
        self._admission, self._socket = admission, transport

    def eof_received(self) -> bool:
        """The peer has hung up; keep the socket until admission control closes it."""
        self._admission.release(self._socket.close)
        return True


class _Transport:
    """uvloop's transport, which also answers for its socket.

    picows reads five options and two addresses of every new socket to log them, and uvloop makes a
    new socket object for each look: a tenth of a worker's CPU for a participant. picows also asks
    for acknowledgements at once, which would cost packets; those that come with the answer are
    free. The kernel has set `TCP_NODELAY` already, for uvloop.
    """

    __slots__ = ("_descriptor", "_transport", "get_write_buffer_size", "write")

    def __init__(self, transport: asyncio.Transport, descriptor: int) -> None:
        """Wrap the transport of an open connection without TLS, and its socket's descriptor."""
        self._transport = transport
        self._descriptor = descriptor
        self.get_write_buffer_size = transport.get_write_buffer_size
        self.write = transport.write

    def get_extra_info(self, name: str) -> Any:
        """This object, if the socket is asked for."""
        return self if name == "socket" else None

    def fileno(self) -> int:
        """The socket's descriptor."""
        return self._descriptor

    def setsockopt(self, level: int, option: int, value: int) -> None:
        """Do nothing: the options are right."""

    def getsockopt(self, level: int, option: int) -> int:
        """Answer anything: picows only logs it."""
        return 0

    def set_write_buffer_limits(self, high: int) -> None:
        """As asyncio's."""
        self._transport.set_write_buffer_limits(high=high)

    def writelines(self, parts: list[bytes]) -> None:
        """As asyncio's."""
        self._transport.writelines(parts)

    def close(self) -> None:
        """As asyncio's."""
        self._transport.close()

    def abort(self) -> None:
        """As asyncio's."""
        self._transport.abort()


def start_websocket(
    handshake: AnswerHandshake,
    admission: AdmissionControl,
    transport: asyncio.Transport,
    descriptor: int,
    head: bytes,
) -> None:
    """Give a connection to picows.

    Args:
        handshake: answers its request.
        admission: closes it in its turn.
        transport: its transport, without TLS.
        descriptor: its socket's.
        head: what was read from it, at least the whole request.
    """
    protocol = _Protocol(
        None,
        None,
        False,
        handshake,
        _log,
        True,
        None,  # no timeout: the request is complete
        False,
        20,
        20,
        WSAutoPingStrategy.PING_WHEN_IDLE,
        False,
        FRAME_BYTES,
        None,
        READ_BUFFER_BYTES,
    )
    protocol.close_through(admission, transport)
    transport.set_protocol(protocol)
    protocol.connection_made(_Transport(transport, descriptor))
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
