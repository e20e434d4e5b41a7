"""Campaigns have a label of their own, but never more than a metrics database bears."""

from __future__ import annotations

from server.worker.campaign_metrics import MOST_CAMPAIGNS, OTHER, samples_by_campaign

LAST = f"c{MOST_CAMPAIGNS - 1}"


def test_campaigns_beyond_the_hundredth_are_added_up() -> None:
    names = [f"c{number}" for number in range(MOST_CAMPAIGNS + 3)]
    found = samples_by_campaign(names, lambda name: {"": int(name[1:])})
    assert len(found) == MOST_CAMPAIGNS + 1
    assert found[-2].labels == f'campaign="{LAST}"'
    beyond = sum(range(MOST_CAMPAIGNS, MOST_CAMPAIGNS + 3))
    assert (found[-1].labels, found[-1].value) == (f'campaign="{OTHER}"', beyond)


def test_a_hundred_campaigns_have_a_label_each() -> None:
    names = [f"c{number}" for number in range(MOST_CAMPAIGNS)]
    found = samples_by_campaign(names, lambda _: {'step="hello"': 1, 'step="join"': 2})
    assert len(found) == 2 * MOST_CAMPAIGNS
    assert found[-1].labels == f'campaign="{LAST}",step="join"'
