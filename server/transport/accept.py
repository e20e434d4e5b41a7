"""Accepts connections: the first bytes decide whether picows or uvicorn serves one.

uvicorn could hand WebSockets over itself (its `ws` setting), after it has parsed the request, made
a list of its headers and put it together again; that costs a tenth of a whole participant.
"""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Callable
from functools import cache
from http import HTTPStatus
from time import monotonic
from typing import Any, cast

from server.transport.admission import AdmissionControl
from server.transport.descriptors import Descriptors
from server.transport.handshake import Handshake
from server.transport.http import (
    HEAD_BYTES,
    HEAD_TOO_LONG,
    NOT_HTTP,
    BoundedHttp,
    answer_and_close,
    refusal,
)
from server.transport.picows_protocol import start_websocket

REQUEST_SECONDS = 60.0
"""How long a connection may be open without a whole request; browsers open some ahead of time."""

_GET = b"GET "
_METHOD = re.compile(rb"[A-Z]{1,16}(?: |$)")
_END = b"\r\n\r\n"
_UPGRADE = re.compile(rb"\r\nupgrade:[ \t]*websocket[ \t]*\r\n", re.IGNORECASE)

_OPERATIONS = re.compile(rb"GET [^ ?]*/(?:healthz|readyz|metrics)[ ?]")
"""What operators ask for is answered from the reserve of descriptors, too."""

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
            connection.shutdown()


class AcceptedConnection(asyncio.Protocol):
    """One connection until its first request shows what it is for."""

    __slots__ = (
        "_admission",
        "_descriptors",
        "_handshake",
        "_head",
        "_make_http",
        "_open",
        "_queued",
        "_reserved",
        "_timeouts",
        "_transport",
    )

    def __init__(
        self,
        handshake: Handshake,
        admission: AdmissionControl,
        descriptors: Descriptors,
        make_http: Callable[[], asyncio.Protocol],
        open_: set[Any],
        timeouts: _RequestTimeouts,
    ) -> None:
        """`open_` are uvicorn's connections, which it ends one by one when it shuts down."""
        self._handshake = handshake
        self._admission = admission
        self._descriptors = descriptors
        self._make_http = make_http
        self._open = open_
        self._timeouts = timeouts
        self._head = b""
        self._queued = False
        self._reserved = False
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Start the time limit of the first request."""
        self._transport = cast(asyncio.Transport, transport)
        self._open.add(self)
        self._timeouts.add(self)
        descriptor = transport.get_extra_info("socket").fileno()
        self._reserved = self._descriptors.take(self, descriptor)

    def data_received(self, data: bytes) -> None:
        """Read the head of the first request, and pass the connection on."""
        if self._transport is None:
            return  # it has been answered already
        head = self._head = self._head + data if self._head else data
        end = head.find(_END, 0, HEAD_BYTES)
        if end >= 0 and self._reserved and not _OPERATIONS.match(head):
            self._descriptors.refuse(self)
        elif end >= 0 and not (head.startswith(_GET) and _UPGRADE.search(head, 0, end + 2)):
            self._pass_to_http(head)
        elif len(head) > HEAD_BYTES:  # no client sends so much before a WebSocket is open
            self._refuse(HEAD_TOO_LONG)
        elif end < 0:
            if not _METHOD.match(head):
                self._refuse(NOT_HTTP)
        elif not self._queued:
            self._queued = True
            self._admission.admit(self._pass_to_websocket, self._reject)

    def connection_lost(self, error: Exception | None) -> None:
        """The peer is gone."""
        self._forget()
        self._transport = None

    def shutdown(self) -> None:
        """Close; nothing has been asked for, so nothing is owed."""
        if self._transport is not None:
            self._transport.close()
            self._transport = None

    def refuse_for_shortage(self) -> None:
        """Answer that there are too few descriptors, and close at once: it takes one itself."""
        if self._transport is not None:
            self._transport.write(_NO_DESCRIPTOR)
            self.shutdown()

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
            start_websocket(self._handshake, self._admission, self._detach(), self._head)

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
        self._timeouts.remove(self)
        if self._reserved:
            self._descriptors.decide(self)


_NO_DESCRIPTOR = refusal(
    HTTPStatus.SERVICE_UNAVAILABLE, "too many are connected; try again", "Retry-After: 5"
)


@cache
def _busy(retry_seconds: int) -> bytes:
    message = "too many come at once; try again"
    return refusal(HTTPStatus.SERVICE_UNAVAILABLE, message, f"Retry-After: {retry_seconds}")


def accept_with(
    handshake: Handshake, admission: AdmissionControl, descriptors: Descriptors
) -> MakeProtocol:
    """What to give uvicorn as its `http` setting."""
    timeouts = _RequestTimeouts()

    def make(**settings: Any) -> AcceptedConnection:
        """Make a protocol as uvicorn does: with `config`, `server_state`, `app_state`."""
        open_ = settings["server_state"].connections
        return AcceptedConnection(
            handshake,
            admission,
            descriptors,
            lambda: BoundedHttp(**settings),
            open_,
            timeouts,
        )

    return make
