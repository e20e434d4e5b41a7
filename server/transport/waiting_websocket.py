"""A connection that has asked for a WebSocket and waits for admission control."""

from __future__ import annotations

import asyncio
import secrets
from functools import cache, partial
from http import HTTPStatus

from server.transport.admission import AdmissionControl
from server.transport.handshake import Handshake
from server.transport.http import HEAD_BYTES, HEAD_TOO_LONG, answer_and_close, refusal
from server.transport.open_connections import Closable, OpenConnections
from server.transport.peer import Peer
from server.transport.picows_protocol import start_websocket


class WaitingWebSocket(asyncio.Protocol):
    """Goes to picows, or is told when to come back."""

    __slots__ = (
        "_admission",
        "_connections",
        "_data",
        "_descriptor",
        "_handshake",
        "_peer",
        "_transport",
    )

    def __init__(
        self,
        handshake: Handshake,
        admission: AdmissionControl,
        connections: OpenConnections[Closable],
        peer: Peer,
        descriptor: int,
        data: bytes,
    ) -> None:
        """It is one of `connections` for as long as it waits.

        Args:
            handshake: answers the request.
            admission: decides when.
            connections: of the port.
            peer: whose connection it is.
            descriptor: its socket's.
            data: the whole request, and what came after it.
        """
        self._handshake = handshake
        self._admission = admission
        self._connections = connections
        self._peer = peer
        self._descriptor = descriptor
        self._data = data
        self._transport: asyncio.Transport | None = None
        connections.add(self)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait."""
        self._transport = transport  # type: ignore[assignment]  # that of a stream
        self._admission.admit(self._pass_to_websocket, self._reject)

    def data_received(self, data: bytes) -> None:
        """Keep it; no client sends much before a WebSocket is open."""
        self._data += data
        if len(self._data) > HEAD_BYTES and self._transport is not None:
            transport, self._transport = self._transport, None
            answer_and_close(transport, HEAD_TOO_LONG)

    def connection_lost(self, error: Exception | None) -> None:
        """The peer is gone."""
        self._connections.remove(self)
        self._transport = None

    def shutdown(self) -> None:
        """Close."""
        if self._transport is not None:
            self._transport.close()
            self._transport = None

    def end(self) -> None:
        """Close at once."""
        if self._transport is not None:
            self._transport.abort()
            self._transport = None

    def _reject(self, retry_within: float) -> None:
        """Too many wait: send a cheap answer with a random time to retry."""
        if self._transport is not None:
            self._transport.write(_busy(1 + secrets.randbelow(round(retry_within))))
            self.shutdown()

    def _pass_to_websocket(self) -> None:
        transport, self._transport = self._transport, None
        if transport is not None:
            self._connections.remove(self)
            handshake = partial(self._handshake, peer=self._peer)
            start_websocket(handshake, self._admission, transport, self._descriptor, self._data)


@cache
def _busy(retry_seconds: int) -> bytes:
    message = "too many come at once; try again"
    return refusal(HTTPStatus.SERVICE_UNAVAILABLE, message, f"Retry-After: {retry_seconds}")
