"""The port of a worker: the listening sockets, and the connections that they accept."""

from __future__ import annotations

import asyncio
import socket

from server.transport.accept import Acceptor
from server.transport.listener import BACKLOG, duplicates

CLOSE_SECONDS = 1.0
"""The longest that answers which are on their way may take at the end."""


class Port:
    """Accepts connections on one port."""

    def __init__(self, acceptor: Acceptor) -> None:
        """`acceptor` answers them."""
        self._acceptor = acceptor
        self._sockets: list[socket.socket] = []
        self._servers: list[asyncio.Server] = []

    async def open(self, listener: socket.socket) -> None:
        """Accept what comes to this socket."""
        loop = asyncio.get_running_loop()
        self._sockets = duplicates(listener)
        for each in self._sockets:
            server = await loop.create_server(self._acceptor.accept, sock=each, backlog=BACKLOG)
            self._servers.append(server)

    def stop_accepting(self) -> None:
        """Accept no more; connections go on."""
        for server in self._servers:
            server.close()
        for each in self._sockets:
            each.close()

    async def close(self) -> None:
        """Close the connections that are not WebSockets."""
        await self._acceptor.close(CLOSE_SECONDS)
