"""The Starlette application: pages, API and operations on the worker's one port."""

from __future__ import annotations

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.archive.database import ArchiveAwayError
from server.web import pages
from server.web.api import Api, ApiError, api_error
from server.web.base_path import BasePath
from server.web.operations import Operations

log = structlog.get_logger()

RETRY_SECONDS = 5

FOR_PROGRAMS = ("/api/", "/static/", "/client/")
"""Below these, a 404 is JSON, also for a browser."""

SECURITY_HEADERS = [
    (
        b"content-security-policy",
        b"default-src 'self'; img-src 'self' data: blob:; base-uri 'none'; "
        b"form-action 'none'; frame-ancestors 'none'; object-src 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
]


class SecurityHeaders:
    """Adds the headers that keep foreign code and frames out of the pages."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap `app`."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the application, and add the headers to its answer."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *SECURITY_HEADERS]
            await send(message)

        await self._app(scope, receive, send_with_headers)


async def _unexpected(request: Request, error: Exception) -> Response:
    log.error("a request failed", path=request.url.path, exc_info=error)
    return api_error(request, ApiError(500, "internal", "something went wrong here"))


async def _archive_away(request: Request, error: Exception) -> Response:
    log.warning("works cannot be read", path=request.url.path, error=str(error))
    busy = "the works cannot be read now; try again"
    return api_error(request, ApiError(503, "busy", busy, retry_seconds=RETRY_SECONDS))


async def _no_plain_ws(_: Request) -> Response:
    raise ApiError(426, "upgrade_required", "this is a WebSocket; see the protocol")


def _reads_pages(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")


def make_app(api: Api, operations: Operations, base_path: str) -> ASGIApp:
    """Everything that is plain HTTP, at the root and below `base_path`."""
    page_routes, missing = pages.routes(api.work_reader, api.campaigns, base_path)

    async def refused(request: Request, error: Exception) -> Response:
        path = request.url.path.removeprefix(base_path)
        is_page = not path.startswith(FOR_PROGRAMS)
        if getattr(error, "status_code", 0) == 404 and is_page and _reads_pages(request):
            return missing(request)
        return api_error(request, error)

    app = Starlette(
        routes=[
            *operations.routes(),
            *api.routes(),
            Route("/ws", _no_plain_ws),
            *page_routes,
        ],
        exception_handlers={
            HTTPException: refused,
            ArchiveAwayError: _archive_away,
            Exception: _unexpected,
        },
    )
    return SecurityHeaders(BasePath(app, base_path) if base_path else app)
