"""The port of a worker: the listening sockets, and the connections that they accept.

libuv accepts one connection of a descriptor in each pass of the event loop. That is enough for a
worker that makes thousands of passes a second. A busy one makes a few hundred, and connections
that it does not accept wait in the kernel, where none of our limits hold. While several wait, the
listening socket therefore has several descriptors; else it has one, since accepting nothing from
three others costs a connection 10 us.
"""

from __future__ import annotations

import asyncio
import socket

import structlog

from server.transport.accept import AcceptedConnection, Acceptor
from server.transport.listener import BACKLOG, count_waiting

log = structlog.get_logger()

CLOSE_SECONDS = 1.0
"""The longest that answers which are on their way may take at the end."""

ACCEPTED_AT_ONCE = 4
"""Connections accepted in one pass of the event loop at most. Those inside wait for the whole of a
pass, several times in a turn: twice as long in a storm with 32 (`bench/storm.py`)."""

LOOK_EVERY = 16
"""Connections between two looks at how many wait."""

CALM_LOOKS = 32
"""After so many looks at which few waited, one is accepted at once again."""


class Port:
    """Accepts connections on one port."""

    def __init__(self, acceptor: Acceptor) -> None:
        """`acceptor` answers them."""
        self._acceptor = acceptor
        self._listener: socket.socket | None = None
        self._servers: list[asyncio.Server] = []
        self._until_look = LOOK_EVERY
        self._calm_looks = 0
        self._wanted = 1
        self._changed = asyncio.Event()

    async def open(self, listener: socket.socket) -> None:
        """Accept what comes to this socket."""
        self._listener = listener
        if count_waiting(listener) is None:
            self._wanted = ACCEPTED_AT_ONCE
        await self._adapt(listener)

    async def run(self) -> None:
        """Accept several at once while connections wait, until `stop_accepting`."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            if self._listener is not None:
                try:
                    await self._adapt(self._listener)
                except OSError as error:  # `Descriptors` says so; a later look tries again
                    self._wanted = len(self._servers)
                    log.debug("no descriptor to accept more at once", error=str(error))

    def stop_accepting(self) -> None:
        """Accept no more; connections go on."""
        for server in self._servers:
            server.close()
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    async def close(self) -> None:
        """Close the connections that are not WebSockets."""
        await self._acceptor.close(CLOSE_SECONDS)

    def _accept(self) -> AcceptedConnection:
        self._until_look -= 1
        if not self._until_look:
            self._until_look = LOOK_EVERY
            self._look()
        return AcceptedConnection(self._acceptor)

    def _look(self) -> None:
        """See whether connections wait, and so how many should be accepted at once."""
        waiting = count_waiting(self._listener) if self._listener is not None else None
        if waiting is None:
            return
        if waiting >= ACCEPTED_AT_ONCE:
            self._calm_looks = 0
            self._want(ACCEPTED_AT_ONCE)
        else:
            self._calm_looks += 1
            if self._calm_looks >= CALM_LOOKS:
                self._want(1)

    def _want(self, descriptors: int) -> None:
        if descriptors != self._wanted:
            self._wanted = descriptors
            self._changed.set()

    async def _adapt(self, listener: socket.socket) -> None:
        """Accept from as many descriptors as are wanted; each server closes its own."""
        loop = asyncio.get_running_loop()
        while len(self._servers) < self._wanted:
            own = listener.dup()
            server = await loop.create_server(self._accept, sock=own, backlog=BACKLOG)
            self._servers.append(server)
            if self._listener is None:  # `stop_accepting` came first
                server.close()
                return
        while len(self._servers) > self._wanted:
            self._servers.pop().close()
