"""The web process: answers what its worker does not, one request of a connection at a time."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Mapping
from contextlib import suppress

import uvloop
from redis.exceptions import RedisError

from server.archive.database import Database
from server.archive.moderation import Policy
from server.archive.reader import WorkReader
from server.archive.works import Works
from server.session.campaigns import OpenCampaign
from server.settings import Settings
from server.store.deployment import Deployment, deployment
from server.store.durability import Guarantee
from server.store.known_lanes import KnownLanes
from server.store.works import WorksStream
from server.web.access import Access
from server.web.api import Api
from server.web.app import make_app
from server.web.content import Content
from server.web.routes import pictures_in
from server.web.server import WebServer
from server.web.shared_identity import SharedIdentity


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
    policy = Policy(content.catalogue.campaigns, check=settings.check != "off")
    streams = _streams(redis_deployment, settings, campaigns)
    work_reader = WorkReader(Works(database), streams, policy.first_review)
    identity = SharedIdentity(
        redis_deployment, settings.secret, content.catalogue.aliases, settings.token_days
    )
    api = Api(campaigns, work_reader, Access(work_reader, identity))
    lanes = KnownLanes(redis_deployment, [campaign.lanes for campaign in campaigns.values()])
    pictures = pictures_in(settings.pictures, settings.pictures_mb * 1_000_000)
    app = make_app(api, content.pages, pictures)
    server = WebServer(app, channel, settings.trusted_proxies)
    with suppress(RedisError, OSError):
        await lanes.read()
    async with asyncio.TaskGroup() as group:
        watching = group.create_task(lanes.run())
        group.create_task(server.run())
        control.sendall(f"up {os.getpid()}\n".encode())
        await stopping.wait()
        asyncio.get_running_loop().remove_reader(control.fileno())
        await server.stop()
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
