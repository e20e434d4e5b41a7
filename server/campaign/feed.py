"""Keeps the campaigns of a process as their source defines them, from its start on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import msgspec
import structlog
from redis.exceptions import RedisError

from server.archive.database import ArchiveAwayError
from server.archive.shared_task import start_shared
from server.campaign.definition import Definition
from server.campaign.source import CampaignSource
from server.catalogue import CatalogueError
from server.relay.campaign import Campaign
from server.session.campaigns import LiveCampaigns, OpenCampaign
from server.store import cancellation
from server.store.campaign_news import CampaignNews
from server.store.errors import StoreError

log = structlog.get_logger()

LOOK_SECONDS = 0.4
"""How often the news is looked at: a change of a campaign takes effect within a second."""

CATCH_UP_SECONDS = 0.1
"""The shortest time between two looks at the source by `catch_up`, which does not wait for news."""


class CampaignFeed:
    """The campaigns of one process."""

    def __init__(
        self,
        source: CampaignSource,
        news: CampaignNews,
        live: LiveCampaigns,
        make: Callable[[Campaign], OpenCampaign],
        start: Callable[[OpenCampaign], Awaitable[None]],
    ) -> None:
        """Keep `live` as `source` says.

        Args:
            source: says it.
            news: tells of changes at once; without any, the source is asked from time to time.
            live: the process' campaigns.
            make: makes a campaign that the process can run.
            start: called with each one that comes while the worker runs, before people may join it,
                and with each one that changes.
        """
        self._source = source
        self._news = news
        self._live = live
        self._make = make
        self._start = start
        self._version: object = None
        self._told: bytes | None = None
        self._asked_at = 0.0
        self._following = asyncio.Lock()
        self._catching_up: asyncio.Task[None] | None = None
        self._may_catch_up_at = 0.0
        self._definitions: dict[str, Definition] = {}
        self._on_change: list[Callable[[], None]] = []

    def on_change(self, callback: Callable[[], None]) -> None:
        """Have `callback` called after every change."""
        self._on_change.append(callback)

    async def first(self) -> None:
        """Read the campaigns before the worker starts.

        Raises:
            CatalogueError: they are wrong.
            ArchiveAwayError, OSError: they cannot be read now.
        """
        self._version = await self._source.version()
        offered = await self._source.read()
        for campaign in offered.campaigns.values():
            self._live.add(self._make(campaign))
        self._definitions = dict(offered.definitions)

    def definition(self, campaign_id: str) -> Definition:
        """What the organiser of one of the worker's campaigns defined, as of the last change."""
        return self._definitions[campaign_id]

    async def catch_up(self) -> None:
        """Return when every change from before this call is known here.

        Those who call at once share one look at the source; there are at most ten a second.

        Raises:
            ArchiveAwayError, OSError: the source cannot be read now.
        """
        if self._catching_up is None:
            self._catching_up = start_shared(self._look(), "campaigns")
        await asyncio.shield(self._catching_up)

    async def _look(self) -> None:
        loop = asyncio.get_running_loop()
        await asyncio.sleep(self._may_catch_up_at - loop.time())
        self._may_catch_up_at = loop.time() + CATCH_UP_SECONDS
        self._catching_up = None  # who calls from now on waits for the next look
        await self._follow()

    async def run(self) -> None:
        """Follow the changes, for as long as the worker lives."""
        try:
            while True:
                cancellation.raise_if_cancelled()
                await asyncio.sleep(LOOK_SECONDS)
                if not await self._may_have_changed():
                    continue
                try:
                    await self._follow()
                except (ArchiveAwayError, StoreError, RedisError, OSError) as error:
                    self._asked_at = 0.0  # ask again soon
                    log.debug("campaigns cannot be read now", error=str(error))
        finally:
            await self._news.close()

    async def _may_have_changed(self) -> bool:
        """Whether somebody told of a change, or the source was not asked for a while."""
        now = asyncio.get_running_loop().time()
        try:
            told = await self._news.read()
        except (RedisError, OSError) as error:
            log.debug("no news of campaigns: redis is away", error=str(error))
            told = self._told
        if told == self._told and now - self._asked_at < self._source.ask_seconds:
            return False
        self._told, self._asked_at = told, now
        return True

    async def _follow(self) -> None:
        async with self._following:
            await self._bring_all()

    async def _bring_all(self) -> None:
        version = await self._source.version()
        if version == self._version:
            return
        try:
            offered = await self._source.read()
        except CatalogueError as error:
            log.error("the campaigns stay as they were", error=str(error))
            self._version = version
            return
        self._definitions |= offered.definitions  # before a campaign that needs one is live
        for campaign in offered.campaigns.values():
            await self._bring(campaign)
        for campaign_id, live in self._live.items():
            if campaign_id not in offered.campaigns:
                live.update(msgspec.structs.replace(live.campaign, enabled=False))
        self._version = version
        for callback in self._on_change:
            callback()
        log.info("the campaigns have changed", campaigns=len(offered.campaigns))

    async def _bring(self, campaign: Campaign) -> None:
        """Have the worker run a campaign as it is defined now."""
        live = self._live.get(campaign.id)
        if live is None:
            live = self._make(campaign)
            await self._start(live)
            self._live.add(live)
        elif live.campaign != campaign:
            live.update(campaign)
            await self._start(live)
