"""Endpoints for operators: liveness, readiness, metrics and the protocol document."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from server.web import asyncapi
from server.web.api import JsonResponse

WhyNotReady = Callable[[], str | None]
"""None when joiners can be taken, else the reason in a few words."""


class Operations:
    """`/healthz`, `/readyz`, `/metrics` and `/asyncapi.json`."""

    def __init__(
        self, why_not_ready: WhyNotReady, metrics: CollectorRegistry, base_path: str
    ) -> None:
        """Over this worker's state; `base_path` is in front of the WebSocket's address."""
        self._why_not_ready = why_not_ready
        self._metrics = metrics
        self._protocol = asyncapi.document(base_path)

    def routes(self) -> list[Route]:
        """The routes."""
        return [
            Route("/healthz", self.healthz),
            Route("/readyz", self.readyz),
            Route("/metrics", self.metrics),
            Route("/asyncapi.json", self.asyncapi),
        ]

    async def healthz(self, _: Request) -> Response:
        """Answer 200 while the process lives."""
        return PlainTextResponse("ok\n")

    async def readyz(self, _: Request) -> Response:
        """Answer whether joiners can be taken, and if not, why."""
        why = self._why_not_ready()
        if why is None:
            return JsonResponse({"ready": True})
        return JsonResponse({"ready": False, "why": why}, 503)

    async def asyncapi(self, _: Request) -> Response:
        """Answer with the wire protocol in AsyncAPI."""
        return JsonResponse(self._protocol)

    async def metrics(self, _: Request) -> Response:
        """Answer with all metrics in Prometheus' text format."""
        return Response(generate_latest(self._metrics), media_type=CONTENT_TYPE_LATEST)
