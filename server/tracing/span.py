"""A part of a trace, as the rest of the service sees it: it knows nothing of OpenTelemetry."""

from __future__ import annotations

from typing import Protocol


class Span(Protocol):
    """Something that takes time. Whoever starts one ends it."""

    @property
    def traceparent(self) -> str:
        """Its place in the trace, as W3C's Trace Context writes it."""

    def child(self, name: str) -> Span:
        """Start a part of it."""

    def describe(self, **about: str | int) -> None:
        """Add attributes that were not known at its start."""

    def end(self, error: str = "") -> None:
        """It is over; `error` says what failed."""


class Tracer(Protocol):
    """Starts traces, or goes on with those of others."""

    def start(self, name: str, parent: str = "", **about: str | int) -> Span | None:
        """Start a span; None when this trace is not sampled.

        Args:
            name: what takes time.
            parent: `traceparent` of the span of which this is a part; "" for a new trace.
            about: attributes.
        """


class Tracing(Tracer, Protocol):
    """Traces of one process."""

    async def close(self) -> None:
        """Send what is left; this may take as long as the collector does."""
