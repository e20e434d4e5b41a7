"""The web process: answers what its worker does not, one request of a connection at a time."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Mapping
from contextlib import suppress
from functools import partial

import structlog
import uvicorn
import uvloop
from redis.exceptions import RedisError
from starlette.types import ASGIApp

from server.archive.database import Database
from server.archive.reader import WorkReader
from server.archive.works import Works
from server.session.campaigns import OpenCampaign
from server.settings import Settings
from server.store.deployment import Deployment, deployment
from server.store.durability import Guarantee
from server.store.known_lanes import KnownLanes
from server.store.works import WorksStream
from server.transport.handover import Receiver, hand_over
from server.web.api import Api
from server.web.app import make_app
from server.web.connection import WebConnection
from server.web.content import Content
from server.web.forwarded import ForwardedScheme

log = structlog.get_logger()

MOST_CONNECTIONS = 256
"""Requests that are answered at once; more wait in the channel, and then at the worker's door."""

END_SECONDS = 1
"""The longest that answers which are on their way may take at the end."""


def serve(
    settings: Settings,
    content: Content,
    redis_url: str,
    channel: socket.socket,
    control: socket.socket,
) -> None:
    """Serve until the worker ends, or closes the other end of `control`."""
    uvloop.run(_serve(settings, content, redis_url, channel, control))


async def _serve(
    settings: Settings,
    content: Content,
    redis_url: str,
    channel: socket.socket,
    control: socket.socket,
) -> None:
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_reader(control.fileno(), stopping.set)
    redis_deployment = deployment(redis_url)
    database = Database(settings.archive_url)
    campaigns = {
        key: OpenCampaign(campaign, settings.rules, settings.base_path)
        for key, campaign in content.catalogue.campaigns.items()
    }
    work_reader = WorkReader(Works(database), _streams(redis_deployment, settings, campaigns))
    lanes = KnownLanes(redis_deployment, [campaign.lanes for campaign in campaigns.values()])
    server = WebServer(make_app(Api(campaigns, work_reader), content.pages), channel)
    with suppress(RedisError, OSError):
        await lanes.read()
    watching = asyncio.create_task(lanes.run())
    watching.add_done_callback(lambda _: stopping.set())
    await server.start()
    control.sendall(f"up {os.getpid()}\n".encode())
    await stopping.wait()
    asyncio.get_running_loop().remove_reader(control.fileno())
    await server.stop()
    if watching.done():
        watching.result()
    watching.cancel()
    await database.close()


def _streams(
    redis_deployment: Deployment, settings: Settings, campaigns: Mapping[str, OpenCampaign]
) -> Mapping[str, list[WorksStream]]:
    """The streams of finished works of all lanes, also of those that open later."""
    guarantee = Guarantee(settings.durability, settings.replicas)
    streams: dict[str, list[WorksStream]] = {key: [] for key in campaigns}

    def add(base: str) -> None:
        stream = WorksStream(redis_deployment, guarantee, base, "")
        streams[stream.campaign].append(stream)

    for campaign in campaigns.values():
        campaign.lanes.on_new(add)
    return streams


class WebServer:
    """Answers the connections that come over a channel, and gives them back."""

    def __init__(self, app: ASGIApp, channel: socket.socket) -> None:
        """`channel` leads to the worker."""
        config = uvicorn.Config(
            app,
            http="httptools",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=END_SECONDS,
        )
        config.load()
        config.loaded_app = ForwardedScheme(config.loaded_app)
        self._server = uvicorn.Server(config)
        self._server.lifespan = config.lifespan_class(config)
        self._give_back = partial(hand_over, channel)
        self._receiver = Receiver(channel, self._connection)
        self._ticking: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Take connections from now on."""
        await self._server.startup(sockets=[])
        self._ticking = asyncio.create_task(self._server.main_loop())
        self._receiver.resume()

    async def stop(self) -> None:
        """Answer what has come, within END_SECONDS."""
        self._receiver.pause()
        self._server.should_exit = True
        await self._server.shutdown(sockets=[])

    def _lost(self) -> None:
        """There is room for another connection."""
        if not self._server.should_exit:
            self._receiver.resume()

    def _connection(self, data: bytes) -> WebConnection:
        state = self._server.server_state
        if len(state.connections) + len(self._receiver) >= MOST_CONNECTIONS:
            self._receiver.pause()
        return WebConnection(
            data,
            self._give_back,
            self._lost,
            config=self._server.config,
            server_state=state,
            app_state={},
        )
