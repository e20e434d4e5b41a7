"""The network between a page's WebSocket and the service, which a test can cut or silence."""

from __future__ import annotations

import asyncio
from typing import Any

LIMIT_SECONDS = 15


class Network:
    """Routes a page's connections: `page.route_web_socket("**/ws", network.route)`."""

    def __init__(self) -> None:
        self._is_cut = False
        self._news = asyncio.Event()
        self._connections: list[_Connection] = []

    def route(self, route: Any) -> None:
        """Connect one WebSocket to the service, or refuse it while the network is cut."""
        if self._is_cut:
            asyncio.ensure_future(route.close(code=1013))  # noqa: RUF006
            return
        self._connections.append(_Connection(route))
        self._news.set()

    async def connected(self, count: int) -> None:
        """Wait until the page has connected so often."""
        async with asyncio.timeout(LIMIT_SECONDS):
            while len(self._connections) < count:
                self._news.clear()
                await self._news.wait()

    async def cut(self) -> None:
        """Close all connections and refuse new ones."""
        self._is_cut = True
        for connection in self._connections:
            await connection.route.close(code=1013)

    def restore(self) -> None:
        """Let new connections through."""
        self._is_cut = False

    def silence(self) -> None:
        """Make all connections half-open: no frame passes and no end is told. New ones work."""
        for connection in self._connections:
            connection.is_silent = True


class _Connection:
    """Forwards frames in both directions until it is silenced."""

    def __init__(self, route: Any) -> None:
        self.route = route
        self.is_silent = False
        server = route.connect_to_server()
        route.on_message(lambda frame: self.is_silent or server.send(frame))
        server.on_message(lambda frame: self.is_silent or route.send(frame))
