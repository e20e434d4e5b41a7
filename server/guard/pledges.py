"""How many pledges one network makes, and fewer of them while a campaign gets more than usual."""

from __future__ import annotations

from collections.abc import Callable
from time import time

from server.guard.limits import MINUTE, GuardRules, Limit
from server.guard.rates import NetworkRate
from server.transport.peer import Peer


class PledgeLimit:
    """Counts new pledges only: a repeat is answered whenever it comes.

    Attributes:
        recent: the pledges of networks within a minute.
        campaigns: those of campaigns, which are counted by their id.
    """

    def __init__(
        self, pledges: NetworkRate, rules: GuardRules, clock: Callable[[], float] = time
    ) -> None:
        """Count in `pledges`, and by the minute where a usual rate of campaigns is known."""
        self._pledges = pledges
        self._usual = rules.usual_campaign_joins
        self.recent = NetworkRate(Limit("recent pledge", rules.usual_joins, MINUTE, 4), clock)
        self.campaigns = NetworkRate(Limit("campaign pledge", self._usual, MINUTE, 0), clock)

    @property
    def rates(self) -> tuple[NetworkRate, ...]:
        """What all workers count together, beside the pledges."""
        return (self.recent, self.campaigns) if self._usual else ()

    def check(self, peer: Peer, campaign: str) -> int:
        """0 when the peer may make a pledge; else milliseconds after which to try again."""
        wait = self._pledges.check(peer, campaign)
        if wait or not self._usual:
            return wait
        if self.campaigns.relative(Peer(campaign.encode()), None, self._usual) < 1:
            return 0
        return self.recent.check(peer, campaign)

    def count(self, peer: Peer, campaign: str) -> None:
        """A pledge was made."""
        self._pledges.count(peer)
        if self._usual:
            self.recent.count(peer)
            self.campaigns.count(Peer(campaign.encode()))
