"""picows' protocol, as the doorway hands sockets over to it.

picows reads from a buffer of its own, so the request's head, which `doorway` has read, is copied
there. picows' protocol class is its inner one, hence the exact pin in pyproject.toml.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from picows.picows import WSAutoPingStrategy, WSProtocol  # type: ignore[attr-defined]

from server.transport.admission import AdmissionControl
from server.transport.handshake import Handshake
from server.transport.limits import FRAME_BYTES

READ_BUFFER_BYTES = 2_048
"""picows' least; the buffer grows with a larger frame."""

_PLAIN_CONNECTION = b"\r\nConnection: Upgrade\r\n"


class _Log(logging.LoggerAdapter[logging.Logger]):
    """For faults only; an adapter, because picows makes a child of a plain logger each time."""

    def info(self, msg: object, *args: object, **kwargs: Any) -> None:
        """picows tells of every connection that comes and goes."""


_log = _Log(logging.getLogger("picows.server"))


class _Protocol(WSProtocol):  # type: ignore[misc]
    """picows', but who hangs up is seen off by the porter.

    Thousands may hang up at once. The event loop would close all of them in one pass, and whoever
    stays would wait for that.
    """

    __slots__ = ("_porter", "_socket")

    def attended_by(self, porter: AdmissionControl, transport: asyncio.Transport) -> None:
        """`porter` sees this connection off."""
        self._porter, self._socket = porter, transport

    def eof_received(self) -> bool:
        """The peer has hung up; keep the socket until it is its turn."""
        self._porter.see_off(self._socket.close)
        return True


class _Transport:
    """uvloop's, but it is its own socket, for picows, which looks at five options and two addresses
    of every new one to log them: uvloop makes a new object of Python's for each, a tenth of all
    that a worker does for a participant. It also asks for acknowledgements at once; those that
    come with the answer cost nothing. The kernel has set `TCP_NODELAY` already, for uvloop.
    """

    __slots__ = ("_transport", "get_write_buffer_size", "write")

    def __init__(self, transport: asyncio.Transport) -> None:
        """Of an open connection without TLS."""
        self._transport = transport
        self.get_write_buffer_size = transport.get_write_buffer_size
        self.write = transport.write

    def get_extra_info(self, name: str) -> Any:
        """This, if the socket is asked for."""
        return self if name == "socket" else None

    def fileno(self) -> int:
        """The socket's descriptor."""
        descriptor: int = self._transport.get_extra_info("socket").fileno()
        return descriptor

    def setsockopt(self, level: int, option: int, value: int) -> None:
        """It is as it should be."""

    def getsockopt(self, level: int, option: int) -> int:
        """Nobody reads it."""
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


def take_socket(
    handshake: Handshake, porter: AdmissionControl, transport: asyncio.Transport, head: bytes
) -> None:
    """Give a socket to picows; `head` is what has been read from it, the whole request at least."""
    protocol = _Protocol(
        None,
        None,
        False,
        handshake,
        _log,
        True,
        None,  # it has come already
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
    protocol.connection_made(_Transport(transport))
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
