"""From an address to a hash of its network, under a key that is forgotten after the day."""

from __future__ import annotations

import hashlib
import ipaddress
import secrets
import socket
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from server.transport.peer import Peer

KEY_BYTES = 16
HASH_BYTES = 8

_MAPPED = b"\0" * 10 + b"\xff\xff"
"""In front of an IPv4 address that is written as an IPv6 address."""


class NamedNetwork(NamedTuple):
    """A network that a campaign names, such as that of a school.

    Attributes:
        campaign: its id.
        network: the addresses.
        participants: how many participants are expected there at a time.
    """

    campaign: str
    network: ipaddress.IPv4Network | ipaddress.IPv6Network
    participants: int


def packed_network(address: str) -> bytes:
    """The network of an address: 4 bytes for IPv4, the 8 of a /64 for IPv6.

    What is no address, a unix socket's for instance, is one network of its own: no bytes.
    """
    try:
        if ":" not in address:
            return socket.inet_pton(socket.AF_INET, address)
        packed = socket.inet_pton(socket.AF_INET6, address.partition("%")[0])
    except (OSError, ValueError):
        return b""
    return packed[12:] if packed.startswith(_MAPPED) else packed[:8]


class Networks:
    """Makes peers of addresses. It keeps no address and no table of them.

    Attributes:
        key: of the hash; every worker has the same one for a day.
        named: those that campaigns name.
    """

    def __init__(self) -> None:
        """Begin with a key of this worker's own."""
        self.key = secrets.token_bytes(KEY_BYTES)
        self.named: Sequence[NamedNetwork] = ()

    def peer(self, address: str) -> Peer:
        """The peer at an address."""
        network = self.hash(packed_network(address))
        return Peer(network, self._participants(address)) if self.named else Peer(network)

    def hash(self, counted: bytes) -> bytes:
        """The hash under which something is counted today; 8 bytes."""
        return hashlib.blake2b(counted, key=self.key, digest_size=HASH_BYTES).digest()

    def _participants(self, address: str) -> Mapping[str, int]:
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return {}
        if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
            parsed = parsed.ipv4_mapped
        return {one.campaign: one.participants for one in self.named if parsed in one.network}
