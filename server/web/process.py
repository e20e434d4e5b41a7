"""The web process: answers what its worker does not, one request of a connection at a time."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Protocol

import uvloop
from starlette.routing import BaseRoute

from server.archive.pictures import DrawnPictures
from server.settings import Settings
from server.tracing.start import start_tracing
from server.web.api import Api
from server.web.app import make_app
from server.web.campaigns import WebCampaigns
from server.web.content import Content
from server.web.routes import pictures_in
from server.web.server import WebServer


class WebPart(Protocol):
    """A part of the web process that lies above this package."""

    def routes(self) -> Sequence[BaseRoute]:
        """What it answers."""
        ...

    async def run(self) -> None:
        """What it does while the process lives."""
        ...

    async def close(self) -> None:
        """Close what it has opened."""
        ...


TRACES_SECONDS = 1.0
"""How long the last traces may take to be sent when the process ends."""

MakeWebPart = Callable[[Settings, Content, WebCampaigns, DrawnPictures], WebPart]


def serve(
    settings: Settings,
    content: Content,
    make_part: MakeWebPart,
    worker: int,
    redis_url: str,
    channel: socket.socket,
    control: socket.socket,
) -> None:
    """Serve until the worker of this number ends, or closes the other end of `control`."""
    uvloop.run(_serve(settings, content, make_part, worker, redis_url, channel, control))


async def _serve(
    settings: Settings,
    content: Content,
    make_part: MakeWebPart,
    worker: int,
    redis_url: str,
    channel: socket.socket,
    control: socket.socket,
) -> None:
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_reader(control.fileno(), stopping.set)
    campaigns = WebCampaigns(settings, redis_url, content.aliases)
    await campaigns.start()
    pictures = pictures_in(settings.pictures, settings.pictures_mb * 1_000_000)
    part = make_part(settings, content, campaigns, pictures)
    tracing = start_tracing(worker) if settings.traces else None
    app = make_app(
        Api(campaigns.public, campaigns.work_reader, campaigns.access),
        content.pages,
        pictures,
        [*campaigns.routes(content, pictures), *part.routes()],
        campaigns.guard,
        tracing,
    )
    server = WebServer(app, channel, settings.trusted_proxies)
    async with asyncio.TaskGroup() as group:
        following = group.create_task(campaigns.run())
        running = group.create_task(part.run())
        group.create_task(server.run())
        control.sendall(f"up {os.getpid()}\n".encode())
        await stopping.wait()
        asyncio.get_running_loop().remove_reader(control.fileno())
        running.cancel()  # answers that last for a while end with it
        await server.stop()
        following.cancel()
    await part.close()
    await campaigns.close()
    if tracing is not None:
        with suppress(TimeoutError):
            await asyncio.wait_for(tracing.close(), TRACES_SECONDS)
