"""Endpoints for operators: liveness, readiness, metrics and the protocol document."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from http import HTTPStatus

import msgspec
import orjson
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from server.transport.direct_answers import DirectAnswers, LiveAnswer
from server.web import asyncapi
from server.web.api_types import ReadyAnswer
from server.web.operation import Operation

_JSON = "application/json"
_TEXT = "text/plain; charset=utf-8"

OPERATIONS = {
    "/healthz": Operation("health", "200 while the process lives.", _TEXT),
    "/readyz": Operation(
        "readiness",
        "Whether joiners can be taken, and if not, why.",
        ReadyAnswer,
        unready=ReadyAnswer,
    ),
    "/metrics": Operation(
        "metrics", "All metrics in Prometheus' text format.", CONTENT_TYPE_LATEST
    ),
    "/asyncapi.json": Operation("protocol", "The wire protocol in AsyncAPI.", _JSON),
}

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
        self._protocol = orjson.dumps(asyncapi.document(base_path))
        self._answers: dict[str, Callable[[], LiveAnswer]] = {
            "/healthz": self.healthz,
            "/readyz": self.readyz,
            "/metrics": self.metrics,
            "/asyncapi.json": self.asyncapi,
        }

    def add_to(self, answers: DirectAnswers, headers: Iterable[tuple[str, str]]) -> None:
        """Give the answers where a connection is accepted, with these headers."""
        for path, make in self._answers.items():
            answers.add_live(path, make, headers)

    def healthz(self) -> LiveAnswer:
        """200 while the process lives."""
        return LiveAnswer(HTTPStatus.OK, _TEXT, b"ok\n")

    def readyz(self) -> LiveAnswer:
        """Whether joiners can be taken, and if not, why."""
        why = self._why_not_ready()
        if why is None:
            return LiveAnswer(HTTPStatus.OK, _JSON, msgspec.json.encode(ReadyAnswer(True)))
        content = msgspec.json.encode(ReadyAnswer(False, why))
        return LiveAnswer(HTTPStatus.SERVICE_UNAVAILABLE, _JSON, content)

    def asyncapi(self) -> LiveAnswer:
        """The wire protocol in AsyncAPI."""
        return LiveAnswer(HTTPStatus.OK, _JSON, self._protocol)

    def metrics(self) -> LiveAnswer:
        """All metrics in Prometheus' text format."""
        return LiveAnswer(HTTPStatus.OK, CONTENT_TYPE_LATEST, generate_latest(self._metrics))
