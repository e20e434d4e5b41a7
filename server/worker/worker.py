"""One worker: builds its parts, runs them, and takes them down in order."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import socket
from collections.abc import Callable, Coroutine
from typing import Any

import structlog

from server.archive.archiver import Archiver
from server.archive.backlog import Backlog
from server.archive.barred import Barred
from server.archive.database import Database
from server.archive.moderation import Policy
from server.archive.pledge_archiver import PledgeArchiver
from server.archive.pledge_reader import PledgeReader
from server.archive.pledges import PledgeStorage
from server.archive.reader import WorkReader
from server.archive.retention import Retention
from server.archive.verdicts import FoundVerdicts
from server.archive.works import Works
from server.campaign.donations import Donations
from server.campaign.feed import CampaignFeed
from server.campaign.figures import RelayFigures
from server.campaign.networks import named_networks
from server.campaign.source import campaign_source
from server.guard.guard import Guard
from server.metrics.shared_file import Place
from server.relay.campaign import Campaign
from server.session.campaigns import LiveCampaigns, OpenCampaign
from server.session.identity import Identity
from server.settings import Settings
from server.store import library
from server.store.campaign_news import CampaignNews
from server.store.deployment import deployment
from server.store.durability import Guarantee, require
from server.store.errors import StoreError
from server.store.guard import GuardStore
from server.store.pledges_stream import PledgesStream
from server.store.reconciliation import Reconciler
from server.store.secret import shared_secrets
from server.store.shards import Shards
from server.store.worker_statuses import WorkerStatuses
from server.store.works import WorksStream
from server.tracing.span import Tracing
from server.tracing.start import start_tracing
from server.transport.accept import Acceptor
from server.transport.admission import AdmissionControl
from server.transport.descriptors import Descriptors, allow_many
from server.transport.direct_answers import DirectAnswers
from server.transport.handshake import Handshake
from server.web.campaign_answers import CampaignAnswers
from server.web.campaign_pages import CampaignPages
from server.web.content import Content
from server.web.operations import Operations
from server.worker import garbage_collection
from server.worker.campaign_metrics import CampaignMetrics
from server.worker.drain import drain
from server.worker.metrics import WorkerMetrics
from server.worker.operations_port import OperationsPort
from server.worker.parts import Parts
from server.worker.port import Port
from server.worker.readiness import Readiness
from server.worker.scrape import Scrape
from server.worker.shutdown import LAST_CALLS_SECONDS, cancel, close
from server.worker.status_feed import StatusFeed
from server.worker.web_process import WebProcess

log = structlog.get_logger()

DRAIN_SECONDS = 8.0
"""Time for goodbyes and the last calls; the whole end takes less than 10 s."""

START_SECONDS = 20.0


class PartFailedError(Exception):
    """A part of the worker failed, which the log tells of; another worker takes its place."""


class Worker:
    """A worker from start to end."""

    def __init__(
        self, settings: Settings, content: Content, redis_url: str, web: WebProcess, place: Place
    ) -> None:
        """Over the Redis at `redis_url`; `web` is not started yet.

        `place` is that of this worker among those of the same service.
        """
        self._place = place
        self._settings = settings
        self._content = content
        self._redis_url = redis_url
        self._web = web
        self._stopping = asyncio.Event()
        self._in_order = False  # if not, other workers reap what is left when the lease is over
        self._failed: str | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._campaigns = LiveCampaigns()
        self._deployment = deployment(redis_url)
        self._guarantee = Guarantee(settings.durability, settings.replicas)
        self._database = Database(settings.archive_url)
        self._works = Works(self._database)
        self._barred = Barred(self._database)
        self._pledges = PledgeStorage(self._database)
        reconciler = Reconciler(self._deployment, self._works, self._pledges)
        self._shards = Shards(self._deployment, self._guarantee, reconciler)
        self._streams: dict[str, list[WorksStream]] = {}
        self._feed = CampaignFeed(
            campaign_source(settings, self._database),
            CampaignNews(self._deployment),
            self._campaigns,
            self._make_campaign,
            self._start_campaign,
        )
        self._pledge_streams: dict[str, PledgesStream] = {}
        self._policy = Policy(self._campaigns.defined, check=settings.check != "off")
        self._work_reader = WorkReader(self._works, self._streams, self._policy.first_review)
        self._pledge_reader = PledgeReader(self._pledges, self._pledge_streams)
        self._archivers: list[Archiver] = []
        self._pledge_archivers: list[PledgeArchiver] = []
        self._guard_store = GuardStore(self._deployment)
        self._parts: Parts | None = None
        self._tracing: Tracing | None = None

    async def run(
        self,
        listener: socket.socket,
        operations: socket.socket | None,
        on_ready: Callable[[], None],
    ) -> None:
        """Serve on `listener` until `stop` is called; operators, if they have a port, on theirs.

        Raises:
            CatalogueError: the campaigns are wrong.
            ArchiveError, StoreError, RedisError, WebProcessError, TimeoutError: it cannot start.
            PartFailedError: it could not go on.
        """
        allow_many()
        try:
            parts = await self._start_unless_stopped()
            if parts is not None:
                await self._serve(parts, listener, operations, on_ready)
        finally:
            await self._end()
        if self._failed is not None:
            raise PartFailedError(f"this worker cannot go on without its part: {self._failed}")

    def stop(self) -> None:
        """Begin the end; also while it is starting."""
        self._stopping.set()

    async def _start_unless_stopped(self) -> Parts | None:
        starting = asyncio.create_task(self._start())
        stopping = asyncio.create_task(self._stopping.wait())
        try:
            async with asyncio.timeout(START_SECONDS):
                await asyncio.wait((starting, stopping), return_when=asyncio.FIRST_COMPLETED)
            return starting.result() if starting.done() else None
        finally:
            stopping.cancel()
            await cancel([starting])

    async def _start(self) -> Parts:
        await self._deployment.refresh()
        await self._deployment.on_every_node(library.load)
        await require(self._guarantee, self._deployment)
        await self._database.open()
        await self._feed.first()
        self._own(self._web.run(self._redis_url), "web process")
        if self._settings.traces:
            self._tracing = start_tracing(self._place.number)
        token_secrets = await shared_secrets(self._deployment, self._settings.secret)
        guard = self._guard(token_secrets[0])
        parts = Parts(
            self._deployment,
            self._shards,
            self._campaigns,
            Identity(token_secrets, self._content.aliases, self._settings.token_days),
            self._work_reader,
            guard,
            self._pledge_reader.of_participant,
            settings=self._settings,
            tracer=self._tracing,
        )
        self._own(self._shards.run(), "calls to redis")
        self._own(parts.backplane.run(), "backplane")
        for campaign in self._campaigns.values():
            campaign.lanes.on_new(self._archive)
            self._archive_pledges(campaign)
        await parts.backplane.ready.wait()
        await parts.heartbeats.first()
        await parts.counters_feed.read()
        await self._web.ready()
        await self._barred.read()
        self._own(self._barred.run(), "barred participants")
        retention = Retention(self._database, self._settings.pictures)
        self._own(retention.run(self._retention_days), "old works")
        with contextlib.suppress(StoreError):
            await guard.first()
        for task in guard.tasks():
            self._own(task, "guard")
        self._own(parts.run(), "periodic work")
        self._parts = parts
        self._own(self._feed.run(), "campaigns")
        return parts

    def _guard(self, secret: bytes) -> Guard:
        """The guard, which knows the networks that the campaigns name at each moment."""
        guard = Guard(
            self._settings.guard_rules,
            secret,
            self._guard_store,
            self._work_reader.hold_unfinished,
            FoundVerdicts(self._database).shown,
            self._barred,
        )

        def name_networks() -> None:
            guard.name_networks(named_networks(it.campaign for it in self._campaigns.values()))

        name_networks()
        self._feed.on_change(name_networks)
        return guard

    def _make_campaign(self, defined: Campaign) -> OpenCampaign:
        campaign = OpenCampaign(defined, self._settings.rules, self._settings.base_path)
        self._streams[defined.id] = []
        campaign.lanes.on_new(self._shards.add)
        return campaign

    async def _start_campaign(self, campaign: OpenCampaign) -> None:
        """Run a campaign that came, or what came to one, while the worker runs."""
        assert self._parts is not None
        if campaign.campaign.id not in self._campaigns:
            await self._parts.heartbeats.first_in(campaign)
            campaign.lanes.on_new(self._archive)
        self._archive_pledges(campaign)

    def _archive_pledges(self, campaign: OpenCampaign) -> None:
        """Drain the pledges of a campaign that has any."""
        name = campaign.campaign.id
        if not campaign.campaign.pledges or name in self._pledge_streams:
            return
        base = campaign.lanes.first
        stream = PledgesStream(self._deployment, self._guarantee, base, secrets.token_hex(6))
        self._pledge_streams[name] = stream
        archiver = PledgeArchiver(stream, self._pledges)
        self._pledge_archivers.append(archiver)
        self._own(archiver.run(), "archive of pledges")

    def _archive(self, base: str) -> None:
        """Drain one more lane's works."""
        stream = WorksStream(self._deployment, self._guarantee, base, secrets.token_hex(6))
        self._streams[stream.campaign].append(stream)
        archiver = Archiver(stream, self._works, self._policy.first_review, self._tracing)
        self._archivers.append(archiver)
        self._own(archiver.run(), "archive")

    def _retention_days(self) -> dict[str, int]:
        """How long each campaign's works are kept, for those that are not kept for ever."""
        usual = self._settings.retention_days
        asked = {
            name: usual if it.campaign.retention_days is None else it.campaign.retention_days
            for name, it in self._campaigns.items()
        }
        return {name: days for name, days in asked.items() if days}

    async def _serve(
        self,
        parts: Parts,
        listener: socket.socket,
        operations_listener: socket.socket | None,
        on_ready: Callable[[], None],
    ) -> None:
        descriptors = Descriptors()
        self._own(descriptors.run(), "descriptors")
        readiness = self._readiness(parts, descriptors)
        admission = AdmissionControl()
        figures = RelayFigures(self._campaigns, parts.pledging, Donations(self._database))
        self._own(figures.run(), "figures of relays")
        scrape = self._scrape(parts, admission, descriptors, figures)
        self._own(scrape.run(), "metrics")
        operations = self._operations(readiness, scrape)
        answers = await self._answers(parts, figures)
        operations.add_to(answers)
        handshake = Handshake(
            self._settings.origins, parts.open_websocket, self._settings.base_path
        )
        acceptor = Acceptor(handshake, admission, descriptors, answers, self._web, parts.guard)
        port = Port(acceptor)
        garbage_collection.freeze()
        self._own(garbage_collection.run(), "garbage collection")
        statuses, supervised = WorkerStatuses(self._deployment), self._settings.workers > 1
        status = StatusFeed(statuses, parts, self._shards, self._web, self.stop, supervised)
        self._own(status.run(), "status for the console")
        self._web.take_back(acceptor.take_back)
        port.open(listener)
        await operations.open(operations_listener)
        on_ready()
        await self._stopping.wait()
        readiness.draining = True
        port.stop_accepting()
        operations.close()
        self._in_order = await drain(
            parts.registry, parts.disconnects, parts.tasks, self._shards, DRAIN_SECONDS
        )
        await asyncio.gather(port.close(), self._web.stop())

    def _readiness(self, parts: Parts, descriptors: Descriptors) -> Readiness:
        return Readiness(
            self._shards,
            parts.backplane,
            parts.registry,
            self._settings.durability,
            descriptors,
            self._settings.max_connections,
        )

    def _operations(self, readiness: Readiness, scrape: Scrape) -> OperationsPort:
        settings, content = self._settings, self._content
        answers = Operations(readiness.why_not, scrape.text, content.openapi, settings.base_path)
        return OperationsPort(answers, settings, content.pages.security)

    async def _answers(self, parts: Parts, figures: RelayFigures) -> DirectAnswers:
        """What the worker answers where a connection is accepted."""
        content, answers = self._content, DirectAnswers(self._settings.base_path)
        answers.add(content.responses.values())
        headers = content.pages.security
        campaigns = CampaignAnswers(self._campaigns, parts.counters, figures)
        campaigns.add_to(answers, headers)
        self._feed.on_change(lambda: campaigns.add_to(answers, headers))
        pages = CampaignPages(self._campaigns, parts.counters, figures, self._feed, content.pages)
        await pages.first(answers)
        self._own(pages.run(answers), "pages of campaigns")
        return answers

    def _scrape(
        self,
        parts: Parts,
        admission: AdmissionControl,
        descriptors: Descriptors,
        figures: RelayFigures,
    ) -> Scrape:
        backlog = Backlog(self._database)
        self._own(backlog.run(), "backlog of the check")
        own = WorkerMetrics(
            parts, admission, descriptors, self._shards, self._archivers, self._database, self._web
        )
        shared = CampaignMetrics(
            self._campaigns,
            parts.counters,
            parts.funnel_feed,
            figures,
            self._archivers,
            self._pledge_archivers,
            backlog,
        )
        return Scrape(own, shared, self._place)

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
        await self._web.stop()
        with contextlib.suppress(TimeoutError, StoreError):
            async with asyncio.timeout(LAST_CALLS_SECONDS):
                if self._parts is not None:
                    await self._parts.funnel_feed.send()
                await self._shards.drained()
                if self._parts is not None and self._in_order:
                    await self._parts.heartbeats.release()
        await cancel(list(self._tasks))
        for streams in self._streams.values():
            for stream in streams:
                await close(stream.close())
        if self._tracing is not None:
            await close(self._tracing.close())
        await close(self._guard_store.close())
        for pledges in self._pledge_streams.values():
            await close(pledges.close())
        await close(self._shards.close())
        await close(self._database.close())
