"""Accepts connections, and answers what is prepared; other requests go to picows or elsewhere.

Everything here runs on the event loop that carries ink, so nothing may hold it for long.
"""

from __future__ import annotations

import asyncio
import re
import secrets
from functools import cache, partial
from http import HTTPStatus
from time import time
from typing import Protocol

from server.transport.admission import AdmissionControl
from server.transport.descriptors import Descriptors
from server.transport.direct_answers import Answer, DirectAnswers
from server.transport.handshake import Handshake
from server.transport.http import (
    END,
    HEAD_BYTES,
    HEAD_TOO_LONG,
    NOT_HTTP,
    REQUEST_BYTES,
    TOO_LONG,
    answer_and_close,
    refusal,
)
from server.transport.open_connections import OpenConnections
from server.transport.peer import ANYBODY, UNLIMITED, ConnectionLimit, Peer
from server.transport.picows_protocol import start_websocket

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
        self.handshake = handshake
        self.limit = limit
        self.admission = admission
        self.descriptors = descriptors
        self.answers = answers
        self.other_requests = other_requests
        self.connections: OpenConnections[AcceptedConnection] = OpenConnections()

    def accept(self, data: bytes = b"") -> AcceptedConnection:
        """The protocol of a new connection, or of one of which `data` was read elsewhere."""
        return AcceptedConnection(self, data)

    async def close(self, seconds: float) -> None:
        """Close all connections when their answers are out, and wait so long for that at most."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        for connection in self.connections:
            connection.shutdown()
        while self.connections and loop.time() < until:  # noqa: ASYNC110
            await asyncio.sleep(POLL_SECONDS)


class AcceptedConnection(asyncio.Protocol):
    """One connection until a request shows that it is for picows or to be answered elsewhere.

    Requests whose answers are prepared do not show it: they are answered here, one after another.
    """

    __slots__ = (
        "_acceptor",
        "_data",
        "_going_on",
        "_peer",
        "_queued",
        "_reserved",
        "_transport",
        "_writable",
    )

    def __init__(self, acceptor: Acceptor, data: bytes = b"") -> None:
        """`data` has been read already."""
        self._acceptor = acceptor
        self._data = data
        self._peer: Peer = ANYBODY
        self._queued = False
        self._reserved = False
        self._writable = True
        self._going_on: asyncio.Handle | None = None
        self._transport: asyncio.Transport | None = None

    @property
    def descriptor(self) -> int:
        """That of an open connection's socket."""
        assert self._transport is not None
        descriptor: int = self._transport.get_extra_info("socket").fileno()
        return descriptor

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Start the time limit of the first request."""
        acceptor = self._acceptor
        self._transport = transport  # type: ignore[assignment]  # that of a stream
        acceptor.connections.add(self)
        self._reserved = acceptor.descriptors.take(self)
        if self._data:
            self._go_on_soon()

    def data_received(self, data: bytes) -> None:
        """Answer what is prepared, and pass the connection on with any other request."""
        transport = self._transport
        if transport is None:
            return  # it has been answered already
        if not self._data and not self._reserved and self._writable and self._going_on is None:
            if data in self._acceptor.answers.given:
                answer = self._acceptor.answers.answer_again(data, time())
                if answer is not None:
                    self._give(transport, answer)
                    return
            elif _is_plain_upgrade(data):
                self._data, self._queued = data, True
                self._admit_websocket(transport)
                return
        self._data = self._data + data if self._data else data
        if self._writable and self._going_on is None:
            self._read_requests(transport)

    def _give(self, transport: asyncio.Transport, answer: Answer) -> None:
        """Answer the only request that has come."""
        answer.write_to(transport)
        if answer.close:
            self.shutdown()
            return
        self._acceptor.connections.answered(self)
        if not self._writable:
            transport.pause_reading()

    def pause_writing(self) -> None:
        """The peer does not read its answers: no more of its requests are read."""
        self._writable = False

    def resume_writing(self) -> None:
        """The peer reads again."""
        self._writable = True
        if self._transport is not None:
            self._go_on_soon()

    def connection_lost(self, error: Exception | None) -> None:
        """The peer is gone."""
        self._forget()
        self._transport = None

    def shutdown(self) -> None:
        """Close when the answers are out; no other request has come."""
        if self._transport is not None:
            self._transport.close()
            self._transport = None

    def end(self) -> None:
        """Close at once, also when the peer does not read its answers."""
        if self._transport is not None:
            self._transport.abort()
            self._transport = None

    def refuse_for_shortage(self) -> None:
        """Answer that there are too few descriptors, and close at once, which frees one."""
        if self._transport is not None:
            self._transport.write(_NO_DESCRIPTOR)
            self.shutdown()

    def _read_requests(self, transport: asyncio.Transport) -> None:
        """Answer some of the requests that have come; nothing more is read while others wait."""
        data, at = self._data, 0
        for _ in range(ANSWERS_AT_ONCE):
            end = data.find(END, at, at + HEAD_BYTES)
            if end < 0:
                break
            if self._reserved and not _OPERATIONS.match(data, at):
                self._acceptor.descriptors.refuse(self)
                return
            answer = self._acceptor.answers.answer(data[at : end + len(END)], time())
            if answer is None:
                break
            answer.write_to(transport)
            if answer.close:
                self.shutdown()
                return
            at = end + len(END)
            if not self._writable:
                break
        else:
            self._go_on_soon()
        if at:
            self._data = data[at:]
            self._acceptor.connections.answered(self)
        if self._writable and self._going_on is None:
            transport.resume_reading()
            if self._data:
                self._read_other_request(transport, end - at)
        else:
            transport.pause_reading()

    def _go_on_soon(self) -> None:
        """Go on with what has come in the next pass of the event loop, after other connections."""
        if self._going_on is None:
            self._going_on = asyncio.get_running_loop().call_soon(self._go_on)

    def _go_on(self) -> None:
        self._going_on = None
        self.data_received(b"")

    def _read_other_request(self, transport: asyncio.Transport, end: int) -> None:
        """Go on with a request whose answer is not prepared, or whose head is not whole yet."""
        head = self._data
        if head.startswith(b"\r\n"):  # some clients send an empty line after a body
            self._data = head.lstrip(b"\r\n")
            self._go_on_soon()
        elif end >= 0 and not _asks_for_websocket(head, end):
            self._pass_on(transport)
        elif len(head) > HEAD_BYTES:  # no client sends so much before a WebSocket is open
            self._refuse(HEAD_TOO_LONG)
        elif end < 0:
            if head and not _METHOD.match(head):
                self._refuse(NOT_HTTP)
        elif not self._queued:
            self._queued = True
            self._admit_websocket(transport)

    def _admit_websocket(self, transport: asyncio.Transport) -> None:
        """Have the WebSocket opened in its turn, unless its network opens too many."""
        acceptor = self._acceptor
        self._peer = peer = acceptor.limit.identify(transport, self._data)
        wait = acceptor.limit.retry_seconds(peer) if peer is not ANYBODY else 0
        if wait:
            transport.write(_too_many(wait))
            self.shutdown()
        else:
            acceptor.admission.admit(self._pass_to_websocket, self._reject)

    def _refuse(self, answer: bytes) -> None:
        transport, self._transport = self._transport, None
        if transport is not None:
            answer_and_close(transport, answer)

    def _reject(self, retry_within: float) -> None:
        """Too many wait: send a cheap answer with a random time to retry."""
        if self._transport is not None:
            self._transport.write(_busy(1 + secrets.randbelow(round(retry_within))))
            self.shutdown()

    def _pass_to_websocket(self) -> None:
        if self._transport is not None:
            acceptor = self._acceptor
            handshake = partial(acceptor.handshake, peer=self._peer)
            descriptor, transport = self.descriptor, self._detach()
            start_websocket(handshake, acceptor.admission, transport, descriptor, self._data)

    def _pass_on(self, transport: asyncio.Transport) -> None:
        """Have the request answered elsewhere; first, all answers before it have to be out."""
        if transport.get_write_buffer_size():
            transport.pause_reading()
            transport.set_write_buffer_limits(0)  # calls `pause_writing`, and later the opposite
        elif len(self._data) > REQUEST_BYTES:
            self._refuse(TOO_LONG)
        elif self._acceptor.other_requests.take(self.descriptor, self._data):
            self._detach().abort()
        else:
            self._refuse(_BUSY_ELSEWHERE)

    def _detach(self) -> asyncio.Transport:
        transport, self._transport = self._transport, None
        assert transport is not None
        self._forget()
        return transport

    def _forget(self) -> None:
        self._acceptor.connections.remove(self)
        if self._going_on is not None:
            self._going_on.cancel()
        if self._reserved:
            self._acceptor.descriptors.decide(self)


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
def _busy(retry_seconds: int) -> bytes:
    message = "too many come at once; try again"
    return refusal(HTTPStatus.SERVICE_UNAVAILABLE, message, f"Retry-After: {retry_seconds}")


@cache
def _too_many(retry_seconds: int) -> bytes:
    message = "too many connections from your network; try again later"
    return refusal(HTTPStatus.TOO_MANY_REQUESTS, message, f"Retry-After: {retry_seconds}")
