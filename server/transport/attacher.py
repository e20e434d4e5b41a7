"""Gives sockets that are connected already a transport of the event loop."""

from __future__ import annotations

import asyncio
import os
import socket
from typing import Any

import structlog
import uvloop

log = structlog.get_logger()


class Attacher:
    """Owns the tasks that attach sockets; each takes a pass or two of the event loop."""

    def __init__(self) -> None:
        """Attach nothing yet."""
        self._attaching: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        """Sockets whose protocols do not have their transports yet."""
        return len(self._attaching)

    def attach(self, descriptor: int, protocol: asyncio.Protocol) -> None:
        """Connect `protocol` soon. If the peer is gone it only hears `connection_lost`.

        Args:
            descriptor: of a TCP socket that does not block; the transport owns it.
            protocol: gets what is read of it.
        """
        attaching = asyncio.get_running_loop().create_task(_attach(descriptor, protocol))
        self._attaching.add(attaching)
        attaching.add_done_callback(self._attached)

    def _attached(self, attaching: asyncio.Task[None]) -> None:
        self._attaching.discard(attaching)
        if not attaching.cancelled() and (error := attaching.exception()) is not None:
            log.error("a connection that was accepted is lost", exc_info=error)


class _Accepted:
    """What uvloop asks a socket object; a real one costs more than the transport.

    The family only tells TCP from a unix socket.
    """

    __slots__ = ("_descriptor",)

    family = int(socket.AF_INET)
    type = int(socket.SOCK_STREAM)

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def fileno(self) -> int:
        return self._descriptor

    def close(self) -> None:
        """Do nothing: the transport has closed the descriptor."""


async def _attach(descriptor: int, protocol: asyncio.Protocol) -> None:
    loop = asyncio.get_running_loop()
    connection: Any = _Accepted(descriptor)
    if not isinstance(loop, uvloop.Loop):  # asyncio's own loop reads from the object
        connection = socket.socket(fileno=descriptor)
    try:
        await loop.connect_accepted_socket(lambda: protocol, connection)
    except OSError as error:
        log.debug("a connection was lost while it was attached", error=str(error))
        os.close(descriptor)
        protocol.connection_lost(error)
