"""The web process: answers what its worker does not, one request of a connection at a time."""

from __future__ import annotations

import asyncio
import os
import socket

import uvloop

from server.settings import Settings
from server.web.api import Api
from server.web.app import make_app
from server.web.campaigns import WebCampaigns
from server.web.content import Content
from server.web.routes import pictures_in
from server.web.server import WebServer


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
    campaigns = WebCampaigns(settings, redis_url, content.aliases)
    await campaigns.start()
    pictures = pictures_in(settings.pictures, settings.pictures_mb * 1_000_000)
    app = make_app(
        Api(campaigns.live, campaigns.work_reader, campaigns.access),
        content.pages,
        pictures,
        campaigns.routes(content, pictures),
        campaigns.guard,
    )
    server = WebServer(app, channel, settings.trusted_proxies)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(campaigns.run())
        group.create_task(server.run())
        control.sendall(f"up {os.getpid()}\n".encode())
        await stopping.wait()
        asyncio.get_running_loop().remove_reader(control.fileno())
        await server.stop()
        running.cancel()
    await campaigns.close()
