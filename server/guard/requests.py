"""The guard of one web process: what networks do over HTTP, counted with all other workers."""

from __future__ import annotations

from collections.abc import Container, Coroutine, Sequence
from typing import Any

from server.guard.limits import MINUTE, GuardRules, Limit
from server.guard.networks import NamedNetwork, Networks
from server.guard.pledges import PledgeLimit
from server.guard.rates import NetworkRate, NetworkRates
from server.guard.sharing import Sharing
from server.store.guard import GuardStore
from server.transport.peer import ANYBODY, Peer

DELETIONS = 6
"""Of one participant a minute. Each looks through every lane and every campaign's archive."""


class RequestGuard:
    """Limits the requests that make something, and keeps no address.

    Attributes:
        barred: participants who may not take part.
        rates: what networks do; `hellos` and `pledges` count together with those of sockets.
        pledges: how many of them.
        deletions: how often each participant deletes what is theirs, counted by `participant`.
    """

    def __init__(self, rules: GuardRules, store: GuardStore, barred: Container[str]) -> None:
        """By these rules; `store` is what all processes share."""
        self.barred = barred
        self.rates = NetworkRates(rules.networks)
        self.pledges = PledgeLimit(self.rates.pledges, rules)
        self.deletions = NetworkRate(Limit("deletion", DELETIONS, MINUTE, 0))
        self._on = rules.on
        self._networks = Networks()
        of_networks = self.rates.hellos, self.rates.pledges, self.rates.requests
        shared = (*of_networks, *self.pledges.rates, self.deletions)
        self._sharing = Sharing(shared, self._networks, store)

    async def first(self) -> None:
        """Learn the day's key before anybody comes, so that no count is under another one.

        Raises:
            StoreAwayError: Redis cannot be asked now; the task does it later.
        """
        if self._on:
            await self._sharing.share()

    def tasks(self) -> tuple[Coroutine[Any, Any, None], ...]:
        """What runs for as long as the process lives."""
        return (self._sharing.run(),) if self._on else ()

    def name_networks(self, named: Sequence[NamedNetwork]) -> None:
        """Campaigns name these networks from now on."""
        self._networks.named = named

    def participant(self, token: str) -> Peer:
        """The holder of a token as a peer, counted like a network, also while the guard is off."""
        return Peer(self._networks.hash(token.encode()))

    def peer(self, address: str) -> Peer:
        """The network of an address, as trusted proxies told it."""
        return self._networks.peer(address) if self._on else ANYBODY
