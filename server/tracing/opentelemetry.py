"""Traces by OpenTelemetry: spans are sent over OTLP/HTTP by a thread of its SDK.

Its own environment variables say where to, and how many: `OTEL_EXPORTER_OTLP_ENDPOINT`,
`OTEL_TRACES_SAMPLER`, `OTEL_TRACES_SAMPLER_ARG`, `OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES`.
Needs the extra `traces`.
"""

from __future__ import annotations

import asyncio
import os
import threading
from contextlib import suppress

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from server.tracing.span import Span

_FIELD = "traceparent"
_propagator = TraceContextTextMapPropagator()


class OpenTelemetrySpan:
    """A span that is recorded."""

    def __init__(self, tracer: trace.Tracer, span: trace.Span) -> None:
        """`span` was started by `tracer`."""
        self._tracer = tracer
        self._span = span

    @property
    def traceparent(self) -> str:
        """Its place in the trace."""
        carrier: dict[str, str] = {}
        _propagator.inject(carrier, self._context)
        return carrier[_FIELD]

    def child(self, name: str) -> OpenTelemetrySpan:
        """Start a part of it."""
        return OpenTelemetrySpan(self._tracer, self._tracer.start_span(name, self._context))

    def describe(self, **about: str | int) -> None:
        """Add attributes."""
        self._span.set_attributes(about)

    def end(self, error: str = "") -> None:
        """It is over."""
        if error:
            self._span.set_status(trace.StatusCode.ERROR, error)
        self._span.end()

    @property
    def _context(self) -> Context:
        return trace.set_span_in_context(self._span, Context())


class OpenTelemetry:
    """The traces of one process; make it after the last fork."""

    def __init__(self, version: str, worker: int) -> None:
        """Of this version of the service, and of the worker of this number."""
        about: dict[str, str | int] = {"service.version": version, "jielong.worker": worker}
        if "OTEL_SERVICE_NAME" not in os.environ:
            about["service.name"] = "jielong"
        self._provider = TracerProvider(resource=Resource.create(about), shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("jielong", version)

    def start(self, name: str, parent: str = "", **about: str | int) -> Span | None:
        """Start a span; None when this trace is not sampled."""
        context = _propagator.extract({_FIELD: parent}, Context()) if parent else Context()
        span = self._tracer.start_span(name, context, attributes=about)
        return OpenTelemetrySpan(self._tracer, span) if span.is_recording() else None

    async def close(self) -> None:
        """Send what is left, in a thread that ends with the process."""
        sent, loop = asyncio.Event(), asyncio.get_running_loop()

        def send() -> None:
            self._provider.shutdown()
            with suppress(RuntimeError):  # nobody waits any more
                loop.call_soon_threadsafe(sent.set)

        threading.Thread(target=send, daemon=True).start()
        await sent.wait()
