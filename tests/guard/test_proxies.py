"""The client's address is what trusted proxies saw, never what a client says of itself."""

from __future__ import annotations

import pytest

from server.guard.proxies import ProxyError, TrustedProxies


def head(*forwarded: str) -> bytes:
    lines = [
        "GET /ws HTTP/1.1",
        "Host: example.org",
        *(f"X-Forwarded-For: {it}" for it in forwarded),
    ]
    return "\r\n".join([*lines, "", ""]).encode()


LOCAL = TrustedProxies(["127.0.0.1", "::1"])
TWO = TrustedProxies(["127.0.0.1", "10.0.0.0/8", "2001:db8::/32"])

CLIENTS = [
    (LOCAL, "203.0.113.7", head("198.51.100.1"), "203.0.113.7"),
    (LOCAL, "127.0.0.1", head(), "127.0.0.1"),
    (LOCAL, "127.0.0.1", head("198.51.100.1"), "198.51.100.1"),
    (LOCAL, "127.0.0.1", head("1.2.3.4, 198.51.100.1"), "198.51.100.1"),
    (LOCAL, "127.0.0.1", head("1.2.3.4", "198.51.100.1"), "198.51.100.1"),
    (LOCAL, "::1", head("[2001:db8::7]:4711"), "2001:db8::7"),
    (LOCAL, "127.0.0.1", head("198.51.100.1:4711"), "198.51.100.1"),
    (TWO, "127.0.0.1", head("1.2.3.4, 198.51.100.1, 10.0.0.9"), "198.51.100.1"),
    (TWO, "2001:db8::1", head("198.51.100.1, 10.0.0.9"), "198.51.100.1"),
    (TWO, "127.0.0.1", head("10.0.0.5, 10.0.0.9"), "10.0.0.5"),
    (TrustedProxies(["*"]), "203.0.113.7", head("198.51.100.1, 10.0.0.9"), "198.51.100.1"),
    (TrustedProxies([]), "127.0.0.1", head("198.51.100.1"), "127.0.0.1"),
    (LOCAL, "", head("198.51.100.1"), "198.51.100.1"),
]


@pytest.mark.parametrize(("proxies", "peer", "request_head", "client"), CLIENTS)
def test_the_client_is_the_first_from_the_end_that_is_no_proxy(
    proxies: TrustedProxies, peer: str, request_head: bytes, client: str
) -> None:
    assert proxies.client(peer, request_head) == client


def test_what_is_no_address_is_refused() -> None:
    with pytest.raises(ProxyError, match="no address of a proxy"):
        TrustedProxies(["proxy.example"])
