"""A URL of Redis that names nothing usable is refused in words, before anything connects."""

from __future__ import annotations

import pytest

from server.store.deployment import deployment
from server.store.errors import DeploymentError


@pytest.mark.parametrize(
    ("url", "named"),
    [
        ("http://host", "http"),
        ("redis://host:port", "port"),
        ("redis://[::1", "IPv6"),
        ("redis://host?socket_timeout=soon", "socket_timeout"),
        ("redis://host?colour=red", "colour"),
        ("redis+sentinel://host:26379", "service"),
        ("redis+sentinel://host:26379/jielong/first", "first"),
        ("redis+sentinel://host/jielong?colour=red", "colour"),
        ("redis+cluster://host:port", "port"),
        ("redis+cluster://host?db=first", "db"),
    ],
)
def test_what_is_wrong_with_a_url_is_said(url: str, named: str) -> None:
    with pytest.raises(DeploymentError, match=named):
        deployment(url)


@pytest.mark.parametrize(
    "url",
    [
        "redis://user:password@host:6379/1",
        "rediss://host?ssl_cert_reqs=none",
        "unix:///path/to/socket",
        "redis+sentinel://host:26379,host:26380/jielong/1",
        "redis+cluster://:password@host:7000,host:7001",
    ],
)
def test_a_url_that_can_be_used_is_not_refused(url: str) -> None:
    deployment(url)
