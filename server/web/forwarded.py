"""Reduces the forwarded headers of several proxies to the form that uvicorn reads."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

_SCHEME = b"x-forwarded-proto"


class ForwardedScheme:
    """Leaves one scheme in `X-Forwarded-Proto`: that of the first proxy, which clients speak to.

    Proxies append to the list, in any case and with blanks. uvicorn takes a single scheme in lower
    case, and only from a peer in `FORWARDED_ALLOW_IPS`; `X-Forwarded-For` it reads whole.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Wrap `app`, uvicorn's own middleware for proxies."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the application with one scheme in the header."""
        if schemes := [value for name, value in scope["headers"] if name == _SCHEME]:
            others = [header for header in scope["headers"] if header[0] != _SCHEME]
            scope = {**scope, "headers": [*others, (_SCHEME, _first(b",".join(schemes)))]}
        await self._app(scope, receive, send)


def _first(schemes: bytes) -> bytes:
    named = (scheme.strip().lower() for scheme in schemes.split(b","))
    return next((scheme for scheme in named if scheme), b"")
