"""Limits how often a network asks for what costs something, or asks in vain.

A token or a signature that is not ours costs as much CPU as one that is. So whoever sends many of
them is answered 429 before anything is read or checked.
"""

from __future__ import annotations

import math

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.guard.requests import RequestGuard
from server.transport.peer import Peer
from server.web.api import ApiError, api_error

READING = ("GET", "HEAD", "OPTIONS")

COSTLY = ("/oembed", "/sitemap", "/api/me")
"""Each request of a path that begins so counts, with whatever status it is answered."""

FIRST_ERROR, FIRST_FAULT = 400, 500


class RequestLimit:
    """Stands in front of the application; requests that only read pass, except costly ones."""

    def __init__(self, app: ASGIApp, guard: RequestGuard) -> None:
        """Wrap `app`."""
        self._app = app
        self._guard = guard

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 429, or call the application and count what it refuses."""
        costly = scope["path"].removeprefix(scope.get("root_path", "")).startswith(COSTLY)
        if scope["method"] in READING and not costly:
            await self._app(scope, receive, send)
            return
        requests = self._guard.rates.requests
        peer = peer_of(Request(scope), self._guard)
        wait = requests.take(peer) if costly else requests.check(peer)
        if wait:
            error = too_many("your network asks too often", wait)
            await api_error(Request(scope), error)(scope, receive, send)
            return

        async def send_and_count(message: Message) -> None:
            is_answer = message["type"] == "http.response.start"
            if is_answer and not costly and FIRST_ERROR <= message["status"] < FIRST_FAULT:
                requests.count(peer)
            await send(message)

        await self._app(scope, receive, send_and_count)


def peer_of(request: Request, guard: RequestGuard) -> Peer:
    """The network that a request comes from; trusted proxies are looked through already."""
    return guard.peer(request.client.host if request.client else "")


def too_many(message: str, wait_ms: int) -> ApiError:
    """The answer to a request that comes too early by so many milliseconds."""
    return ApiError(429, "slow_down", message, retry_seconds=math.ceil(wait_ms / 1_000))
