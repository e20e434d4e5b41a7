"""Endpoints for operators: liveness, readiness, metrics and the documents of the API."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from http import HTTPStatus

import msgspec
import orjson

from server.metrics.exposition import CONTENT_TYPE
from server.prepared.response import PreparedResponse
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
    "/metrics": Operation("metrics", "All metrics in Prometheus' text format.", CONTENT_TYPE),
    "/asyncapi.json": Operation("protocol", "The wire protocol in AsyncAPI.", _JSON),
}

WhyNotReady = Callable[[], str | None]
"""None when joiners can be taken, else the reason in a few words."""

Headers = Iterable[tuple[str, str]]


class Operations:
    """What operators ask a worker."""

    def __init__(
        self,
        why_not_ready: WhyNotReady,
        metrics: Callable[[], bytes],
        openapi: PreparedResponse,
        base_path: str,
    ) -> None:
        """Over this worker's state; `base_path` is in front of the WebSocket's address."""
        self._why_not_ready = why_not_ready
        self._metrics = metrics
        self._openapi = openapi
        self._protocol = orjson.dumps(asyncapi.document(base_path))

    def add_probes(self, answers: DirectAnswers, headers: Headers) -> None:
        """Give `/healthz` and `/readyz`: a load balancer asks the port that it sends people to."""
        answers.add_live("/healthz", self.healthz, headers)
        answers.add_live("/readyz", self.readyz, headers)

    def add_figures(self, answers: DirectAnswers, headers: Headers) -> None:
        """Give `/metrics`, `/asyncapi.json` and `/openapi.json`: they can be kept from others."""
        answers.add_live("/metrics", self.metrics, headers)
        answers.add_live("/asyncapi.json", self.asyncapi, headers)
        answers.add([self._openapi])

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
        return LiveAnswer(HTTPStatus.OK, CONTENT_TYPE, self._metrics())
