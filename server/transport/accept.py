"""Answers what is prepared on the connections of a worker; other requests are passed on.

Everything here runs on the event loop that carries ink, so nothing may hold it for long.
"""

from __future__ import annotations

import asyncio
import os
import re
from functools import cache
from http import HTTPStatus
from time import time
from typing import Protocol

from server.transport.admission import AdmissionControl
from server.transport.attacher import Attacher
from server.transport.descriptors import Descriptors
from server.transport.direct_answers import DirectAnswers
from server.transport.handshake import Handshake
from server.transport.http import (
    END,
    HEAD_BYTES,
    HEAD_TOO_LONG,
    NOT_HTTP,
    refusal,
)
from server.transport.open_connections import Closable, OpenConnections
from server.transport.peer import ANYBODY, UNLIMITED, ConnectionLimit
from server.transport.poller import Poller
from server.transport.stream import CLOSED, Stream, address_of_peer
from server.transport.waiting_websocket import WaitingWebSocket

_GET = b"GET "
_METHOD = re.compile(rb"[A-Z]{1,16}(?: |$)")
_UPGRADE = re.compile(rb"\r\nupgrade:[ \t]*websocket[ \t]*\r\n", re.IGNORECASE)
_CONNECTION = re.compile(rb"\r\nconnection:[^\r\n]*\bupgrade\b", re.IGNORECASE)
"""An `Upgrade` that this header does not name is not meant for this server (RFC 9110, 7.8)."""

_UPGRADE_LINE = b"\r\nUpgrade: websocket\r\n"
_CONNECTION_LINE = b"\r\nConnection: Upgrade\r\n"
"""The two lines as Chromium and most libraries write them."""

_OPERATIONS = re.compile(rb"GET [^ ?]*/(?:healthz|readyz|metrics)[ ?]")
"""Paths for operators: they are answered even when only the reserve of descriptors is left."""

ANSWERS_AT_ONCE = 16
"""Prepared answers to one connection in a pass of the event loop."""

POLL_SECONDS = 0.02


class OtherRequests(Protocol):
    """Takes the connections whose next request is not answered here."""

    def take(self, descriptor: int, data: bytes) -> bool:
        """Take a connection over; False when too many wait already.

        Args:
            descriptor: of the connection; it is closed here once this has returned True.
            data: a request with a whole head, and what came after it; at most REQUEST_BYTES.
        """


