"""Answers below a path that a proxy may strip from a request, or leave in it."""

from __future__ import annotations

from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send


class BasePath:
    """Gives an application every request with the path in front, as its `root_path`.

    The application's own routes and addresses are then the same, whatever the proxy does.
    """

    def __init__(self, app: ASGIApp, base_path: str) -> None:
        """`base_path` begins with a slash and does not end with one."""
        self._app = app
        self._base_path = base_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on; the path without a slash at its end leads to the home page."""
        path: str = scope["path"]
        if path == self._base_path:
            query = scope["query_string"].decode("latin-1")
            home = RedirectResponse(f"{path}/?{query}" if query else f"{path}/")
            await home(scope, receive, send)
            return
        if not path.startswith(f"{self._base_path}/"):
            path = self._base_path + path
        await self._app({**scope, "path": path, "root_path": self._base_path}, receive, send)
