"""What the web process knows of the campaigns: their works, pledges and donations."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from redis.exceptions import RedisError
from starlette.routing import Route

from server.archive.barred import Barred
from server.archive.database import Database
from server.archive.deletion import Deletion
from server.archive.moderation import Policy
from server.archive.pictures import DrawnPictures
from server.archive.pledge_reader import PledgeReader
from server.archive.pledges import PledgeStorage
from server.archive.public_list import PublicList
from server.archive.reader import WorkReader
from server.archive.works import Works
from server.campaign.current_figures import CurrentFigures
from server.campaign.definition import Definition
from server.campaign.donations import Donations
from server.campaign.feed import CampaignFeed
from server.campaign.networks import named_networks
from server.campaign.source import campaign_source
from server.catalogue import Aliases
from server.guard.requests import RequestGuard
from server.relay.campaign import Campaign
from server.session.campaigns import LiveCampaigns, OpenCampaign
from server.session.pledging import Pledging
from server.session.random_ids import new_id
from server.settings import Settings
from server.store.campaign_news import CampaignNews
from server.store.counters import Counters
from server.store.deletion import ParticipantDeletion
from server.store.deployment import deployment
from server.store.durability import Guarantee
from server.store.entry_stream import EntryStream
from server.store.errors import StoreAwayError
from server.store.guard import GuardStore
from server.store.known_lanes import KnownLanes
from server.store.lanes import Lanes
from server.store.pledges import Pledges
from server.store.pledges_stream import PledgesStream
from server.store.publishers import Publishers
from server.store.reconciliation import Reconciler
from server.store.shards import Shards
from server.store.works import WorksStream
from server.web.access import Access
from server.web.campaign_api import CampaignApi
from server.web.campaign_cards import CampaignCards
from server.web.certificates import Certificates
from server.web.content import Content
from server.web.donation_api import DonationApi
from server.web.giving import Giving
from server.web.oembed import OEmbed
from server.web.own_data import OwnData, OwnDataApi
from server.web.pledge_api import PledgeApi
from server.web.public_campaigns import PublicCampaigns
from server.web.shared_identity import SharedIdentity
from server.web.sitemap import Sitemap


class WebCampaigns:
    """The campaigns of one web process.

    Attributes:
        live: the campaigns.
        public: those that everybody may know of.
        work_reader: finds their works.
        access: finds the works that a request may see.
        guard: limits what networks ask for.
        figures: what each campaign has counted at this moment.
        deployment, database: Redis and SQL, for other parts of the process.
    """

    def __init__(self, settings: Settings, redis_url: str, aliases: Mapping[str, Aliases]) -> None:
        """Nothing is connected yet."""
        self._settings = settings
        self.deployment = deployment(redis_url)
        self._guarantee = Guarantee(settings.durability, settings.replicas)
        self.database = Database(settings.archive_url)
        works, pledges = Works(self.database), PledgeStorage(self.database)
        reconciler = Reconciler(self.deployment, works, pledges)
        self._shards = Shards(self.deployment, self._guarantee, reconciler)
        self._streams: dict[str, list[WorksStream]] = {}
        self._pledge_streams: dict[str, PledgesStream] = {}
        self._publishers = Publishers(self.deployment)
        self.live = LiveCampaigns()
        self.public = PublicCampaigns(self.live)
        policy = Policy(self.live.defined, check=settings.check != "off")
        self.work_reader = WorkReader(works, self._streams, policy.first_review)
        self._identity = SharedIdentity(
            self.deployment, settings.secret, aliases, settings.token_days
        )
        self.access = Access(self.work_reader, self._identity)
        self._pledge_reader = PledgeReader(pledges, self._pledge_streams)
        self._lanes: list[Lanes] = []
        self._known_lanes = KnownLanes(self.deployment, self._lanes)
        self._pledges, self._donations = Pledges(self._shards), Donations(self.database)
        self.figures = CurrentFigures(
            self.live, self._known_lanes, Counters(self._shards), self._pledges, self._donations
        )
        source = campaign_source(settings, self.database)
        news = CampaignNews(self.deployment)
        self._feed = CampaignFeed(source, news, self.live, self._make, self._started)
        self._barred = Barred(self.database)
        self._guard_store = GuardStore(self.deployment)
        self.guard = RequestGuard(settings.guard_rules, self._guard_store, self._barred)

    async def start(self) -> None:
        """Read the campaigns, and the lanes if Redis is there."""
        await self._feed.first()
        self._name_networks()
        self._feed.on_change(self._name_networks)
        with suppress(RedisError, OSError):
            await self._known_lanes.read()
        with suppress(StoreAwayError):
            await self.guard.first()

    def definition(self, campaign_id: str) -> Definition:
        """What the organiser of a campaign defined, as of the last change."""
        return self._feed.definition(campaign_id)

    def routes(self, content: Content, pictures: DrawnPictures) -> Sequence[Route]:
        """Everything but pages and works."""
        reader = self._pledge_reader
        pledging = Pledging(self._pledges, reader.of_participant)
        parts = (
            CampaignApi(self.live, self._feed.definition, self.figures, self._identity),
            PledgeApi(self.live, self._identity, pledging, reader, self.guard),
            Certificates(reader, self.live, self._feed.definition, content.pages, pictures.still),
            CampaignCards(self.public, self._feed.definition, pictures.still),
            OEmbed(self.access, reader, self.public, self._feed.definition),
            DonationApi(self.live, self._feed.definition, self._feed.catch_up, self._donations),
            Giving(self.public),
            OwnDataApi(self._own_data(), self._identity, pictures, self.guard),
            Sitemap(PublicList(self.database), self.public),
        )
        return [content.strokes.route(), *(route for part in parts for route in part.routes())]

    async def run(self) -> None:
        """Follow the campaigns and their lanes, until cancelled."""
        async with asyncio.TaskGroup() as group:
            parts = self._feed, self._known_lanes, self._shards, self._publishers, self._barred
            for part in parts:
                group.create_task(part.run())
            for task in self.guard.tasks():
                group.create_task(task)

    async def close(self) -> None:
        """Close the connections."""
        for streams in self._streams.values():
            for stream in streams:
                await stream.close()
        for pledges in self._pledge_streams.values():
            await pledges.close()
        await self._guard_store.close()
        await self._shards.close()
        await self.database.close()

    def _own_data(self) -> OwnData:
        return OwnData(
            self.live,
            ParticipantDeletion(self._shards, new_id),
            Deletion(self.database, new_id),
            self._waiting_entries,
            self._publishers,
        )

    def _waiting_entries(self, campaign: str) -> list[EntryStream[Any]]:
        """The streams that lead from the campaign's lanes to SQL."""
        pledges = self._pledge_streams.get(campaign)
        return [*self._streams.get(campaign, ()), *([pledges] if pledges else [])]

    def _name_networks(self) -> None:
        self.guard.name_networks(named_networks(it.campaign for it in self.live.values()))

    def _make(self, defined: Campaign) -> OpenCampaign:
        campaign = OpenCampaign(defined, self._settings.rules, self._settings.base_path)
        self._streams[defined.id] = []
        self._lanes.append(campaign.lanes)
        campaign.lanes.on_new(self._add_stream)
        first = campaign.lanes.first
        self._pledge_streams[defined.id] = PledgesStream(
            self.deployment, self._guarantee, first, ""
        )
        return campaign

    async def _started(self, campaign: OpenCampaign) -> None:
        """Do nothing when a campaign comes: the web process runs none."""

    def _add_stream(self, base: str) -> None:
        self._shards.add(base)
        stream = WorksStream(self.deployment, self._guarantee, base, "")
        self._streams[stream.campaign].append(stream)
