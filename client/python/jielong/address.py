"""The addresses of a service: of its socket, and of its pages."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

_SOCKET_SCHEMES = {"http": "ws", "https": "wss"}
_PAGE_SCHEMES = {socket: page for page, socket in _SOCKET_SCHEMES.items()}


def socket_url(url: str) -> str:
    """The WebSocket address for `url`, which is that address or the service's base address.

    A base address ends with a slash: `https://example.org/jielong/` has its socket at
    `wss://example.org/jielong/ws`. Without a path, as in `https://example.org`, the slash may be
    missing. Any other address is returned as it is.
    """
    parts = urlsplit(url)
    path = parts.path or ("/" if parts.scheme in _SOCKET_SCHEMES else "")
    if not path.endswith("/"):
        return url
    scheme = _SOCKET_SCHEMES.get(parts.scheme, parts.scheme)
    return parts._replace(scheme=scheme, path=f"{path}ws", fragment="").geturl()


def page_url(url: str, page: str) -> str:
    """The whole address of a page that a message names by its path, for a browser.

    Args:
        url: of the service, as for `socket_url`.
        page: e.g. "/w/ID?key=KEY"; a whole address is returned as it is.
    """
    parts = urlsplit(socket_url(url))
    scheme = _PAGE_SCHEMES.get(parts.scheme, parts.scheme)
    return urljoin(f"{scheme}://{parts.netloc}/", page)
