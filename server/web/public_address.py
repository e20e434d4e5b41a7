"""Addresses in answers begin with the origin by which browsers know the service, if that is set.

Otherwise they begin with the `Host` of the request; a cache that leaves it out of its key would
then give everybody the links that one request has asked for.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send


class PublicAddress:
    """Gives an application every request as if it had been sent to the public address."""

    def __init__(self, app: ASGIApp, public_url: str, as_sent: str) -> None:
        """`public_url` is an origin. Requests for `as_sent` and below are passed on as they are."""
        parts = urlsplit(public_url)
        self._app = app
        self._scheme, self._host = parts.scheme, parts.netloc.encode("ascii")
        self._as_sent = as_sent

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on."""
        if not f"{scope['path']}/".startswith(f"{self._as_sent}/"):
            others = [header for header in scope["headers"] if header[0] != b"host"]
            headers = [(b"host", self._host), *others]
            scope = {**scope, "scheme": self._scheme, "headers": headers}
        await self._app(scope, receive, send)
