"""Whether a request that changes something comes from a page of this console."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.requests import Request

_DEFAULT_PORTS = {"http": 80, "https": 443}


def is_own(request: Request) -> bool:
    """Whether the browser says that a page of the same origin sent it.

    A browser sends `Sec-Fetch-Site` or `Origin` with every POST; a request with neither comes from
    a program, which has no cookies of anybody. The token in the form is checked beside this.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("origin")
    return origin is None or _is_of(origin, request.headers.get("host", ""))


def _is_of(origin: str, host: str) -> bool:
    try:
        page = urlsplit(origin)
        own = urlsplit(f"//{host}")
        default = _DEFAULT_PORTS.get(page.scheme)
        ports = page.port or default, own.port or default
    except ValueError:
        return False
    return bool(page.hostname) and page.hostname == own.hostname and ports[0] == ports[1]
