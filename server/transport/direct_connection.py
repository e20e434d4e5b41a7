"""Connections of a port that answers what is prepared, and nothing else."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from time import time
from typing import cast

from server.transport.direct_answers import DirectAnswers
from server.transport.http import END, HEAD_BYTES, HEAD_TOO_LONG, answer_and_close, refusal
from server.transport.open_connections import OpenConnections

MOST_CONNECTIONS = 64
"""At once; a further one is closed."""

UNREAD_BYTES = 4 * 1024 * 1024
"""Answers that wait to be read; a peer that lets more wait is gone."""

_NOT_HERE = refusal(HTTPStatus.NOT_FOUND, "this port answers only what operators ask")


class DirectPort:
    """What all connections of the port share."""

    def __init__(self, answers: DirectAnswers) -> None:
        """Give these answers."""
        self.answers = answers
        self.connections: OpenConnections[DirectConnection] = OpenConnections()

    def accept(self) -> DirectConnection:
        """The protocol of a new connection."""
        return DirectConnection(self)

    def close(self) -> None:
        """Close all connections."""
        for connection in self.connections:
            connection.end()


class DirectConnection(asyncio.Protocol):
    """Answers requests one after another."""

    def __init__(self, port: DirectPort) -> None:
        """One of `port`."""
        self._port = port
        self._data = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin, unless there are too many."""
        self._transport = cast(asyncio.Transport, transport)
        if len(self._port.connections) >= MOST_CONNECTIONS:
            self.end()
            return
        self._port.connections.add(self)

    def data_received(self, data: bytes) -> None:
        """Answer the requests whose heads are whole."""
        self._data += data
        while self._transport is not None and (end := self._data.find(END)) >= 0:
            end += len(END)
            head, self._data = self._data[:end], self._data[end:]
            self._answer(self._transport, head)
        if self._transport is not None and len(self._data) > HEAD_BYTES:
            self._refuse(self._transport, HEAD_TOO_LONG)

    def connection_lost(self, error: Exception | None) -> None:
        """The peer is gone."""
        self._port.connections.remove(self)
        self._transport = None

    def end(self) -> None:
        """Close at once."""
        if self._transport is not None:
            self._transport.abort()
            self._transport = None

    def _answer(self, transport: asyncio.Transport, head: bytes) -> None:
        answer = self._port.answers.answer(head, time())
        if answer is None:
            self._refuse(transport, _NOT_HERE)
            return
        transport.writelines(answer.parts)
        if transport.get_write_buffer_size() > UNREAD_BYTES:
            self.end()
        elif answer.close:
            self._transport = None
            transport.close()
        else:
            self._port.connections.answered(self)

    def _refuse(self, transport: asyncio.Transport, answer: bytes) -> None:
        self._transport = None
        answer_and_close(transport, answer)
