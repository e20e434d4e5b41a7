"""Whose connection it is, as far as limits are concerned: a network, never an address."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol

import msgspec

_UNNAMED: Mapping[str, int] = MappingProxyType({})


class Peer(msgspec.Struct, frozen=True, gc=False):
    """The network of one connection.

    Attributes:
        network: its keyed hash, 8 bytes; empty when nothing is limited.
        participants: how many participants the campaigns that name this network expect there, by
            campaign id.
    """

    network: bytes
    participants: Mapping[str, int] = _UNNAMED


ANYBODY = Peer(b"")
"""The peer of every connection while nothing is limited."""


class ConnectionLimit(Protocol):
    """Limits how many WebSockets a network opens."""

    def identify(self, address: str, head: bytes) -> Peer:
        """The peer at this address, or behind the proxy there, whose request has this head."""

    def retry_seconds(self, peer: Peer) -> int:
        """0: it may open one more, which is counted. Else when it may try again."""


class _Unlimited:
    """The limit while there is none."""

    def identify(self, address: str, head: bytes) -> Peer:
        return ANYBODY

    def retry_seconds(self, peer: Peer) -> int:
        return 0


UNLIMITED: ConnectionLimit = _Unlimited()
