"""The port of a worker: accepts connections from the listening socket.

One connection in a pass of the event loop is enough for a worker that makes thousands of passes a
second, and to try for a second in vain costs as much as a request. A busy worker makes a few
hundred, and connections that it does not accept wait in the kernel, where none of our limits hold.
While several wait, several are therefore accepted in a pass.
"""

from __future__ import annotations

import asyncio
import os
import socket

import structlog

from server.transport.accept import Acceptor
from server.transport.listener import count_waiting

log = structlog.get_logger()

_DEFER_ACCEPT = getattr(socket, "TCP_DEFER_ACCEPT", None)  # Linux has it

CLOSE_SECONDS = 1.0
"""The longest that answers which are on their way may take at the end."""

ACCEPTED_AT_ONCE = 4
"""Connections accepted in one pass of the event loop at most. Those inside wait for the whole of a
pass, several times in a turn: twice as long in a storm with 32 (`bench/storm.py`)."""

LOOK_EVERY = 16
"""Connections between two looks at how many wait."""

CALM_LOOKS = 32
"""After so many looks at which few waited, one is accepted at once again."""

SILENT_SECONDS = 1
"""The kernel keeps a connection to itself until its first request comes, or for so long."""

PAUSE_SECONDS = 0.1
"""Until the next try when a connection cannot be accepted, as for want of descriptors."""


class Port:
    """Accepts connections on one port."""

    def __init__(self, acceptor: Acceptor) -> None:
        """`acceptor` answers them."""
        self._acceptor = acceptor
        self._listener: socket.socket | None = None
        self._until_look = LOOK_EVERY
        self._calm_looks = 0
        self._at_once = 1
        self._pause: asyncio.TimerHandle | None = None

    def open(self, listener: socket.socket) -> None:
        """Accept what comes to this socket, which does not block."""
        self._listener = listener
        if _DEFER_ACCEPT is not None:
            listener.setsockopt(socket.IPPROTO_TCP, _DEFER_ACCEPT, SILENT_SECONDS)
        if count_waiting(listener) is None:
            self._at_once = ACCEPTED_AT_ONCE
        asyncio.get_running_loop().add_reader(listener.fileno(), self._accept_some, listener)

    def stop_accepting(self) -> None:
        """Accept no more; connections go on."""
        if self._pause is not None:
            self._pause.cancel()
        if self._listener is not None:
            asyncio.get_running_loop().remove_reader(self._listener.fileno())
            self._listener.close()
            self._listener = None

    async def close(self) -> None:
        """Close the connections that are not WebSockets."""
        await self._acceptor.close(CLOSE_SECONDS)

    def _accept_some(self, listener: socket.socket) -> None:
        if self._accept(listener) and self._at_once > 1:
            waiting = count_waiting(listener)
            more = self._at_once - 1
            for _ in range(more if waiting is None else min(waiting, more)):
                if not self._accept(listener):
                    return

    def _accept(self, listener: socket.socket) -> bool:
        """Accept a connection; False if none waits, or it fails."""
        try:
            # `accept` would make an object of it, which takes as long as its first answer.
            descriptor, address = listener._accept()  # type: ignore[attr-defined]
        except (BlockingIOError, ConnectionAbortedError):  # others were faster, or the peer is gone
            return False
        except OSError as error:
            self._stop_for_a_while(listener, error)
            return False
        os.set_blocking(descriptor, False)
        self._acceptor.accept(descriptor, address[0])
        self._until_look -= 1
        if not self._until_look:
            self._until_look = LOOK_EVERY
            self._look(listener)
        return True

    def _look(self, listener: socket.socket) -> None:
        """See whether connections wait, and so how many should be accepted at once."""
        waiting = count_waiting(listener)
        if waiting is None:
            return
        if waiting >= ACCEPTED_AT_ONCE:
            self._calm_looks = 0
            self._at_once = ACCEPTED_AT_ONCE
        else:
            self._calm_looks += 1
            if self._calm_looks >= CALM_LOOKS:
                self._at_once = 1

    def _stop_for_a_while(self, listener: socket.socket, error: OSError) -> None:
        """Accept nothing while it fails; `Descriptors` tells the operator of what is short."""
        log.debug("connections cannot be accepted", error=str(error))
        loop = asyncio.get_running_loop()
        loop.remove_reader(listener.fileno())
        self._pause = loop.call_later(PAUSE_SECONDS, self.open, listener)
