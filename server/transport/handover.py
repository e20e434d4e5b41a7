"""Hands open connections from one process to another, with what was read of them.

The two processes share a pair of Unix datagram sockets. A datagram carries the connection's file
descriptor (SCM_RIGHTS) and the bytes. Who sends it closes its own descriptor; the kernel keeps the
connection open meanwhile. Datagrams and not SOCK_SEQPACKET, which macOS does not have.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable

import structlog

from server.transport.http import REQUEST_BYTES

log = structlog.get_logger()

BUFFER_BYTES = 160 * 1024
"""Room in the kernel for what is on its way; about 250 requests of a browser."""

AT_ONCE = 4
"""Connections taken in one pass of the event loop."""

_MARK = b"+"
"""Begins each datagram, so that none is empty."""


def channel() -> tuple[socket.socket, socket.socket]:
    """Both ends; either may send and receive, and neither blocks."""
    ends = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    for end in ends:
        end.setblocking(False)
        for option in (socket.SO_SNDBUF, socket.SO_RCVBUF):
            end.setsockopt(socket.SOL_SOCKET, option, BUFFER_BYTES)
    return ends


def hand_over(end: socket.socket, descriptor: int, data: bytes) -> bool:
    """Send a connection; False when the other process is behind or gone, and nothing was sent.

    Args:
        end: of the channel.
        descriptor: of the connection, which the caller closes if it was sent.
        data: what was read and not answered; at most REQUEST_BYTES.
    """
    try:
        socket.send_fds(end, [_MARK, data], [descriptor])
    except (BlockingIOError, ConnectionError):
        return False
    except OSError as error:
        log.warning("a connection was not handed over", error=str(error))
        return False
    return True


class ConnectionReceiver:
    """Takes the connections that come over a channel."""

    def __init__(self, end: socket.socket, take: Callable[[int, bytes], None]) -> None:
        """`take` owns a descriptor, and gets what was read of the connection. `resume` begins."""
        self._end = end
        self._take = take
        self._paused = True

    def resume(self) -> None:
        """Take what comes."""
        if self._paused:
            self._paused = False
            asyncio.get_running_loop().add_reader(self._end.fileno(), self._receive)

    def pause(self) -> None:
        """Take nothing more for now; it waits in the channel."""
        if not self._paused:
            self._paused = True
            asyncio.get_running_loop().remove_reader(self._end.fileno())

    def _receive(self) -> None:
        for _ in range(AT_ONCE):
            if self._paused:
                return
            try:
                data, descriptors, _, _ = socket.recv_fds(self._end, 1 + REQUEST_BYTES, 1)
            except BlockingIOError:
                return
            except OSError as error:
                log.warning("a connection that was handed over is lost", error=str(error))
                return
            if not descriptors:  # this process has none left
                log.warning("a connection that was handed over is lost: no file descriptor")
                return
            os.set_inheritable(descriptors[0], False)
            os.set_blocking(descriptors[0], False)
            self._take(descriptors[0], data[1:])
