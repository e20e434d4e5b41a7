"""Accepts connections, and answers what is prepared; other requests go to picows or to uvicorn.

uvicorn could hand WebSockets over itself (its `ws` setting), after it has parsed the request, made
a list of its headers and put it together again; that costs a tenth of a whole participant.
"""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Callable
from functools import cache, partial
from http import HTTPStatus
from time import monotonic, time
from typing import Any, cast

from server.transport.admission import AdmissionControl
from server.transport.descriptors import Descriptors
from server.transport.direct_answers import END, DirectAnswers
from server.transport.handshake import Handshake
from server.transport.http import (
    HEAD_BYTES,
    HEAD_TOO_LONG,
    NOT_HTTP,
    BoundedHttp,
    answer_and_close,
    refusal,
)
from server.transport.peer import ANYBODY, UNLIMITED, ConnectionLimit, Peer
from server.transport.picows_protocol import start_websocket

REQUEST_SECONDS = 60.0
"""How long a connection may be open without a whole request; browsers open some ahead of time."""

_GET = b"GET "
_METHOD = re.compile(rb"[A-Z]{1,16}(?: |$)")
_UPGRADE = re.compile(rb"\r\nupgrade:[ \t]*websocket[ \t]*\r\n", re.IGNORECASE)

_OPERATIONS = re.compile(rb"GET [^ ?]*/(?:healthz|readyz|metrics)[ ?]")
"""What operators ask for is answered from the reserve of descriptors, too."""

ANSWERS_AT_ONCE = 16
"""Prepared answers to one connection in a pass of the event loop."""

MakeProtocol = Callable[..., asyncio.Protocol]


