"""A network makes so many pledges an hour, and few a minute while a campaign gets too many."""

from __future__ import annotations

from server.guard.limits import HOUR, GuardRules, Limit
from server.guard.pledges import PledgeLimit
from server.guard.rates import NetworkRate
from server.transport.peer import ANYBODY, Peer

MOST, USUAL, OF_CAMPAIGN = 20, 5, 10
HOME, OTHER, SCHOOL = Peer(b"home"), Peer(b"other"), Peer(b"school", {"spring": 300})


def limit(of_campaign: int = 0) -> PledgeLimit:
    def clock() -> float:
        return 60_000.0

    rules = GuardRules(on=True, usual_joins=USUAL, usual_campaign_joins=of_campaign)
    return PledgeLimit(NetworkRate(Limit("pledge", MOST, HOUR, 20), clock), rules, clock)


def made(one: PledgeLimit, peer: Peer, attempts: int, campaign: str = "spring") -> int:
    """How many of so many pledges are let in."""
    done = 0
    for _ in range(attempts):
        if not one.check(peer, campaign):
            one.count(peer, campaign)
            done += 1
    return done


def test_a_network_makes_so_many_pledges() -> None:
    one = limit()
    assert made(one, HOME, 100) == MOST
    assert one.check(HOME, "spring") > 0
    assert made(one, OTHER, 5) == 5


def test_a_named_network_makes_as_many_as_its_participants_need() -> None:
    assert made(limit(), SCHOOL, 600) == 600


def test_in_a_busy_campaign_a_network_makes_few_a_minute() -> None:
    one = limit(OF_CAMPAIGN)
    assert made(one, HOME, OF_CAMPAIGN) == OF_CAMPAIGN
    assert one.check(HOME, "spring") > 0
    assert made(one, OTHER, 20) == USUAL
    assert made(one, HOME, 3, "autumn") == 3


def test_without_a_network_nothing_is_limited() -> None:
    assert made(limit(), ANYBODY, 100) == 100
