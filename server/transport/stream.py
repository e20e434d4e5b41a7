"""The socket of an accepted connection, without a transport of the event loop."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import structlog

from server.transport.http import ANSWER_SECONDS, READ_BYTES
from server.transport.poller import READABLE, WRITABLE, Poller

PARTS_AT_ONCE = 16
"""Unsent parts that are offered to the kernel at once."""

log = structlog.get_logger()

CLOSED = -1


class Stream:
    """What a peer sends, and what it is sent; nothing more is read while something is unsent.

    Attributes:
        descriptor: of the socket, which does not block; CLOSED after the end.
    """

    __slots__ = (
        "_going_on",
        "_is_watched",
        "_last",
        "_lingers",
        "_poller",
        "_unsent",
        "descriptor",
    )

    def __init__(self, poller: Poller, descriptor: int) -> None:
        """Own this socket; `watch` begins."""
        self.descriptor = descriptor
        self._poller = poller
        self._is_watched = False
        self._unsent: list[memoryview] | None = None
        self._going_on: asyncio.Handle | None = None
        self._last = False  # close when everything is sent
        self._lingers = False  # a refusal was the last that is sent

    def watch(self) -> None:
        """Have `ready` called from now on."""
        try:
            self._poller.add(self.descriptor, READABLE if self._unsent is None else WRITABLE, self)
        except OSError as error:
            log.warning("a connection is lost: it cannot be watched", error=str(error))
            self.end()
        else:
            self._is_watched = True

    @property
    def is_idle(self) -> bool:
        """Whether everything is sent, and more may be now."""
        return (
            self._unsent is None
            and self._going_on is None
            and self.descriptor != CLOSED
            and not self._lingers
        )

    def received(self, data: bytes) -> None:
        """This has come."""
        raise NotImplementedError

    def go_on(self) -> None:
        """Everything is sent that had to wait, or `go_on_soon` was called."""
        raise NotImplementedError

    def gone(self) -> None:
        """The socket is closed, or somebody else's."""
        raise NotImplementedError

    def ready(self) -> None:
        """Send or read what can be; close if that fails."""
        try:
            if self._unsent is not None:
                self._send_more()
            elif self._going_on is None:  # nothing more is read before that
                self._read()
        except Exception:
            log.exception("a connection has failed and is closed")
            self.end()

    def send(self, parts: tuple[bytes, ...], size: int) -> bool:
        """Send these parts, of `size` bytes; False if some have to wait, or the peer is gone."""
        sent = 0
        if self._unsent is None:
            try:
                sent = os.writev(self.descriptor, parts)
            except BlockingIOError:
                pass  # it takes nothing now
            except OSError:
                self.end()
                return False
            if sent == size:
                return True
        self._keep(parts, sent)
        return False

    def go_on_soon(self) -> None:
        """Call `go_on` in the next pass of the event loop, after other connections."""
        if self._going_on is None:
            self._going_on = asyncio.get_running_loop().call_soon(self._go_on)

    def send_last(self, parts: tuple[bytes, ...], size: int) -> None:
        """Send this, and close when everything is sent."""
        self.send(parts, size)
        self.shutdown()

    def shutdown(self) -> None:
        """Close when everything is sent; nothing more is read."""
        if self._unsent is not None:
            self._last = True
        elif not self._lingers:  # else it is closed soon
            self.end()

    def refuse(self, answer: bytes) -> None:
        """Send this last, and close when the peer does, or soon; ignore what comes until then.

        Closing a connection with unread bytes resets it, and the answer may get lost.
        """
        self._lingers = True
        asyncio.get_running_loop().call_later(ANSWER_SECONDS, self.end)
        if self.send((answer,), len(answer)):
            self._shut_down()

    def end(self) -> None:
        """Close at once."""
        if self.descriptor != CLOSED:
            if self._is_watched:
                self._poller.close_socket(self.descriptor)
            else:
                os.close(self.descriptor)
            self._leave()

    def give_away(self) -> int:
        """The socket, which is the caller's from now on."""
        descriptor = self.descriptor
        if self._is_watched:
            self._poller.remove(descriptor)
        self._leave()
        return descriptor

    def _read(self) -> None:
        try:
            data = os.read(self.descriptor, READ_BYTES)
        except BlockingIOError:
            return
        except OSError:  # the peer has reset the connection
            data = b""
        if not data:
            self.end()
        elif not self._lingers:
            self.received(data)

    def _leave(self) -> None:
        self.descriptor = CLOSED
        self._unsent = None
        if self._going_on is not None:
            self._going_on.cancel()
        self.gone()

    def _go_on(self) -> None:
        self._going_on = None
        self.go_on()

    def _keep(self, parts: tuple[bytes, ...], sent: int) -> None:
        if self._unsent is None:
            self._unsent = []
            if self._is_watched:
                self._poller.wait_for(self.descriptor, WRITABLE)
        self._unsent += map(memoryview, parts)
        self._drop(sent)

    def _send_more(self) -> None:
        unsent = self._unsent
        assert unsent is not None
        try:
            self._drop(os.writev(self.descriptor, unsent[:PARTS_AT_ONCE]))
        except BlockingIOError:
            return
        except OSError:
            self.end()
            return
        if unsent:
            return
        self._unsent = None
        if self._last and not self._lingers:
            self.end()
            return
        self._poller.wait_for(self.descriptor, READABLE)
        if self._lingers:
            self._shut_down()
        else:
            self.go_on_soon()

    def _drop(self, sent: int) -> None:
        unsent = self._unsent
        assert unsent is not None
        whole = 0
        while whole < len(unsent) and sent >= len(unsent[whole]):
            sent -= len(unsent[whole])
            whole += 1
        del unsent[:whole]
        if sent:
            unsent[0] = unsent[0][sent:]

    def _shut_down(self) -> None:
        with as_socket(self.descriptor) as own, suppress(OSError):  # the peer may be gone
            own.shutdown(socket.SHUT_WR)


@contextmanager
def as_socket(descriptor: int) -> Iterator[socket.socket]:
    """The socket with this descriptor, which stays open."""
    own = socket.socket(fileno=descriptor)
    try:
        yield own
    finally:
        own.detach()


def address_of_peer(descriptor: int) -> str:
    """The address that a socket is connected to; "" when the peer is gone already."""
    with suppress(OSError), as_socket(descriptor) as own:
        return str(own.getpeername()[0])
    return ""
