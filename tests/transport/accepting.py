"""Accepts connections as a worker does, without a worker."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from server.transport.accept import Acceptor, OtherRequests
from server.transport.admission import AdmissionControl
from server.transport.codec import Codec
from server.transport.descriptors import Descriptors
from server.transport.direct_answers import DirectAnswers
from server.transport.handshake import Handshake
from server.transport.listener import bind, listen
from server.transport.peer import Peer
from server.transport.websocket import WebSocket
from server.worker.port import Port

LIMIT = 10.0


def nobody_enters(codec: Codec, peer: Peer) -> WebSocket:
    raise AssertionError


class NoOtherRequests:
    """All requests of a test are answered where they are accepted."""

    def take(self, descriptor: int, data: bytes) -> bool:
        raise AssertionError(data)


def acceptor(
    answers: DirectAnswers | None = None,
    *,
    admission: AdmissionControl | None = None,
    handshake: Handshake | None = None,
    others: OtherRequests | None = None,
) -> Acceptor:
    """With these parts, or parts that let nobody enter, know nothing, and pass nothing on."""
    return Acceptor(
        handshake or Handshake((), nobody_enters),
        admission or AdmissionControl(),
        Descriptors(),
        answers or DirectAnswers(),
        others or NoOtherRequests(),
    )


@asynccontextmanager
async def accepting(made: Acceptor) -> AsyncIterator[tuple[str, int]]:
    """The address at which it accepts; everything in the block has LIMIT seconds."""
    async with accepting_from(bind("127.0.0.1", 0), made) as address:
        yield address


@asynccontextmanager
async def accepting_from(bound: socket.socket, made: Acceptor) -> AsyncIterator[tuple[str, int]]:
    """The same from a socket with options of its own."""
    port, listener = Port(made), listen(bound)
    port.open(listener)
    try:
        async with asyncio.timeout(LIMIT):
            yield listener.getsockname()
    finally:
        port.stop_accepting()
        await port.close()
