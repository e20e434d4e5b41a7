"""The guard of one worker: asked at the door, at `hello` and at `join`, and told of hands."""

from __future__ import annotations

import math
from collections.abc import Coroutine, Sequence
from typing import Any, Protocol

from server.guard.hand import HandTime
from server.guard.limits import MINUTE, GuardRules, Limit
from server.guard.networks import NamedNetwork, Networks
from server.guard.pledges import PledgeLimit
from server.guard.pressure import Pressure
from server.guard.proof import LIFETIME_SECONDS, Proofs
from server.guard.proxies import TrustedProxies
from server.guard.rates import NetworkRate, NetworkRates
from server.guard.replay import HoldWork, Replays
from server.guard.sharing import Sharing
from server.guard.verdicts import DISTRUSTED, FindVerdicts, Verdicts
from server.store.guard import GuardStore
from server.transport.peer import ANYBODY, Peer


class Restrictions(Protocol):
    """Participants who may not take part as others do."""

    def __contains__(self, participant: object) -> bool:
        """Whether a participant is barred."""

    def keeps_apart(self, participant: str) -> bool:
        """Whether a participant is to meet only others who are kept apart."""


class Guard:
    """Makes bots pay for taking part, and keeps no address.

    Attributes:
        rules: what it allows.
        rates: what networks do.
        pressure: how much work a newcomer's join costs.
        verdicts: what the check finds of the hands of busy networks.
        pledges: how many of them networks make.
        proofs: that the work was done.
        hand_time: how long a character takes.
        replays: ink that was written before.
        barred: participants who may not take part as others do, whether or not the guard is on.
    """

    def __init__(
        self,
        rules: GuardRules,
        secret: bytes,
        store: GuardStore,
        hold_work: HoldWork,
        find_verdicts: FindVerdicts,
        barred: Restrictions,
    ) -> None:
        """The guard of a worker.

        Args:
            rules: what the operator wants.
            secret: the same in every worker.
            store: what the workers share.
            hold_work: holds the work of a replay back.
            find_verdicts: reads what the check found of works.
            barred: those whom the operator or confirmed reports have barred or keep apart.
        """
        self.barred = barred
        self.rules = rules
        self.rates = NetworkRates(rules.networks, rules.usual_joins)
        self.hand_time = HandTime(rules.hand_pace)
        self.proofs = Proofs(secret)
        campaigns = NetworkRate(Limit("campaign", rules.usual_campaign_joins, MINUTE, 0))
        self.verdicts = Verdicts(self.rates.good_hands, self.rates.bad_hands, find_verdicts)
        self.pressure = Pressure(
            self.rates.newcomers,
            campaigns,
            rules.proof_seconds,
            self.verdicts.rise,
        )
        self._store = store
        self._networks = Networks()
        self._proxies = TrustedProxies(rules.trusted_proxies)
        self.pledges = PledgeLimit(self.rates.pledges, rules)
        shared = (*self.rates.all, campaigns, *self.pledges.rates)
        self._sharing = Sharing(shared, self._networks, store)
        self.replays = Replays(self._networks, store, hold_work)

    async def first(self) -> None:
        """Learn the day's key before anybody comes, so that no count is under another one.

        Raises:
            StoreAwayError: Redis cannot be asked now; a task does it later.
        """
        if self.rules.on:
            await self._sharing.share()

    def tasks(self) -> tuple[Coroutine[Any, Any, None], ...]:
        """What runs beside the sessions, for as long as the worker lives."""
        if not self.rules.on:
            return ()
        return self._sharing.run(), self.replays.run(), self.verdicts.run()

    def name_networks(self, named: Sequence[NamedNetwork]) -> None:
        """Campaigns name these networks from now on; peers that are connected stay as they are."""
        self._networks.named = named

    # Connections: see server.transport.peer.ConnectionLimit.

    def identify(self, address: str, head: bytes) -> Peer:
        """The peer at this address, or behind the proxy there, whose request has this head."""
        if not self.rules.on:
            return ANYBODY
        return self._networks.peer(self._proxies.client(address, head))

    def retry_seconds(self, peer: Peer) -> int:
        """0: it may open one more WebSocket, which is counted. Else when it may try again."""
        return math.ceil(self.rates.connections.take(peer) / 1_000)

    # Participants: milliseconds after which to try again, 0 when the peer may.

    def hello(self, peer: Peer) -> int:
        """The peer says `hello`, which is counted."""
        return self.rates.hellos.take(peer)

    def join(self, peer: Peer, campaign: str, *, is_newcomer: bool) -> int:
        """The peer wants to join; newcomers may not while those before them wrote too much."""
        wait = self.rates.hands.check(peer, campaign) if is_newcomer else 0
        return wait or self.rates.joins.check(peer, campaign)

    def joined(self, peer: Peer) -> None:
        """The peer is let in."""
        self.rates.joins.count(peer)

    def trusts(self, peer: Peer) -> bool:
        """Whether somebody of this network may be known, and so be asked for nothing."""
        return self.verdicts.rise(peer) < DISTRUSTED

    async def use_proof(self, proof: str) -> bool:
        """Whether a solution, known by its id, is used for the first time.

        Raises:
            StoreAwayError: that is not known now.
        """
        return await self._store.claim(proof, LIFETIME_SECONDS)

    def hand(self, peer: Peer, campaign: str, work: str, seat: int, *, is_newcomer: bool) -> None:
        """The peer has a hand in a finished work, with the characters of a seat."""
        if is_newcomer:
            self.rates.hands.count(peer)
        if self.rules.follow_verdicts and self.pressure.is_high(peer, campaign):
            self.verdicts.add(peer, work, seat)

    def committed(self, ink: bytes, participant: str, room: str) -> None:
        """A participant committed this packed ink in a room."""
        if self.rules.find_replays:
            self.replays.add(ink, participant, room)
