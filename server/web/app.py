"""The Starlette application of the web process: what its worker does not answer itself."""

from __future__ import annotations

from collections.abc import Sequence

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from server.archive.database import ArchiveAwayError
from server.archive.pictures import DrawnPictures
from server.guard.requests import RequestGuard
from server.tracing.span import Tracer
from server.transport.handshake import VERSION
from server.web import routes
from server.web.api import Api, ApiError, api_error
from server.web.base_path import BasePath
from server.web.operations import OPERATIONS
from server.web.pages import Pages
from server.web.public_address import PublicAddress
from server.web.request_limit import RequestLimit
from server.web.security import SecurityHeaders
from server.web.traced_requests import TracedRequests

log = structlog.get_logger()

RETRY_SECONDS = 5

FOR_PROGRAMS = ("/api/", "/assets/", "/static/", "/client/")
"""Below these, a 404 is JSON, also for a browser."""

FOR_OPERATORS = "/admin"
"""Operators may come here by another address than everybody else."""


async def _unexpected(request: Request, error: Exception) -> Response:
    log.error("a request failed", path=request.url.path, exc_info=error)
    return api_error(request, ApiError(500, "internal", "something went wrong here"))


async def _archive_away(request: Request, error: Exception) -> Response:
    log.debug("works cannot be read", path=request.url.path, error=str(error))
    busy = "the works cannot be read now; try again"
    return api_error(request, ApiError(503, "busy", busy, retry_seconds=RETRY_SECONDS))


async def _no_plain_ws(_: Request) -> Response:
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": VERSION}
    text = "this is a WebSocket; see the protocol"
    raise ApiError(426, "upgrade_required", text, headers=upgrade)


async def _answered_by_workers(_: Request) -> Response:
    raise ApiError(404, "not_found", "this is answered elsewhere, if at all")


def _reads_pages(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")


def make_app(
    api: Api,
    pages: Pages,
    pictures: DrawnPictures,
    more: Sequence[BaseRoute],
    guard: RequestGuard,
    tracer: Tracer | None = None,
) -> ASGIApp:
    """Works, pictures and errors, at the root and below the base path of `pages`.

    `more` are routes of other parts; `guard` knows which networks ask too often. With a `tracer`,
    requests that change something are traced.
    """
    base_path = pages.base_path
    page_routes, missing = routes.of_pages(api.access, api.campaigns, pages, pictures)

    async def refused(request: Request, error: Exception) -> Response:
        path = request.url.path.removeprefix(base_path)
        is_page = not path.startswith(FOR_PROGRAMS)
        if getattr(error, "status_code", 0) == 404 and is_page and _reads_pages(request):
            return missing(request)
        return api_error(request, error)

    app = Starlette(
        routes=[
            *api.routes(),
            *more,
            Route("/ws", _no_plain_ws),
            # Other methods than GET and HEAD come here, and are answered 405.
            *(Route(path, _answered_by_workers) for path in OPERATIONS),
            *page_routes,
        ],
        exception_handlers={
            HTTPException: refused,
            ArchiveAwayError: _archive_away,
            Exception: _unexpected,
        },
    )
    inner: ASGIApp = app
    if pages.public_url:
        inner = PublicAddress(inner, pages.public_url, f"{base_path}{FOR_OPERATORS}")
    inner = RequestLimit(inner, guard)
    if tracer is not None:
        inner = TracedRequests(inner, tracer)
    return SecurityHeaders(BasePath(inner, base_path) if base_path else inner, pages.security)
