"""How much work is asked of a joiner: none in calm times, more as its network or campaign rises."""

from __future__ import annotations

from server.guard.rates import NetworkRate
from server.transport.peer import Peer

FIRST_SECONDS = 1.0
"""What is asked as soon as there are more joins than usual; it grows with them."""


class Pressure:
    """Compares the rate of joins with the usual one, of networks and of campaigns."""

    def __init__(
        self,
        networks: NetworkRate,
        campaigns: NetworkRate,
        usual_joins: int,
        usual_campaign_joins: int,
        most_seconds: float,
    ) -> None:
        """Over the joins of `networks` and of `campaigns`, which are counted by their id.

        Args:
            networks, campaigns: the rates; every join is counted in both.
            usual_joins: joins of a network a minute for which no work is asked; 0 for any number.
            usual_campaign_joins: the same for a campaign.
            most_seconds: the most work that is asked, in seconds of a core; 0: none.
        """
        self._networks = networks
        self._campaigns = campaigns
        self._usual_joins = usual_joins
        self._usual_campaign_joins = usual_campaign_joins
        self._most_seconds = most_seconds

    def seconds(self, peer: Peer, campaign: str) -> float:
        """The work that a join of `peer` costs now, in seconds of a core; 0 in calm times."""
        if not self._most_seconds:
            return 0.0
        pressure = self._networks.relative(peer, campaign, self._usual_joins)
        if self._usual_campaign_joins:
            of_campaign = self._campaigns.relative(_of(campaign), None, self._usual_campaign_joins)
            pressure = max(pressure, of_campaign)
        return min(FIRST_SECONDS * pressure, self._most_seconds) if pressure >= 1 else 0.0

    def count(self, peer: Peer, campaign: str) -> None:
        """A join of `peer` is let in."""
        self._networks.count(peer)
        if self._usual_campaign_joins:
            self._campaigns.count(_of(campaign))


def _of(campaign: str) -> Peer:
    """A campaign, counted as networks are."""
    return Peer(campaign.encode())
