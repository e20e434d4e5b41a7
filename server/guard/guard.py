"""The guard of one worker: asked at the door, at `hello` and at `join`, and told of hands."""

from __future__ import annotations

import asyncio
import math

from server.guard.limits import GuardRules
from server.guard.networks import Networks
from server.guard.proxies import TrustedProxies
from server.guard.rates import NetworkRates
from server.guard.sharing import Sharing
from server.store.guard import GuardStore
from server.transport.peer import ANYBODY, Peer


class Guard:
    """Makes false hands cost something, and keeps no address.

    Attributes:
        rules: what it allows.
        rates: what networks do.
    """

    def __init__(self, rules: GuardRules, store: GuardStore) -> None:
        """Share counts with other workers through `store`."""
        self.rules = rules
        self.rates = NetworkRates(rules.networks)
        self._networks = Networks(rules.named_networks)
        self._proxies = TrustedProxies(rules.trusted_proxies)
        self._sharing = Sharing(self.rates, self._networks, store)

    async def run(self) -> None:
        """Share with the other workers, for as long as this one lives."""
        if self.rules.on:
            await self._sharing.run()

    # Connections: see server.transport.peer.ConnectionLimit.

    def identify(self, transport: asyncio.Transport, head: bytes) -> Peer:
        """The peer that sent a request with this head."""
        if not self.rules.on:
            return ANYBODY
        name = transport.get_extra_info("peername")
        return self._networks.peer(self._proxies.client(name[0] if name else "", head))

    def retry_seconds(self, peer: Peer) -> int:
        """0: it may open one more WebSocket, which is counted. Else when it may try again."""
        return math.ceil(self.rates.connections.take(peer) / 1_000)

    # Participants: milliseconds after which to try again, 0 when the peer may.

    def hello(self, peer: Peer) -> int:
        """The peer says `hello`, which is counted."""
        return self.rates.hellos.take(peer)

    def join(self, peer: Peer, campaign: str) -> int:
        """The peer joins, which is counted; not while its network has written too many hands."""
        return self.rates.hands.check(peer, campaign) or self.rates.joins.take(peer, campaign)

    def hand(self, peer: Peer) -> None:
        """The peer has a hand in a finished work."""
        self.rates.hands.count(peer)
