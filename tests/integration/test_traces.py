"""Traces: one from a join to SQL, told to a collector over OTLP/HTTP."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.docs.blocks import block, commands_of
from tests.finish_work import finish_work
from tests.polling import eventually
from tests.service import Service, start_service


class Collector:
    """Stands in for an OpenTelemetry collector.

    Attributes:
        spans: all that came, with the attributes of their resource.
    """

    def __init__(self) -> None:
        """Listen."""
        self.spans: list[tuple[dict[str, str], Span]] = []
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                assert self.path == "/v1/traces"
                collector.take(ExportTraceServiceRequest.FromString(body))
                self.send_response(200)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def take(self, request: ExportTraceServiceRequest) -> None:
        """Keep the spans."""
        for of_resource in request.resource_spans:
            about = {it.key: it.value.string_value for it in of_resource.resource.attributes}
            for scope in of_resource.scope_spans:
                self.spans += [(about, span) for span in scope.spans]

    def whole_traces(self) -> list[dict[str, Span]]:
        """The spans by name, of each trace that got as far as SQL."""
        by_trace: dict[bytes, dict[str, Span]] = {}
        for _, span in list(self.spans):
            by_trace.setdefault(span.trace_id, {})[span.name] = span
        return [spans for spans in by_trace.values() if "SQL store works" in spans]

    def close(self) -> None:
        """Stop."""
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    """One for the module."""
    collector = Collector()
    yield collector
    collector.close()


@pytest.fixture(scope="module")
def shared(collector: Collector, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that tells it of each commit."""
    _, command = commands_of(block("operate/traces.md: .venv/bin/pip install").code)
    switch, endpoint, *serve = command.split()
    assert (switch, serve) == ("JIELONG_TRACES=on", [".venv/bin/jielong", "serve"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(endpoint.partition("=")[0], collector.url)
        patch.setenv("OTEL_BSP_SCHEDULE_DELAY", "100")
        service = start_service(tmp_path_factory.mktemp("service"), traces="on")
    yield service
    assert service.stop() == 0


async def test_one_trace_leads_from_the_join_to_sql(shared: Service, collector: Collector) -> None:
    work = await finish_work(shared)

    async def is_whole() -> bool:
        return bool(collector.whole_traces())

    await eventually(is_whole)
    (spans,) = collector.whole_traces()
    names = ["join", "commit", "FCALL commit", "archive work", "SQL store works"]
    assert set(spans) == set(names)
    for parent, child in pairwise(names):
        assert spans[child].parent_span_id == spans[parent].span_id
    assert not spans["join"].parent_span_id
    for span in spans.values():
        assert span.end_time_unix_nano > span.start_time_unix_nano
    about = {it.key: it.value.string_value for it in spans["commit"].attributes}
    assert (about["campaign"], about["room"]) == ("default", work)
    resource, _ = collector.spans[0]
    assert resource["service.name"] == "jielong"
    commits = [span for _, span in collector.spans if span.name == "commit"]
    assert len(commits) >= 2  # that of the first character, too, in the trace of its writer
    (wait,) = [span for _, span in collector.spans if span.name == "wait for a partner"]
    assert wait.trace_id in {span.trace_id for span in commits} - {spans["join"].trace_id}
    rooms = {it.value.string_value for it in wait.attributes if it.key == "room"}
    assert rooms == {work}


async def test_what_changes_something_over_http_is_traced_with_its_status(
    shared: Service, collector: Collector
) -> None:
    with pytest.raises(HTTPError, match="401"):
        await asyncio.to_thread(urlopen, f"{shared.url}/api/donations/default", b"{}", timeout=10)

    async def traced() -> bool:
        return any(span.name == "POST /api/donations/default" for _, span in collector.spans)

    await eventually(traced)
    (report,) = [span for _, span in collector.spans if span.name.endswith("donations/default")]
    assert report.status.message == "HTTP 401"
