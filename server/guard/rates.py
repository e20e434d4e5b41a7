"""Counts what networks do, and tells when one of them does too much."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from time import time

from server.guard.limits import HOUR, MINUTE, Limit, NetworkLimits
from server.guard.windows import MOST_NETWORKS, SlidingWindow
from server.transport.peer import Peer

SHARE = 16
"""A network that reaches this part of a limit on one worker is counted in all of them together.

Those below are no concern of Redis: in calm times nothing is sent there."""

LEAST_SHARED = 2

FIRST_RETRY_MS, LAST_RETRY_MS = 500, 60_000
"""A refused client is asked to come back within these, and asks again if that is too early."""

SPREAD_MS = 1_000
"""The clients of one network come back one after another."""


class NetworkRate(SlidingWindow):
    """The rate of one kind of event in every network, as far as this worker knows them.

    A participant is counted five times on the way to a room. Most networks are far below their
    limits, and each method does what is needed for those without a call.

    Attributes:
        event: the kind.
        most: events of a network in the window; 0: any number.
        refused: events refused so far.
    """

    def __init__(self, limit: Limit, clock: Callable[[], float] = time) -> None:
        """With nothing counted yet.

        Args:
            limit: what is counted, and how much of it is allowed.
            clock: gives seconds since 1970: the windows of all workers begin together.
        """
        super().__init__(limit.seconds, max(LEAST_SHARED, limit.most // SHARE))
        self.event = limit.event
        self.most = limit.most
        self.refused = 0
        self._quiet = self._share_from - 1 if limit.most else 0
        """A network with fewer events, here and before, is within the limit, and with one more."""
        self._per_participant = limit.per_participant
        self._clock = clock

    def take(self, peer: Peer, campaign: str | None = None) -> int:
        """Count one event of a peer, unless its network does too much.

        Costs about 1 us.

        Args:
            peer: who it is.
            campaign: the campaign in which it happens; None before that is known.

        Returns:
            0 when it may; else the milliseconds after which to try again.
        """
        network, now, quiet = peer.network, self._clock(), self._quiet
        count = self._present.get(network, 0)
        if (
            now < self._ends_at
            and count < quiet
            and self._before.get(network, 0) < quiet
            and (count or len(self._present) < MOST_NETWORKS)
            and network
        ):
            self._present[network] = count + 1
            return 0
        wait = self.check(peer, campaign)
        if not wait and self.most and network:
            self.add(network, now)
        return wait

    def check(self, peer: Peer, campaign: str | None = None) -> int:
        """As `take`, but count nothing."""
        network, now, quiet = peer.network, self._clock(), self._quiet
        if (
            now < self._ends_at
            and self._present.get(network, 0) < quiet
            and self._before.get(network, 0) < quiet
        ):
            return 0
        most = self.most
        if not (most and network):
            return 0
        if peer.participants:
            most = self._or_expected(most, peer.participants, campaign)
        return 0 if self.estimate(network, now) < most else self._refuse(network, now, most)

    def count(self, peer: Peer) -> None:
        """Count an event that has happened."""
        network, now = peer.network, self._clock()
        count = self._present.get(network, 0)
        if 0 < count < self._quiet and now < self._ends_at:
            self._present[network] = count + 1
        elif network:
            self.add(network, now)

    def relative(self, peer: Peer, campaign: str | None, usual: int) -> float:
        """The events of a peer's network in the window, in multiples of what is usual."""
        if not (usual and peer.network):
            return 0.0
        if peer.participants:
            usual = self._or_expected(usual, peer.participants, campaign)
        return self.estimate(peer.network, self._clock()) / usual

    def _or_expected(
        self, number: int, participants: Mapping[str, int], campaign: str | None
    ) -> int:
        """A number of events, or more if more are expected of a named network.

        They are expected of its participants in the campaign, or in any.
        """
        named = participants.values() if campaign is None else (participants.get(campaign, 0),)
        return max(number, sum(named) * self._per_participant)

    def _refuse(self, network: bytes, now: float, most: int) -> int:
        self.refused += 1
        wait = round(self.seconds_until(network, now, most) * 1_000)
        return min(max(wait, FIRST_RETRY_MS), LAST_RETRY_MS) + random.randrange(SPREAD_MS)


class NetworkRates:
    """Everything that is counted of networks."""

    def __init__(
        self, limits: NetworkLimits, usual_joins: int = 0, clock: Callable[[], float] = time
    ) -> None:
        """With nothing counted yet; work is asked above `usual_joins` newcomers a minute."""
        self.connections = NetworkRate(Limit("connection", limits.connections, MINUTE, 4), clock)
        self.hellos = NetworkRate(Limit("hello", limits.hellos, MINUTE, 4), clock)
        self.joins = NetworkRate(Limit("join", limits.joins, MINUTE, 4), clock)
        self.newcomers = NetworkRate(Limit("newcomer", usual_joins, MINUTE, 4), clock)
        self.challenges = NetworkRate(Limit("challenge", limits.joins, MINUTE, 4), clock)
        self.hands = NetworkRate(Limit("hand", limits.hands, HOUR, 120), clock)
        self.pledges = NetworkRate(Limit("pledge", limits.pledges, HOUR, 20), clock)
        self.good_hands = NetworkRate(Limit("good hand", 0, HOUR, 0), clock)
        self.bad_hands = NetworkRate(Limit("bad hand", 0, HOUR, 0), clock)
        self.requests = NetworkRate(Limit("request", limits.requests, MINUTE, 4), clock)

    @property
    def limited(self) -> tuple[NetworkRate, ...]:
        """Those of which a network may do only so much over sockets."""
        joins = self.joins, self.challenges, self.hands
        return self.connections, self.hellos, *joins, self.pledges

    @property
    def all(self) -> tuple[NetworkRate, ...]:
        """What all workers count together."""
        return *self.limited, self.newcomers, self.good_hands, self.bad_hands
