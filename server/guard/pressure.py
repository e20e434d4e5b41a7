"""How much work is asked of a newcomer: none in calm times, more as a network or campaign rises.

What is counted are the joins that newcomers ask for, not those that are let in: challenges that
wait for their solution count, too, so nobody collects cheap ones.
"""

from __future__ import annotations

from collections.abc import Callable

from server.guard.rates import NetworkRate
from server.transport.peer import Peer

FIRST_SECONDS = 4.0
"""What is asked as soon as more ask than usual; it grows with the square of their number."""

WATCHED = 0.25
"""From this part of the usual rate on, the verdicts on a network's hands are looked at."""


class Pressure:
    """Compares the rate of newcomers with the usual one, of networks and of campaigns."""

    def __init__(
        self,
        networks: NetworkRate,
        campaigns: NetworkRate,
        most_seconds: float,
        rise: Callable[[Peer], float],
    ) -> None:
        """Over the newcomers of `networks` and of `campaigns`, which are counted by their id.

        Args:
            networks, campaigns: the rates; every newcomer is counted in both, and no work is asked
                up to their limits.
            most_seconds: the most work that is asked, in seconds of a core; 0: none.
            rise: by how much everything is dearer for a network, 1 or more.
        """
        self._networks = networks
        self._campaigns = campaigns
        self._most_seconds = most_seconds
        self._rise = rise

    def seconds(self, peer: Peer, campaign: str) -> float:
        """The work that a newcomer's join costs now, in seconds of a core; 0 in calm times."""
        if not self._most_seconds:
            return 0.0
        rise = self._rise(peer)
        pressure = rise * self._networks.relative(peer, campaign, self._networks.most)
        if self._campaigns.most:
            of_campaign = self._campaigns.relative(_of(campaign), None, self._campaigns.most)
            pressure = max(pressure, of_campaign)
        if pressure < 1:
            return 0.0
        return min(FIRST_SECONDS * pressure * pressure, self._most_seconds) * rise

    def admit(self, peer: Peer, campaign: str) -> float:
        """As `seconds`, and count the newcomer if that is 0: most often with one look."""
        networks = self._networks
        is_plain = networks.most and not self._campaigns.most and self._rise(peer) == 1
        if is_plain and not networks.take(peer, campaign):
            return 0.0
        seconds = self.seconds(peer, campaign)
        if not seconds:
            self.count(peer, campaign)
        return seconds

    def is_high(self, peer: Peer, campaign: str) -> bool:
        """Whether so many come from a network that what they write is worth a look."""
        return self._networks.relative(peer, campaign, self._networks.most) >= WATCHED

    def count(self, peer: Peer, campaign: str) -> None:
        """A newcomer of `peer` asks to join."""
        self._networks.count(peer)
        if self._campaigns.most:
            self._campaigns.count(_of(campaign))


def _of(campaign: str) -> Peer:
    """A campaign, counted as networks are."""
    return Peer(campaign.encode())
