"""The console's cookies: for its own path, hidden from scripts, over TLS where there is TLS."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

SESSION = "jielong-console"
"""Who is signed in."""

STARTING = "jielong-sign-in"
"""Ties the sign-in form to the browser that asked for it."""

OIDC = "jielong-oidc"
"""What is to be remembered while somebody is at the provider of OIDC."""

NOTICE = "jielong-notice"
"""The notice that the next page shows."""

LANGUAGE = "jielong-language"


class Cookies:
    """Sets and takes away cookies below the console's address."""

    def __init__(self, base: str) -> None:
        """`base` is the console's address."""
        self._path = base

    def put(
        self, request: Request, response: Response, name: str, value: str, seconds: float
    ) -> None:
        """Have the browser keep a value for so long."""
        response.set_cookie(
            name,
            value,
            max_age=int(seconds),
            path=self._path,
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="lax",  # a link in a message leads to the page and not to the sign-in
        )

    def drop(self, request: Request, response: Response, name: str) -> None:
        """Have the browser remove a cookie."""
        response.delete_cookie(
            name, path=self._path, secure=request.url.scheme == "https", httponly=True
        )
