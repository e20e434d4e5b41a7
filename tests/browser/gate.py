"""A WebSocket's way that can be shut: the network is lost and comes back."""

from __future__ import annotations

import asyncio
from typing import Any


class Gate:
    """Put into a page's way with `page.route_web_socket("**/ws", gate.through)`."""

    def __init__(self) -> None:
        self.shut = False
        self._routes: list[Any] = []

    def through(self, route: Any) -> None:
        """Let one connection pass, or not."""
        if self.shut:
            asyncio.ensure_future(route.close(code=1013))  # noqa: RUF006
            return
        route.connect_to_server()
        self._routes.append(route)

    async def cut(self) -> None:
        """Shut it, and end the connections that passed."""
        self.shut = True
        for route in self._routes:
            await route.close(code=1013)