class _RequestTimeouts:
    """Ends connections that have not made a whole request in time; oldest first.

    They share one timer: to set and cancel one for each costs more than everything else here.
    """

    def __init__(self) -> None:
        self._since: dict[AcceptedConnection, float] = {}
        self._timer: asyncio.TimerHandle | None = None

    def add(self, connection: AcceptedConnection) -> None:
        self._since[connection] = monotonic()
        if self._timer is None:
            self._set_timer(REQUEST_SECONDS)

    def begin_anew(self, connection: AcceptedConnection) -> None:
        """It has been answered, and may wait as long again."""
        del self._since[connection]
        self._since[connection] = monotonic()

    def remove(self, connection: AcceptedConnection) -> None:
        self._since.pop(connection, None)

    def _set_timer(self, seconds: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(seconds, self._end_overdue)

    def _end_overdue(self) -> None:
        self._timer = None
        now = monotonic()
        while self._since:
            connection, since = next(iter(self._since.items()))
            if now < since + REQUEST_SECONDS:
                self._set_timer(since + REQUEST_SECONDS - now)
                return
            self.remove(connection)
            connection.end()


class Acceptor:
    """What every connection of a worker is accepted with."""

    def __init__(
        self,
        handshake: Handshake,
        admission: AdmissionControl,
        descriptors: Descriptors,
        answers: DirectAnswers,
        limit: ConnectionLimit = UNLIMITED,
    ) -> None:
        """Each part is that of the worker; a network opens no more WebSockets than `limit` says."""
        self.handshake = handshake
        self.limit = limit
        self.admission = admission
        self.descriptors = descriptors
        self.answers = answers
        self.timeouts = _RequestTimeouts()

    def make_protocol(self, **settings: Any) -> AcceptedConnection:
        """Make a protocol as uvicorn does: with `config`, `server_state`, `app_state`."""

        def make_http() -> asyncio.Protocol:
            return BoundedHttp(self.answers, **settings)

        return AcceptedConnection(self, make_http, settings["server_state"].connections)


class AcceptedConnection(asyncio.Protocol):
    """One connection until a request shows that it is for picows or for uvicorn.

    Requests whose answers are prepared do not show it: they are answered here, one after another.
    """

    __slots__ = (
        "_acceptor",
        "_data",
        "_going_on",
        "_make_http",
        "_open",
        "_peer",
        "_queued",
        "_reserved",
        "_transport",
        "_writable",
    )

    def __init__(
        self, acceptor: Acceptor, make_http: Callable[[], asyncio.Protocol], open_: set[Any]
    ) -> None:
        """`open_` are uvicorn's connections, which it ends one by one when it shuts down."""
        self._acceptor = acceptor
        self._make_http = make_http
        self._open = open_
        self._data = b""
        self._peer: Peer = ANYBODY
        self._queued = False
        self._reserved = False
        self._writable = True
        self._going_on: asyncio.Handle | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Start the time limit of the first request."""
        self._transport = cast(asyncio.Transport, transport)
        self._open.add(self)
        self._acceptor.timeouts.add(self)
        descriptor = transport.get_extra_info("socket").fileno()
        self._reserved = self._acceptor.descriptors.take(self, descriptor)

    def data_received(self, data: bytes) -> None:
        """Answer what is prepared, and pass the connection on with any other request."""
        if self._transport is None:
            return  # it has been answered already
        self._data = self._data + data if self._data else data
        if self._writable and self._going_on is None:
            self._read_requests(self._transport)

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
        """Close when the answers are out; nothing else has been asked for, so nothing is owed."""
        if self._transport is not None:
            self._transport.close()
            self._transport = None

    def end(self) -> None:
        """Close at once, also when the peer does not read its answers."""
        if self._transport is not None:
            self._transport.abort()
            self._transport = None

    def refuse_for_shortage(self) -> None:
        """Answer that there are too few descriptors, and close at once: it takes one itself."""
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
            answer = self._acceptor.answers.answer(data, time(), at)
            if answer is None:
                break
            transport.writelines(answer.data)
            if answer.close:
                self.shutdown()
                return
            at += answer.used
            if not self._writable:
                break
        else:
            self._go_on_soon()
        if at:
            self._data = data[at:]
            self._acceptor.timeouts.begin_anew(self)
        if self._writable and self._going_on is None:
            transport.resume_reading()
            self._read_other_request(end - at)
        else:
            transport.pause_reading()

    def _go_on_soon(self) -> None:
        """Go on with what has come; first it is the turn of others."""
        if self._going_on is None:
            self._going_on = asyncio.get_running_loop().call_soon(self._go_on)

    def _go_on(self) -> None:
        self._going_on = None
        self.data_received(b"")

    def _read_other_request(self, end: int) -> None:
        """Go on with a request whose answer is not prepared, or whose head is not whole yet."""
        head = self._data
        if end >= 0 and not (head.startswith(_GET) and _UPGRADE.search(head, 0, end + 2)):
            self._pass_to_http(head)
        elif len(head) > HEAD_BYTES:  # no client sends so much before a WebSocket is open
            self._refuse(HEAD_TOO_LONG)
        elif end < 0:
            if head and not _METHOD.match(head):
                self._refuse(NOT_HTTP)
        elif not self._queued:
            self._queued = True
            self._admit_websocket()

    def _admit_websocket(self) -> None:
        """Have the WebSocket opened in its turn, unless its network opens too many."""
        acceptor, transport = self._acceptor, self._transport
        assert transport is not None
        self._peer = acceptor.limit.identify(transport, self._data)
        wait = acceptor.limit.retry_seconds(self._peer)
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
            start_websocket(handshake, acceptor.admission, self._detach(), self._data)

    def _pass_to_http(self, head: bytes) -> None:
        protocol = self._make_http()
        transport = self._detach()
        transport.set_protocol(protocol)
        protocol.connection_made(transport)
        protocol.data_received(head)

    def _detach(self) -> asyncio.Transport:
        assert self._transport is not None
        self._forget()
        return self._transport

    def _forget(self) -> None:
        self._open.discard(self)
        self._acceptor.timeouts.remove(self)
        if self._going_on is not None:
            self._going_on.cancel()
        if self._reserved:
            self._acceptor.descriptors.decide(self)


_NO_DESCRIPTOR = refusal(
    HTTPStatus.SERVICE_UNAVAILABLE, "too many are connected; try again", "Retry-After: 5"
)


@cache
def _busy(retry_seconds: int) -> bytes:
    message = "too many come at once; try again"
    return refusal(HTTPStatus.SERVICE_UNAVAILABLE, message, f"Retry-After: {retry_seconds}")


@cache
def _too_many(retry_seconds: int) -> bytes:
    message = "too many connections from your network; try again later"
    return refusal(HTTPStatus.TOO_MANY_REQUESTS, message, f"Retry-After: {retry_seconds}")
