"""Addresses of one network have one hash; with another key nobody knows it any more."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from server.guard.networks import NamedNetwork, Networks

SAME = [
    ("203.0.113.7", "203.0.113.7"),
    ("203.0.113.7", "::ffff:203.0.113.7"),
    ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9"),
    ("fe80::1%eth0", "fe80::2"),
    ("", "no address"),
]
OTHER = [
    ("203.0.113.7", "203.0.113.8"),
    ("2001:db8:1:2::1", "2001:db8:1:3::1"),
    ("2001:db8:1:2::1", "203.0.113.7"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_an_address_of_ipv4_and_64_bits_of_ipv6_are_a_network(one: str, other: str) -> None:
    networks = Networks()
    assert networks.peer(one) == networks.peer(other)


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_others_are_other_networks(one: str, other: str) -> None:
    networks = Networks()
    assert networks.peer(one) != networks.peer(other)


def test_a_new_key_makes_every_network_unknown() -> None:
    networks = Networks()
    before = networks.peer("203.0.113.7")
    networks.key = b"tomorrow"
    assert networks.peer("203.0.113.7") != before


def test_the_hash_holds_no_address() -> None:
    assert bytes([203, 0, 113, 7]) not in Networks().peer("203.0.113.7").network


def test_a_named_network_has_the_participants_of_each_campaign() -> None:
    school = [
        NamedNetwork("spring", ip_network("203.0.113.0/24"), 300),
        NamedNetwork("autumn", ip_network("203.0.113.7"), 20),
        NamedNetwork("spring", ip_network("2001:db8::/48"), 50),
    ]
    networks = Networks()
    assert networks.peer("203.0.113.7").participants == {}
    networks.named = school
    assert networks.peer("::ffff:203.0.113.7").participants == {"spring": 300, "autumn": 20}
    assert networks.peer("2001:db8:0:9::1").participants == {"spring": 50}
    assert networks.peer("198.51.100.1").participants == {}
