"""Traces the requests that change something: pledges, reports of donations, deletions."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.tracing.span import Tracer

READING = ("GET", "HEAD", "OPTIONS")
FIRST_ERROR = 400


class TracedRequests:
    """Stands in front of the application while traces are on."""

    def __init__(self, app: ASGIApp, tracer: Tracer) -> None:
        """Wrap `app`."""
        self._app = app
        self._tracer = tracer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the application, within a span if the request may change something."""
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        span = None
        if scope["method"] not in READING and path.startswith("/api/"):
            span = self._tracer.start(f"{scope['method']} {path}")
        if span is None:
            await self._app(scope, receive, send)
            return
        error = "no answer"

        async def send_and_see(message: Message) -> None:
            nonlocal error
            if message["type"] == "http.response.start":
                status = message["status"]
                span.describe(status=status)
                error = f"HTTP {status}" if status >= FIRST_ERROR else ""
            await send(message)

        try:
            await self._app(scope, receive, send_and_see)
        finally:
            span.end(error)
