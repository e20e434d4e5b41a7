"""No work is asked in calm times; the more come, the more is asked, up to a bound."""

from __future__ import annotations

import pytest

from server.guard.limits import MINUTE, Limit
from server.guard.pressure import FIRST_SECONDS, Pressure
from server.guard.rates import NetworkRate
from server.transport.peer import Peer

USUAL, MOST_SECONDS, OF_CAMPAIGN = 10, 16, 50
HOME, OTHER, SCHOOL = Peer(b"home"), Peer(b"other"), Peer(b"school", {"spring": 300})


def pressure(
    most_seconds: float = MOST_SECONDS, of_campaign: int = OF_CAMPAIGN, rise: float = 1
) -> Pressure:
    def clock() -> float:
        return 60_000.0

    newcomers = NetworkRate(Limit("newcomer", USUAL, MINUTE, 4), clock)
    campaigns = NetworkRate(Limit("campaign", of_campaign, MINUTE, 0), clock)
    return Pressure(newcomers, campaigns, most_seconds, lambda _: rise)


def asked(one: Pressure, peer: Peer, joins: int, campaign: str = "spring") -> list[float]:
    """What each of so many joins costs."""
    costs = []
    for _ in range(joins):
        costs.append(one.seconds(peer, campaign))
        one.count(peer, campaign)
    return costs


def test_a_network_above_its_usual_rate_pays_more_and_more() -> None:
    costs = asked(pressure(of_campaign=0), HOME, 60)
    assert costs[:USUAL] == [0] * USUAL
    assert costs[USUAL] == FIRST_SECONDS
    assert costs[USUAL:] == sorted(costs[USUAL:])
    assert costs[-1] == MOST_SECONDS


def test_other_networks_pay_nothing_for_it_until_the_campaign_is_above_its_rate() -> None:
    one = pressure()
    asked(one, HOME, OF_CAMPAIGN - 1)
    assert one.seconds(OTHER, "spring") == 0
    asked(one, HOME, 1)
    assert one.seconds(OTHER, "spring") == FIRST_SECONDS
    assert one.seconds(OTHER, "autumn") == 0


def test_a_network_of_scribblers_pays_sooner_and_more() -> None:
    costs = asked(pressure(of_campaign=0, rise=5), HOME, 60)
    assert costs[: USUAL // 5] == [0] * (USUAL // 5)
    assert costs[USUAL // 5] == 5 * FIRST_SECONDS
    assert costs[-1] == 5 * MOST_SECONDS


def test_a_school_pays_nothing_for_its_many_participants() -> None:
    assert not any(asked(pressure(of_campaign=0), SCHOOL, 300 * 4))


def test_nobody_pays_when_no_work_is_wanted() -> None:
    assert not any(asked(pressure(most_seconds=0), HOME, 100))


@pytest.mark.parametrize("of_campaign", [0, OF_CAMPAIGN])
@pytest.mark.parametrize("rise", [1, 5])
def test_who_is_admitted_is_counted_and_pays_as_others_do(of_campaign: int, rise: float) -> None:
    one, other = (pressure(of_campaign=of_campaign, rise=rise) for _ in range(2))
    expected = asked(other, HOME, 30)
    for cost in expected:
        assert one.admit(HOME, "spring") == cost
        if cost:
            one.count(HOME, "spring")
    assert one.seconds(OTHER, "spring") == other.seconds(OTHER, "spring")
