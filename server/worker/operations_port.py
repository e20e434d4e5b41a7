"""Answers what operators ask: metrics, readiness, API documents; at a port of their own if set."""

from __future__ import annotations

import asyncio
import socket

from server.settings import Settings
from server.transport.direct_answers import DirectAnswers
from server.transport.direct_connection import DirectPort
from server.transport.listener import BACKLOG
from server.web.operations import Headers, Operations


class OperationsPort:
    """The port for operators alone, if there is one."""

    def __init__(self, operations: Operations, settings: Settings, headers: Headers) -> None:
        """Give these answers, with these headers, where `settings` say."""
        self._operations = operations
        self._headers = headers
        self._shown_to_all = settings.operations_port is None
        answers = DirectAnswers(settings.base_path)
        operations.add_probes(answers, headers)
        operations.add_figures(answers, headers)
        self._port = DirectPort(answers)
        self._server: asyncio.Server | None = None

    def add_to(self, answers: DirectAnswers) -> None:
        """Give what is not for operators alone at the service's own port."""
        self._operations.add_probes(answers, self._headers)
        if self._shown_to_all:
            self._operations.add_figures(answers, self._headers)

    async def open(self, listener: socket.socket | None) -> None:
        """Accept what comes to this socket, if there is one."""
        if listener is not None:
            loop = asyncio.get_running_loop()
            self._server = await loop.create_server(
                self._port.accept, sock=listener, backlog=BACKLOG
            )

    def close(self) -> None:
        """Accept no more, and close the connections."""
        if self._server is not None:
            self._server.close()
        self._port.close()
