"""How the SDK finds the socket of a service."""

from __future__ import annotations

import pytest
from jielong.address import page_url, socket_url


@pytest.mark.parametrize(
    ("url", "socket"),
    [
        ("https://example.org/jielong/", "wss://example.org/jielong/ws"),
        ("https://example.org/", "wss://example.org/ws"),
        ("https://example.org", "wss://example.org/ws"),
        ("http://127.0.0.1:8000/", "ws://127.0.0.1:8000/ws"),
        ("http://127.0.0.1:8000/#room", "ws://127.0.0.1:8000/ws"),
        ("wss://example.org/jielong/", "wss://example.org/jielong/ws"),
        ("https://[::1]:8000/a/b/?x=1", "wss://[::1]:8000/a/b/ws?x=1"),
    ],
)
def test_a_base_address_leads_to_the_socket_below_it(url: str, socket: str) -> None:
    assert socket_url(url) == socket


@pytest.mark.parametrize("url", ["ws://127.0.0.1:8000/ws", "wss://example.org/jielong/ws", "x:1"])
def test_any_other_address_is_that_of_the_socket(url: str) -> None:
    assert socket_url(url) == url


def test_a_page_of_a_message_has_the_service_s_origin() -> None:
    for url in ("https://example.org/jielong/", "wss://example.org/jielong/ws"):
        assert page_url(url, "/jielong/w/1?key=2") == "https://example.org/jielong/w/1?key=2"
    assert page_url("ws://here:1/ws", "https://other.example/w/1") == "https://other.example/w/1"
