"""The networks that campaigns name, such as that of a school."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import ip_network

from server.campaign.definition import Definition
from server.campaign.problems import Problem
from server.guard.networks import NamedNetwork
from server.relay.campaign import Campaign
from server.relay.fault import Fault


def check_networks(definition: Definition) -> Iterator[Problem]:
    """What is wrong with those of a campaign."""
    for number, network in enumerate(definition.network):
        try:
            ip_network(network.address, strict=False)
        except ValueError:
            fault = Fault(
                "{address!r} is no network; one is 203.0.113.7 or 2001:db8::/48",
                address=network.address,
            )
            yield Problem(f"network[{number}].address", fault)
        if network.participants < 1:
            fault = Fault("a network has at least one")
            yield Problem(f"network[{number}].participants", fault)


def named_networks(campaigns: Iterable[Campaign]) -> tuple[NamedNetwork, ...]:
    """Those of these campaigns, which were checked, as the guard needs them."""
    return tuple(
        NamedNetwork(campaign.id, ip_network(it.address, strict=False), it.participants)
        for campaign in campaigns
        for it in campaign.networks
    )
