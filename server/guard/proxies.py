"""Which address a request comes from, behind proxies that the operator trusts."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable

EVERYBODY = "*"

_HEADER = b"\r\nx-forwarded-for:"
_FORWARDED_FOR = re.compile(rb"\r\nx-forwarded-for:[ \t]*([^\r\n]*)", re.IGNORECASE)
_WITH_PORT = re.compile(r"\[([0-9a-fA-F:.]+)\](?::\d+)?|(\d+\.\d+\.\d+\.\d+):\d+")


class ProxyError(ValueError):
    """An entry is no address and no network; the message says which."""


class TrustedProxies:
    """Finds the client's address: that of the connection, or what trusted proxies say it is.

    Every proxy appends the address that it was connected from to `X-Forwarded-For`. So the list is
    read from its end, and the first address that is not a trusted proxy's is the client's: what a
    client has written into the header itself is never reached.
    """

    def __init__(self, trusted: Iterable[str]) -> None:
        """Trust these addresses and networks, or everybody with "*".

        Raises:
            ProxyError: one of them is neither.
        """
        entries = tuple(trusted)
        self._everybody = EVERYBODY in entries
        self._addresses: set[str] = set()
        self._networks: list[ipaddress.IPv4Network | ipaddress.IPv6Network] = []
        for entry in entries:
            if entry != EVERYBODY:
                self._add(entry)

    def _add(self, entry: str) -> None:
        try:
            network = ipaddress.ip_network(entry, strict=False)
        except ValueError as error:
            raise ProxyError(f"{entry!r} is no address of a proxy and no network") from error
        if network.num_addresses == 1:
            self._addresses.add(str(network.network_address))
        else:
            self._networks.append(network)

    def client(self, peer: str, head: bytes) -> str:
        """The client's address.

        Args:
            peer: the address of the connection; "" for a unix socket, which is a proxy's.
            head: of the request, with its request line.
        """
        if not self._trusts(peer) or _HEADER not in head.lower():
            return peer
        client = peer
        lines = [line.decode("latin-1") for line in _FORWARDED_FOR.findall(head)]
        for entry in reversed(",".join(lines).split(",")):
            address = _without_port(entry.strip())
            if not address:
                break
            client = address
            if not self._trusts(address):
                break
        return client

    def _trusts(self, address: str) -> bool:
        if self._everybody or not address or address in self._addresses:
            return True
        if not self._networks:
            return False
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self._networks)


def _without_port(entry: str) -> str:
    found = _WITH_PORT.fullmatch(entry)
    return (found[1] or found[2]) if found else entry
