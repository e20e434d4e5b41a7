"""Gives sockets that are connected already a transport of the event loop."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Coroutine
from functools import partial
from typing import Any

import structlog
import uvloop

log = structlog.get_logger()

_Connecting = Coroutine[Any, Any, object]


class Attacher:
    """Attaches sockets; each takes a pass of the event loop."""

    def __init__(self) -> None:
        """Attach nothing yet."""
        self._attaching = 0

    def __len__(self) -> int:
        """Sockets whose protocols do not have their transports yet."""
        return self._attaching

    def attach(self, descriptor: int, protocol: asyncio.Protocol) -> None:
        """Connect `protocol` soon. If that fails it only hears `connection_lost`.

        Args:
            descriptor: of a TCP socket that does not block; the transport owns it.
            protocol: gets what is read of it.
        """
        loop = asyncio.get_running_loop()
        accepted: Any = _Accepted(descriptor)
        if not isinstance(loop, uvloop.Loop):  # asyncio's own loop reads from the object
            accepted = socket.socket(fileno=descriptor)
        # A task would cost as much as the transport; all that this waits for is one future.
        connecting = loop.connect_accepted_socket(lambda: protocol, accepted)
        try:
            connected: asyncio.Future[None] = connecting.send(None)
        except OSError as error:
            log.debug("a connection was lost while it was attached", error=str(error))
            os.close(descriptor)
            protocol.connection_lost(error)
            return
        self._attaching += 1
        connected.add_done_callback(partial(self._finish, connecting))

    def _finish(self, connecting: _Connecting, connected: asyncio.Future[None]) -> None:
        """Let the event loop finish what it does once `connected` is done."""
        self._attaching -= 1
        try:
            connecting.send(None)
        except StopIteration:
            return
        except Exception:
            log.exception("a connection that was accepted is lost")


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
