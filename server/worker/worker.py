"""One worker: builds its parts, runs them, and takes them down in order."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import secrets
import socket
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any

import structlog
import uvicorn
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from server import catalogue
from server.archive.archiver import Archiver
from server.archive.database import Database
from server.archive.reader import WorkReader
from server.archive.works import Works
from server.session.campaigns import OpenCampaign
from server.session.identity import Identity
from server.settings import Settings
from server.store import keys, library
from server.store.deployment import Deployment, deployment
from server.store.durability import Guarantee, require
from server.store.errors import StoreError
from server.store.reconciliation import Reconciler
from server.store.shards import Shards
from server.store.works import WorksStream
from server.transport.accept import doorway
from server.transport.admission import AdmissionControl
from server.transport.handshake import Handshake
from server.transport.listener import BACKLOG, doubled
from server.web.api import Api
from server.web.app import make_app
from server.web.metrics import WorkerCollector, registry
from server.web.operations import Operations
from server.worker import garbage_collection as garbage
from server.worker.clockwork import Clockwork
from server.worker.hub import Hub

log = structlog.get_logger()

DRAIN_SECONDS = 8.0
"""Time for goodbyes and the last calls; the whole end takes less than 10 s."""

LAST_CALLS_SECONDS = 1.0
START_SECONDS = 20.0
KEEP_ALIVE_SECONDS = 75
DESCRIPTORS = 131_072
"""Of one worker at most; each connection is one."""

CLUSTER_LANES = 16
"""Lanes of a campaign on a Cluster; more of them than nodes, so that they spread."""


class PartFailedError(Exception):
    """A part of the worker failed, which the log tells of; another worker takes its place."""


class Worker:
    """A worker from start to end."""

    def __init__(self, settings: Settings, redis_url: str) -> None:
        """Over the Redis at `redis_url`.

        Raises:
            CatalogueError: the campaigns cannot be read.
        """
        self._settings = settings
        self._stopping = asyncio.Event()
        self._draining = False
        self._in_order = False  # else the others reap what is left when the lease is over
        self._failed: str | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._clockwork: Clockwork | None = None
        self._catalogue = catalogue.load(settings.campaigns)
        self._campaigns = {
            key: OpenCampaign(campaign, settings.rules)
            for key, campaign in self._catalogue.campaigns.items()
        }
        self._deployment = deployment(redis_url)
        self._guarantee = Guarantee(settings.durability, settings.replicas)
        self._database = Database(settings.archive_url)
        self._works = Works(self._database)
        reconciler = Reconciler(self._deployment, self._works)
        self._connections = Shards(self._deployment, self._guarantee, reconciler)
        for campaign in self._campaigns.values():
            campaign.lanes.on_new(self._connections.add)
        self._streams: dict[str, list[WorksStream]] = {key: [] for key in self._campaigns}
        self._archivers: list[Archiver] = []

    async def run(self, listener: socket.socket, on_ready: Callable[[], None]) -> None:
        """Serve on `listener` until `stop` is called.

        Raises:
            ArchiveError, StoreError, RedisError, TimeoutError: it cannot start.
            PartFailedError: it could not go on.
        """
        _allow_descriptors()
        try:
            hub = await self._start_unless_stopped()
            if hub is not None:
                await self._serve(self._http_server(hub), hub, listener, on_ready)
        finally:
            await self._end()
        if self._failed is not None:
            raise PartFailedError(f"this worker cannot go on without its part: {self._failed}")

    def stop(self) -> None:
        """Begin the end; also while it is starting."""
        self._stopping.set()

    async def _start_unless_stopped(self) -> Hub | None:
        starting = asyncio.create_task(self._start())
        stopping = asyncio.create_task(self._stopping.wait())
        try:
            async with asyncio.timeout(START_SECONDS):
                await asyncio.wait((starting, stopping), return_when=asyncio.FIRST_COMPLETED)
            return starting.result() if starting.done() else None
        finally:
            stopping.cancel()
            await _cancel([starting])

    async def _start(self) -> Hub:
        await self._deployment.refresh()
        await self._deployment.on_every_node(library.load)
        await require(self._guarantee, self._deployment)
        await self._database.open()
        secret = await _shared_secret(self._deployment, self._settings.secret)
        hub = Hub(
            self._deployment,
            self._connections,
            self._campaigns,
            Identity(secret, self._catalogue.aliases),
            self._work_reader.hold,
            self._settings.max_connections,
        )
        self._own(self._connections.run(), "calls to redis")
        self._own(hub.backplane.run(), "parcels between workers")
        for campaign in self._campaigns.values():
            campaign.lanes.on_new(self._archive)
        await hub.backplane.ready.wait()
        self._clockwork = Clockwork(hub, self._settings.lane_rate, self._most_lanes)
        await self._clockwork.first_beats()
        self._own(self._clockwork.run(), "clockwork")
        return hub

    def _archive(self, base: str) -> None:
        """Drain one more lane's works."""
        stream = WorksStream(self._deployment, self._guarantee, base, secrets.token_hex(6))
        self._streams[stream.campaign].append(stream)
        archiver = Archiver(stream, self._works)
        self._archivers.append(archiver)
        self._own(archiver.run(), "archive")

    @property
    def _most_lanes(self) -> int:
        return self._settings.lanes or (CLUSTER_LANES if self._deployment.spread else 1)

    @property
    def _work_reader(self) -> WorkReader:
        return WorkReader(self._works, self._streams)

    async def _serve(
        self,
        server: uvicorn.Server,
        hub: Hub,
        listener: socket.socket,
        on_ready: Callable[[], None],
    ) -> None:
        garbage.calm()
        self._own(garbage.sweep(), "garbage")
        listeners = doubled(listener)
        await server.startup(sockets=listeners)
        self._own(server.main_loop(), "http")
        on_ready()
        await self._stopping.wait()
        self._draining = True
        for listening in server.servers:
            listening.close()
        self._in_order = await hub.close(DRAIN_SECONDS)
        server.should_exit = True
        await server.shutdown(sockets=listeners)

    def _http_server(self, hub: Hub) -> uvicorn.Server:
        porter = AdmissionControl()
        collector = WorkerCollector(
            hub, porter, self._connections, self._archivers, self._campaigns
        )
        operations = Operations(lambda: self._why_not_ready(hub), registry(collector))
        api = Api(self._campaigns, hub.counters, self._work_reader)
        handshake = Handshake(self._settings.origins, hub.open_socket)
        config = uvicorn.Config(
            make_app(api, operations),
            http=doorway(handshake, porter),  # type: ignore[arg-type]
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            backlog=BACKLOG,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=1,
        )
        config.load()
        server = uvicorn.Server(config)
        server.lifespan = config.lifespan_class(config)
        return server

    def _why_not_ready(self, hub: Hub) -> str | None:
        if self._draining:
            return "stopping"
        if trouble := self._connections.trouble:
            return trouble
        if not self._connections.durable:
            return f"writes are not durable: {self._settings.durability.value}"
        if not hub.backplane.ready.is_set():
            return "cut off from other workers"
        if hub.connections >= self._settings.max_connections:
            return "full"
        return None

    def _own(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Run a part for as long as the worker lives; if it fails, the worker ends."""
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._part_ended)

    def _part_ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a part of the worker failed", part=task.get_name(), exc_info=error)
            self._failed = self._failed or task.get_name()
            self.stop()

    async def _end(self) -> None:
        with contextlib.suppress(TimeoutError, StoreError):
            async with asyncio.timeout(LAST_CALLS_SECONDS):
                await self._connections.drained()
                if self._clockwork is not None and self._in_order:
                    await self._clockwork.depart()
        await _cancel(list(self._tasks))
        for streams in self._streams.values():
            for stream in streams:
                await _close(stream.close())
        await _close(self._connections.close())
        await _close(self._database.close())


async def _close(closing: Awaitable[None]) -> None:
    """Close something in time; what cannot be closed keeps nothing else open."""
    try:
        async with asyncio.timeout(LAST_CALLS_SECONDS):
            await closing
    except (StoreError, RedisError, SQLAlchemyError, OSError) as error:
        log.warning("not closed in order", error=repr(error))


def _allow_descriptors() -> None:
    """As many connections as the operator's hard limit allows, not as the soft one does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, DESCRIPTORS)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


async def _cancel(tasks: Sequence[asyncio.Task[Any]]) -> None:
    """Cancel tasks until they end: a library may swallow one cancellation."""
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=LAST_CALLS_SECONDS)


async def _shared_secret(redis_deployment: Deployment, configured: str) -> bytes:
    """The key that signs tokens: the operator's, or one that all workers find in Redis."""
    if configured:
        return configured.encode()
    client = redis_deployment.client(keys.SECRET)
    await client.set(keys.SECRET, secrets.token_bytes(32), nx=True)
    secret = await client.get(keys.SECRET)
    await client.aclose()
    assert isinstance(secret, bytes)
    return secret
