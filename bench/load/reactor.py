"""Sockets and timers of one load process, on epoll.

`bench.joiners` reports the load's own CPU for each user in every run. About half of it is the
kernel's work for packets.
"""

from __future__ import annotations

import errno
import select
import socket
from collections.abc import Callable
from contextlib import suppress
from heapq import heappop, heappush
from itertools import count
from time import monotonic, sleep
from typing import ClassVar

LONGEST_POLL_SECONDS = 0.05
GATHER_SECONDS = 0.001
"""Time for which events are gathered before they are handled together. It halves the load's CPU
under a light load, and adds the same time to every latency."""

READ_BYTES = 16_384
SOURCES = 250
"""Source addresses 127.0.0.1 to 127.0.0.250. Each has its own 28,000 ports, so ports in TIME_WAIT
do not run the load out of ports."""

_IP_BIND_ADDRESS_NO_PORT = 24
"""Linux: the port is chosen at `connect`, when the other end is known."""

_PENDING = (errno.EINPROGRESS, errno.EAGAIN, errno.ENOTCONN)


class Stream:
    """One TCP connection of a reactor. Subclasses override the callbacks."""

    __slots__ = ("_reactor", "_sock", "_unsent", "fd")

    def __init__(self, reactor: Reactor) -> None:
        """Not connected yet; `Reactor.connect` does that."""
        self._reactor = reactor
        self._sock: socket.socket
        self._unsent = b""
        self.fd = -1

    # Callbacks ----------------------------------------------------------------------------------

    def on_connect(self, request: bytes) -> None:
        """The socket is connecting and can be written to; `request` is the reactor's."""

    def on_data(self, data: bytes) -> None:
        """Bytes were received."""

    def on_end(self) -> None:
        """The peer has closed the connection, or it was lost."""
        self.cut()

    def on_close(self, code: int) -> None:
        """The connection has ended; the code is a WebSocket's: 1006 when it was lost."""

    # Calls of subclasses ------------------------------------------------------------------------

    def send(self, data: bytes) -> None:
        """Send bytes now, or when the socket is writable."""
        if self._unsent:
            self._unsent += data
            return
        try:
            sent = self._sock.send(data)
        except BlockingIOError:
            sent = 0
        except OSError as error:
            if error.errno not in _PENDING:
                return  # its end comes as an event
            sent = 0
        if sent < len(data):
            self._unsent = data[sent:]
            self._reactor.want_write(self.fd, wanted=True)

    def close(self) -> None:
        """End the connection in order; here, at once."""
        self.cut(1000)

    def cut(self, code: int = 1006) -> None:
        """End the connection at once."""
        self.drop()
        self.on_close(code)

    def hang_up(self, close_after: float) -> None:
        """End the connection at once for the peer; `on_close` is called, too.

        Its socket is closed so many seconds later: the kernel's work with thousands at once is
        that of their machines, and would hold this one up.
        """
        self._reactor.forget(self.fd)
        self._reactor.stop_polling(self.fd)
        with suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)
        self._reactor.at(monotonic() + close_after, self._sock.close)
        self.on_close(1006)

    def drop(self) -> None:
        """End the connection at once, without `on_close`."""
        self._reactor.forget(self.fd)
        self._sock.close()

    # Calls of the reactor -----------------------------------------------------------------------

    def start(self, sock: socket.socket, request: bytes) -> None:
        """The socket is connecting."""
        self._sock = sock
        self.fd = sock.fileno()
        self.on_connect(request)

    def writable(self) -> None:
        """Send what the socket did not take before."""
        data, self._unsent = self._unsent, b""
        self._reactor.want_write(self.fd, wanted=False)
        if data:
            self.send(data)

    def readable(self) -> None:
        """Read bytes, or the end of the stream."""
        try:
            data = self._sock.recv(READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self._reactor.bytes += len(data)
            self.on_data(data)
        else:
            self.on_end()


class Reactor:
    """One thread's connections and timers.

    Attributes:
        connections: by descriptor.
        bytes: received so far.
    """

    _reads: ClassVar[int] = select.EPOLLIN | select.EPOLLHUP | select.EPOLLERR

    def __init__(
        self,
        host: str,
        port: int,
        request: bytes,
        first_source: int = 0,
        *,
        no_delay: bool = True,
    ) -> None:
        """Connections go to `host` and `port` and open with `request`.

        Without `no_delay`, frames sent close to each other may wait for the peer's
        acknowledgement; those that answer something never do.
        """
        self._no_delay = no_delay
        self._address = (host, port)
        self._request = request
        self._poll = select.epoll()
        self._timers: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = count()
        self._source = first_source
        self.connections: dict[int, Stream] = {}
        self.bytes = 0

    def connect(self, connection: Stream) -> None:
        """Open it; on loopback the kernel has connected before the request is sent.

        Raises:
            OSError: there is no descriptor or no port.
        """
        # The plain type: the class around it costs as much as connecting.
        sock = socket.SocketType(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        if self._address[0].startswith("127."):
            self._source = self._source % SOURCES + 1
            sock.setsockopt(socket.IPPROTO_IP, _IP_BIND_ADDRESS_NO_PORT, 1)
            sock.bind((f"127.0.0.{self._source}", 0))
        if self._no_delay:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        error = sock.connect_ex(self._address)
        if error not in (0, errno.EINPROGRESS):
            sock.close()
            raise OSError(error, "cannot connect")
        fd = sock.fileno()
        self.connections[fd] = connection
        self._poll.register(fd, select.EPOLLIN)
        connection.start(sock, self._request)

    def at(self, moment: float, action: Callable[[], None]) -> None:
        """Call `action` at `moment` of the monotonic clock."""
        heappush(self._timers, (moment, next(self._numbers), action))

    def want_write(self, fd: int, *, wanted: bool) -> None:
        """Start or stop polling for a writable socket."""
        self._poll.modify(fd, select.EPOLLIN | select.EPOLLOUT if wanted else select.EPOLLIN)

    def forget(self, fd: int) -> None:
        """Remove a connection; its descriptor is closed next, which ends the polling."""
        self.connections.pop(fd, None)

    def stop_polling(self, fd: int) -> None:
        """Stop polling a descriptor that stays open."""
        self._poll.unregister(fd)

    def run_once(self, until: float) -> None:
        """Run due timers and handle events, at most until `until` or for 50 ms."""
        timers, now = self._timers, monotonic()
        while timers and timers[0][0] <= now:
            heappop(timers)[2]()
        if timers and timers[0][0] < until:
            until = timers[0][0]
        connections = self.connections
        sleep(GATHER_SECONDS)
        timeout = min(max(until - monotonic(), 0.0), LONGEST_POLL_SECONDS)
        for fd, event in self._poll.poll(timeout, 1_024):
            connection = connections.get(fd)
            if connection is None:
                continue
            if event & select.EPOLLOUT:
                connection.writable()
            if event & self._reads and fd in connections:
                connection.readable()