class Acceptor:
    """What every connection of a worker is accepted with.

    Attributes:
        connections: open ones that are neither WebSockets nor handed over.
    """

    def __init__(
        self,
        handshake: Handshake,
        admission: AdmissionControl,
        descriptors: Descriptors,
        answers: DirectAnswers,
        other_requests: OtherRequests,
        limit: ConnectionLimit = UNLIMITED,
    ) -> None:
        """Each part is that of the worker; a network opens no more WebSockets than `limit` says."""
        self.descriptors = descriptors
        self.answers = answers
        self.other_requests = other_requests
        self.connections: OpenConnections[Closable] = OpenConnections()
        self.poller = Poller()
        self._handshake = handshake
        self._admission = admission
        self._limit = limit
        self._attacher = Attacher()

    def accept(self, descriptor: int, address: str, data: bytes = b"") -> None:
        """Own a connection.

        Args:
            descriptor: its socket, which does not block.
            address: of the peer.
            data: what was read elsewhere.
        """
        connection = AcceptedConnection(self, descriptor, address, data)
        self.connections.add(connection)
        if self.descriptors.take(connection):
            connection.reserved = True
        connection.start()

    def take_back(self, descriptor: int, data: bytes) -> None:
        """Own a connection that was answered elsewhere, where `data` was read."""
        self.accept(descriptor, address_of_peer(descriptor), data)

    def open_websocket(self, connection: AcceptedConnection, data: bytes) -> None:
        """Have a WebSocket opened in its turn, unless its network opens too many."""
        peer = self._limit.identify(connection.address, data)
        wait = self._limit.retry_seconds(peer) if peer is not ANYBODY else 0
        if wait:
            answer = _too_many(wait)
            connection.send_last((answer,), len(answer))
            return
        descriptor = connection.give_away()
        waiting = WaitingWebSocket(
            self._handshake, self._admission, self.connections, peer, descriptor, data
        )
        self._attacher.attach(descriptor, waiting)

    async def close(self, seconds: float) -> None:
        """Close all connections when their answers are out, and wait so long for that at most."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        for connection in self.connections:
            connection.shutdown()
        while self.connections and loop.time() < until:  # noqa: ASYNC110
            await asyncio.sleep(POLL_SECONDS)
        for connection in self.connections:
            connection.end()
        self.poller.close()


class AcceptedConnection(Stream):
    """One connection until a request shows that it is for picows or to be answered elsewhere.

    Requests whose answers are prepared do not show it: they are answered here, one after another.

    Attributes:
        address: of the peer.
        reserved: its descriptor is one of the reserve, so that it may have to be refused.
    """

    __slots__ = ("_acceptor", "_data", "address", "reserved")

    def __init__(self, acceptor: Acceptor, descriptor: int, address: str, data: bytes) -> None:
        """See `Acceptor.accept`."""
        super().__init__(acceptor.poller, descriptor)
        self._acceptor = acceptor
        self._data = data
        self.address = address
        self.reserved = False

    def start(self) -> None:
        """Read what has come, of which most are done with, and wait for more."""
        if self._data:
            self.go_on_soon()
        elif self.descriptor != CLOSED:
            self.ready()
        if self.descriptor != CLOSED:
            self.watch()

    def received(self, data: bytes) -> None:
        """Answer what is prepared, and pass the connection on with any other request."""
        if not self._data and not self.reserved:
            acceptor = self._acceptor
            answer = acceptor.answers.answer_again(data, time())
            if answer is not None:
                parts, size, last = answer
                if last:
                    self.send_last(parts, size)
                elif self.send(parts, size):
                    acceptor.connections.answered(self)
                return
            if _is_plain_upgrade(data):
                acceptor.open_websocket(self, data)
                return
        self._data = self._data + data if self._data else data
        self.go_on()

    def go_on(self) -> None:
        """Answer some of the requests that have come; the others wait for all answers to be out."""
        acceptor, data, at = self._acceptor, self._data, 0
        for _ in range(ANSWERS_AT_ONCE):
            end = data.find(END, at, at + HEAD_BYTES)
            if end < 0:
                break
            if self.reserved and not _OPERATIONS.match(data, at):
                acceptor.descriptors.refuse(self)
                return
            answer = acceptor.answers.answer(data[at : end + len(END)], time())
            if answer is None:
                break
            at = end + len(END)
            parts, size, last = answer
            if last:
                self.send_last(parts, size)
            if last or not self.send(parts, size):
                break
        else:
            self.go_on_soon()
        if at:
            self._data = data[at:]
            acceptor.connections.answered(self)
        if self._data and self.is_idle:
            self._read_other_request(end - at)

    def gone(self) -> None:
        """The connection is no more, or not here."""
        self._acceptor.connections.remove(self)
        if self.reserved:
            self._acceptor.descriptors.decide(self)

    def refuse_for_shortage(self) -> None:
        """Answer that there are too few descriptors, and close at once, which frees one."""
        self.send((_NO_DESCRIPTOR,), len(_NO_DESCRIPTOR))
        self.end()

    def _read_other_request(self, end: int) -> None:
        """Go on with a request whose answer is not prepared, or whose head is not whole yet."""
        head = self._data
        if head.startswith(b"\r\n"):  # some clients send an empty line after a body
            self._data = head.lstrip(b"\r\n")
            self.go_on_soon()
        elif end >= 0 and not _asks_for_websocket(head, end):
            self._pass_on()
        elif len(head) > HEAD_BYTES:  # no client sends so much before a WebSocket is open
            self.refuse(HEAD_TOO_LONG)
        elif end >= 0:
            self._acceptor.open_websocket(self, head)
        elif not _METHOD.match(head):
            self.refuse(NOT_HTTP)

    def _pass_on(self) -> None:
        """Have the request answered elsewhere."""
        if self._acceptor.other_requests.take(self.descriptor, self._data):
            os.close(self.give_away())
        else:
            self.refuse(_BUSY_ELSEWHERE)


def _is_plain_upgrade(received: bytes) -> bool:
    """Whether this is one request for a WebSocket and nothing else, written as most clients do.

    A search for two whole lines takes a tenth of what it takes to read a head.
    """
    return (
        _UPGRADE_LINE in received
        and _CONNECTION_LINE in received
        and received.startswith(_GET)
        and received.find(END, 0, HEAD_BYTES) == len(received) - len(END)
    )


def _asks_for_websocket(head: bytes, end: int) -> bool:
    """Whether the request that ends at `end` does; the handshake says whether it may."""
    return (
        head.startswith(_GET)
        and _UPGRADE.search(head, 0, end + 2) is not None
        and _CONNECTION.search(head, 0, end) is not None
    )


_NO_DESCRIPTOR = refusal(
    HTTPStatus.SERVICE_UNAVAILABLE, "too many are connected; try again", "Retry-After: 5"
)
_BUSY_ELSEWHERE = refusal(
    HTTPStatus.SERVICE_UNAVAILABLE, "too many ask for this at once; try again", "Retry-After: 5"
)


@cache
def _too_many(retry_seconds: int) -> bytes:
    message = "too many connections from your network; try again later"
    return refusal(HTTPStatus.TOO_MANY_REQUESTS, message, f"Retry-After: {retry_seconds}")
