"""The address of the service's socket."""

from __future__ import annotations

from urllib.parse import urlsplit

_SOCKET_SCHEMES = {"http": "ws", "https": "wss"}


def socket_url(url: str) -> str:
    """The WebSocket address for `url`, which is that address or the service's base address.

    A base address ends with a slash: `https://example.org/jielong/` has its socket at
    `wss://example.org/jielong/ws`. Any other address is returned as it is.
    """
    parts = urlsplit(url)
    if not parts.path.endswith("/"):
        return url
    scheme = _SOCKET_SCHEMES.get(parts.scheme, parts.scheme)
    return parts._replace(scheme=scheme, path=f"{parts.path}ws", fragment="").geturl()
