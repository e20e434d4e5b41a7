"""Answers connections that come over a channel, one request of each, and gives them back."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from contextlib import suppress
from functools import partial

import uvicorn
from starlette.types import ASGIApp

from server.transport.attacher import Attacher
from server.transport.handover import ConnectionReceiver, hand_over
from server.web.connection import WebConnection
from server.web.forwarded import ForwardedScheme

MOST_CONNECTIONS = 256
"""Requests that are answered at once; more wait in the channel, and then at the worker's door."""

TICK_SECONDS = 1.0
"""How often uvicorn makes the `Date` of its answers."""

END_SECONDS = 1
"""The longest that answers which are on their way may take at the end."""


class WebServer:
    """uvicorn without a port of its own."""

    def __init__(
        self, app: ASGIApp, channel: socket.socket, trusted_proxies: Sequence[str]
    ) -> None:
        """`channel` leads to the worker; what `trusted_proxies` forward is believed."""
        config = uvicorn.Config(
            app,
            http="httptools",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            forwarded_allow_ips=list(trusted_proxies),
            timeout_graceful_shutdown=END_SECONDS,
        )
        config.load()
        config.loaded_app = ForwardedScheme(config.loaded_app)
        self._server = uvicorn.Server(config)
        self._server.lifespan = config.lifespan_class(config)
        self._give_back = partial(hand_over, channel)
        self._stopping = asyncio.Event()
        self._attacher = Attacher()
        self._receiver = ConnectionReceiver(channel, self._take)

    async def run(self) -> None:
        """Take connections until `stop` is called."""
        await self._server.startup(sockets=[])
        self._receiver.resume()
        # uvicorn's own loop wakes the process ten times a second.
        while not await self._server.on_tick(0):
            with suppress(TimeoutError):
                async with asyncio.timeout(TICK_SECONDS):
                    await self._stopping.wait()

    async def stop(self) -> None:
        """Answer what has come, within END_SECONDS."""
        self._receiver.pause()
        self._server.should_exit = True
        self._stopping.set()
        await self._server.shutdown(sockets=[])

    def _lost(self) -> None:
        """There is room for another connection."""
        if not self._server.should_exit:
            self._receiver.resume()

    def _take(self, descriptor: int, data: bytes) -> None:
        state = self._server.server_state
        connection = WebConnection(
            data,
            self._give_back,
            self._lost,
            config=self._server.config,
            server_state=state,
            app_state={},
        )
        self._attacher.attach(descriptor, connection)
        if len(state.connections) + len(self._attacher) >= MOST_CONNECTIONS:
            self._receiver.pause()
