"""Builds the parts of a worker that serve participants, and connects them with each other."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping

from server.guard.guard import Guard
from server.session.background import BackgroundTasks
from server.session.campaigns import OpenCampaign
from server.session.dispatch import Dispatcher
from server.session.handlers.commit import CommitHandler
from server.session.handlers.hello import HelloHandler
from server.session.handlers.hello_limit import HelloLimit
from server.session.handlers.invite import InviteHandler
from server.session.handlers.join import JoinHandler
from server.session.handlers.join_limit import JoinLimit
from server.session.handlers.leave import HoldsWorks, LeaveHandler
from server.session.handlers.live import LiveHandler
from server.session.handlers.ping import PingHandler
from server.session.handlers.pledge import PledgeHandler
from server.session.handlers.share import ShareHandler
from server.session.identity import Identity
from server.session.notifications import Notifier
from server.session.pledging import FindPledge, Pledging
from server.session.resume import Resume
from server.session.store_errors import StoreErrors
from server.session.timer_wheel import TimerWheel
from server.settings import Settings
from server.store.acknowledgements import Acknowledgements
from server.store.backplane import Backplane
from server.store.counters import Counters
from server.store.deployment import Deployment
from server.store.envelope import Envelope
from server.store.funnel import FunnelStore
from server.store.pledges import Pledges
from server.store.pool import Pool
from server.store.rooms import Rooms
from server.store.shards import Shards
from server.store.workers import Workers
from server.tracing.span import Tracer
from server.transport.codec import Codec
from server.transport.peer import Peer
from server.transport.websocket import WebSocket
from server.worker.closed_campaigns import ClosedCampaigns
from server.worker.counters_feed import CountersFeed
from server.worker.deadlines import Deadlines
from server.worker.disconnects import Disconnects, LostSeat
from server.worker.funnel_feed import FunnelFeed
from server.worker.heartbeat import Heartbeats
from server.worker.lease import LostLease
from server.worker.liveness import Liveness
from server.worker.loop_lag import LoopLag
from server.worker.offers import Offers
from server.worker.pacing import Pacing
from server.worker.registry import Registry
from server.worker.router import Router

CLUSTER_LANES = 16
"""Lanes of a campaign on a Cluster; more of them than nodes, so that they spread."""


class Parts:
    """Everything between the WebSockets of a worker and the store.

    Attributes:
        guard: against bots.
        join_limit: lets joins in.
        tasks: background tasks of all parts.
        counters: as last read.
        pledging: makes pledges.
        registry: the sessions.
        router: leads transitions and ink to them.
        backplane: to other workers.
        disconnects: lost seats.
        heartbeats, deadlines, liveness, closed_campaigns, counters_feed, funnel_feed: the periodic
            work.
        pacing: how seldom they send live ink.
        latencies: how long participants wait.
        loop_lag: how late the event loop is.
    """

    def __init__(
        self,
        deployment: Deployment,
        shards: Shards,
        campaigns: Mapping[str, OpenCampaign],
        identity: Identity,
        works: HoldsWorks,
        guard: Guard,
        find_pledge: FindPledge,
        *,
        settings: Settings,
        tracer: Tracer | None,
    ) -> None:
        """`works` holds reported works back, `find_pledge` finds pledges in the archive.

        `settings` has the limits. Relays and pledges are traced by `tracer`, if there is one.
        """
        self.guard = guard
        self._tracer = tracer
        self.tasks = BackgroundTasks()
        self.join_limit = JoinLimit(guard, self.tasks)
        self.counters = Counters(shards)
        self.pledging = Pledging(Pledges(shards), find_pledge)
        rooms = Rooms(shards)
        self.disconnects = Disconnects(rooms, self.tasks)
        self.registry = Registry(
            campaigns, self.disconnects, TimerWheel(), settings.max_connections
        )
        self.backplane = Backplane(deployment, self.registry.worker, self._receive)
        notifier = Notifier(rooms, self.counters, identity, guard, self.tasks)
        self.latencies = notifier.latencies
        self.router = Router(self.registry, notifier, self.disconnects, self.backplane, self.tasks)
        self.disconnects.deliver = self.router.deliver
        lost_lease = LostLease(self.registry, self.router, self.backplane, self.tasks)
        errors = StoreErrors(lost_lease.found_by)
        leave = LeaveHandler(rooms, works, notifier, errors, self.tasks, self.router.deliver)
        self._dispatcher = self._build_dispatcher(shards, rooms, identity, notifier, errors, leave)
        most_lanes = settings.lanes or (CLUSTER_LANES if deployment.spread else 1)
        self.heartbeats = self._make_heartbeats(shards, lost_lease, settings.lane_rate, most_lanes)
        offers = Offers(self.registry, shards)
        self.deadlines = Deadlines(self.registry, self.router, rooms, offers)
        self.pacing = Pacing(settings.pace_load)
        self.liveness = Liveness(self.registry, self.router, leave, self.pacing)
        self.closed_campaigns = ClosedCampaigns(self.registry, leave)
        self.counters_feed = CountersFeed(self.registry, self.counters)
        self.funnel_feed = FunnelFeed(campaigns, FunnelStore(shards))
        self.loop_lag = LoopLag()
        shards.on_reconnect(self.router.resync_all)
        self.backplane.on_reconnect(self.router.resync_all)

    def _make_heartbeats(
        self, shards: Shards, lost_lease: LostLease, lane_rate: float, most_lanes: int
    ) -> Heartbeats:
        return Heartbeats(
            self.registry,
            self.router,
            Workers(shards),
            self.counters,
            lost_lease,
            self.tasks,
            lane_rate=lane_rate,
            most_lanes=most_lanes,
        )

    async def run(self) -> None:
        """Run the periodic work; not at the same moments as other workers do."""
        await asyncio.sleep(random.uniform(0, 1))
        async with asyncio.TaskGroup() as group:
            for part in (
                self.liveness,
                self.deadlines,
                self.heartbeats,
                self.closed_campaigns,
                self.counters_feed,
                self.funnel_feed,
                self.pacing,
                self.loop_lag,
            ):
                group.create_task(part.run())

    def open_websocket(self, codec: Codec, peer: Peer) -> WebSocket:
        """A WebSocket with a session, for a connection of `peer` that passed the handshake."""
        return self.registry.open_websocket(codec, peer, self._dispatcher, self.router)

    def _build_dispatcher(
        self,
        shards: Shards,
        rooms: Rooms,
        identity: Identity,
        notifier: Notifier,
        errors: StoreErrors,
        leave: LeaveHandler,
    ) -> Dispatcher:
        registry, router, tasks = self.registry, self.router, self.tasks
        resume = Resume(
            rooms,
            notifier,
            tasks,
            router.take_over,
            self._disconnect_seat,
            registry.assign_address,
        )
        hello = HelloHandler(
            registry, identity, self.counters, resume, notifier, errors, tasks, router.deliver
        )
        greeting = HelloLimit(self.guard, hello) if self.guard.rules.on else hello
        dispatcher = Dispatcher(greeting.before_welcome, Acknowledgements(shards))
        for handler in (
            hello,
            JoinHandler(
                registry,
                Pool(shards, router.deliver),
                resume,
                self.join_limit,
                errors,
                tasks,
                self._tracer,
            ),
            InviteHandler(rooms, errors, tasks),
            leave,
            CommitHandler(rooms, notifier, self.guard, errors, router.deliver, self._tracer),
            LiveHandler(router),
            PledgeHandler(self.pledging, self.guard, errors, tasks, self._tracer),
            ShareHandler(),
            PingHandler(),
        ):
            handler.register(dispatcher)
        dispatcher.require_all()
        return dispatcher

    def _disconnect_seat(
        self, campaign: OpenCampaign, participant: str, address: str, room: str
    ) -> None:
        self.disconnects.add_now(LostSeat(campaign, participant, address, room))

    def _receive(self, envelope: Envelope) -> None:
        self.router.receive(envelope)
