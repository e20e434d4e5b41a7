"""Plain HTTP of a load process: a page as a browser loads it, over several kept connections."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Sequence

import msgspec

from bench.load.reactor import Reactor, Stream

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_END = b"\r\n\r\n"
_HAVE_NO_BODY = (b"HTTP/1.1 304", b"HTTP/1.1 204")
EXPECTED = (200, 304)
"""Every other status is a failure."""

CONNECTIONS = 6
"""To one host, in every browser."""


class Request(msgspec.Struct, frozen=True):
    """A request of a visit.

    Attributes:
        connection: the number of its connection, from 0.
        after: how many answers of the visit are complete before the browser sends it.
        path: with the query.
        head: the whole request, as it is sent.
    """

    connection: int
    after: int
    path: str
    head: bytes


class _HttpConnection(Stream):
    """A kept connection with one request on its way at most, as browsers speak HTTP/1.1."""

    __slots__ = ("_body_left", "_head", "_page", "idle", "waiting")

    def __init__(self, reactor: Reactor, page: PageLoad) -> None:
        super().__init__(reactor)
        self._page = page
        self._head = b""
        self._body_left = 0
        self.idle = True
        self.waiting: deque[Request] = deque()

    def go_on(self, answers: int) -> None:
        """Send the next request, if it may be sent after so many answers."""
        if self.idle and self.waiting and self.waiting[0].after <= answers:
            self.idle = False
            self.send(self.waiting.popleft().head)

    def on_data(self, data: bytes) -> None:
        if self._body_left:
            self._body_left -= len(data)
        else:
            data = self._head + data if self._head else data
            end = data.find(_END)
            if end < 0:
                self._head = data
                return
            self._head = b""
            self._page.status(int(data[9:12]))
            length = None if data.startswith(_HAVE_NO_BODY) else _LENGTH.search(data, 0, end)
            self._body_left = (int(length[1]) if length else 0) - (len(data) - end - len(_END))
        if not self._body_left:
            self.idle = True
            self._page.answered()

    def on_close(self, code: int) -> None:
        self._page.closed(self, code)


class PageLoad:
    """One load of a page. Its connections stay open until `leave`, as a browser keeps them.

    Attributes:
        failed: whether an answer was refused or a connection was lost.
    """

    __slots__ = ("_answers", "_connections", "_left", "_on_done", "_reactor", "_requests", "failed")

    def __init__(
        self, reactor: Reactor, requests: Sequence[Request], on_done: Callable[[PageLoad], None]
    ) -> None:
        """`on_done` is called once, when the last answer is complete or something failed."""
        self._reactor = reactor
        self._requests = requests
        self._on_done: Callable[[PageLoad], None] | None = on_done
        self._connections: dict[int, _HttpConnection] = {}
        self._answers = 0
        self._left = len(requests)
        self.failed = False

    def start(self) -> None:
        """Send the first request.

        Raises:
            OSError: there is no descriptor or no port.
        """
        self._open_connections()
        self._go_on()

    def go_on(self, requests: Sequence[Request], on_done: Callable[[PageLoad], None]) -> None:
        """Load more, over the same connections and new ones; the page so far is complete."""
        self._requests, self._on_done = requests, on_done
        self._answers, self._left = 0, len(requests)
        for request in requests:
            if (connection := self._connections.get(request.connection)) is not None:
                connection.waiting.append(request)
        self._open_connections()
        self._go_on()

    @property
    def loading(self) -> bool:
        """Whether answers are missing."""
        return self._left > 0 and not self.failed

    def leave(self) -> None:
        """Close the connections."""
        for connection in self._connections.values():
            if self._reactor.connections.get(connection.fd) is connection:
                connection.drop()
        self._connections.clear()

    def status(self, code: int) -> None:
        """The head of an answer came."""
        if code not in EXPECTED:
            self.failed = True

    def answered(self) -> None:
        """An answer is complete."""
        self._answers += 1
        self._left -= 1
        if self._left and not self.failed:
            self._open_connections()
            self._go_on()
        else:
            self._done()

    def closed(self, connection: _HttpConnection, code: int) -> None:
        """The service has closed a connection."""
        if self._left and (not connection.idle or connection.waiting):
            self.failed = True
            self._done()
        self._connections = {n: c for n, c in self._connections.items() if c is not connection}

    def _open_connections(self) -> None:
        """Open those whose first request may be sent now.

        While there are no more descriptors, an open connection takes these requests, too.

        Raises:
            OSError: there is no descriptor or no port, and no connection is open.
        """
        for request in self._requests:
            if request.after <= self._answers and request.connection not in self._connections:
                connection = _HttpConnection(self._reactor, self)
                mine = [one for one in self._requests if one.connection == request.connection]
                connection.waiting.extend(mine)
                try:
                    self._reactor.connect(connection)
                except OSError:
                    if not self._connections:
                        raise
                    connection = next(iter(self._connections.values()))
                    connection.waiting.extend(mine)
                self._connections[request.connection] = connection

    def _go_on(self) -> None:
        for connection in tuple(self._connections.values()):
            connection.go_on(self._answers)

    def _done(self) -> None:
        done, self._on_done = self._on_done, None
        if done is not None:
            done(self)


def on_one_connection(requests: Sequence[Request]) -> list[Request]:
    """The same requests, one after another."""
    return [
        Request(0, number, request.path, request.head) for number, request in enumerate(requests)
    ]


def spread(requests: Sequence[Request], connections: int) -> list[Request]:
    """The same requests as on a slow line: a browser asks for the rest of a page at once, over
    many connections as it may open.
    """
    return [
        Request(min(number, connections - 1), min(request.after, 1), request.path, request.head)
        for number, request in enumerate(requests)
    ]


def for_host(requests: Sequence[Request], host: str) -> list[Request]:
    """The same requests to another host."""
    line = b"\r\nHost: " + host.encode()
    changed = [re.sub(rb"\r\nHost: [^\r]+", line, request.head) for request in requests]
    return [
        Request(request.connection, request.after, request.path, head)
        for request, head in zip(requests, changed, strict=True)
    ]
