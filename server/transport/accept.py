"""What the first bytes of a connection ask for: a WebSocket goes to picows, all else to uvicorn.

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
from server.transport.handshake import Handshake
from server.transport.http import (
    HEAD_BYTES,
    HEAD_TOO_LONG,
    NO_REQUEST,
    PlainHttp,
    have_last_word,
    refusal,
)
from server.transport.picows_protocol import take_socket

FIRST_BYTES_SECONDS = 60.0
"""How long a connection may be open without a whole request; browsers open some ahead of time."""

_GET = b"GET "
_METHOD = re.compile(rb"[A-Z]{1,16}(?: |$)")
_END = b"\r\n\r\n"
_UPGRADE = re.compile(rb"\r\nupgrade:[ \t]*websocket[ \t]*\r\n", re.IGNORECASE)

MakeProtocol = Callable[..., asyncio.Protocol]


class _Silent:
    """Shards that have not made a whole request yet, oldest first.

    They have one timer: to set one for each and take it back is dearer than all else here.
    """

    def __init__(self) -> None:
        self._since: dict[AcceptedConnection, float] = {}
        self._timer: asyncio.TimerHandle | None = None

    def add(self, doorway: AcceptedConnection) -> None:
        self._since[doorway] = monotonic()
        if self._timer is None:
            self._look_in(FIRST_BYTES_SECONDS)

    def remove(self, doorway: AcceptedConnection) -> None:
        self._since.pop(doorway, None)

    def _look_in(self, seconds: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(seconds, self._end_some)

    def _end_some(self) -> None:
        self._timer = None
        now = monotonic()
        while self._since:
            doorway, since = next(iter(self._since.items()))
            if now < since + FIRST_BYTES_SECONDS:
                self._look_in(since + FIRST_BYTES_SECONDS - now)
                return
            self.remove(doorway)
            doorway.shutdown()


class AcceptedConnection(asyncio.Protocol):
    """One connection until it is known what it is for."""

    __slots__ = (
        "_handshake",
        "_head",
        "_make_http",
        "_open",
        "_porter",
        "_queued",
        "_silent",
        "_transport",
    )

    def __init__(
        self,
        handshake: Handshake,
        porter: AdmissionControl,
        make_http: Callable[[], asyncio.Protocol],
        open_: set[Any],
        silent: _Silent,
    ) -> None:
        """`open_` are uvicorn's connections, which it ends one by one when it shuts down."""
        self._handshake = handshake
        self._porter = porter
        self._make_http = make_http
        self._open = open_
        self._silent = silent
        self._head = b""
        self._queued = False
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Somebody is there."""
        self._transport = cast(asyncio.Transport, transport)
        self._open.add(self)
        self._silent.add(self)

    def data_received(self, data: bytes) -> None:
        """The beginning of a request."""
        if self._transport is None:
            return  # it has been answered already
        head = self._head = self._head + data if self._head else data
        end = head.find(_END, 0, HEAD_BYTES)
        if end >= 0 and not (head.startswith(_GET) and _UPGRADE.search(head, 0, end + 2)):
            self._go_to_http(head)
        elif len(head) > HEAD_BYTES:  # nobody says so much before a WebSocket is open
            self._refuse(HEAD_TOO_LONG)
        elif end < 0:
            if not _METHOD.match(head):
                self._refuse(NO_REQUEST)
        elif not self._queued:
            self._queued = True
            self._porter.admit(self._enter, self._turn_away)

    def connection_lost(self, error: Exception | None) -> None:
        """Gone again."""
        self._forget()
        self._transport = None

    def shutdown(self) -> None:
        """Nothing has been asked for, so nothing is owed."""
        if self._transport is not None:
            self._transport.close()
            self._transport = None

    def _refuse(self, answer: bytes) -> None:
        transport, self._transport = self._transport, None
        if transport is not None:
            have_last_word(transport, answer)

    def _enter(self) -> None:
        if self._transport is not None:
            take_socket(self._handshake, self._porter, self._leave(), self._head)

    def _turn_away(self, within: float) -> None:
        """Too many wait: an answer that costs little, with a time to come back, drawn at random."""
        if self._transport is not None:
            self._transport.write(_too_many(1 + secrets.randbelow(round(within))))
            self.shutdown()

    def _go_to_http(self, head: bytes) -> None:
        protocol = self._make_http()
        transport = self._leave()
        transport.set_protocol(protocol)
        protocol.connection_made(transport)
        protocol.data_received(head)

    def _leave(self) -> asyncio.Transport:
        assert self._transport is not None
        self._forget()
        return self._transport

    def _forget(self) -> None:
        self._open.discard(self)
        self._silent.remove(self)


@cache
def _too_many(retry_seconds: int) -> bytes:
    message = "too many come at once; try again"
    return refusal(HTTPStatus.SERVICE_UNAVAILABLE, message, f"Retry-After: {retry_seconds}")


def doorway(handshake: Handshake, porter: AdmissionControl) -> MakeProtocol:
    """What to give uvicorn as its `http` setting."""
    silent = _Silent()

    def make(**settings: Any) -> AcceptedConnection:
        """As uvicorn makes its own protocol: with `config`, `server_state`, `app_state`."""
        open_ = settings["server_state"].connections
        return AcceptedConnection(handshake, porter, lambda: PlainHttp(**settings), open_, silent)

    return make
