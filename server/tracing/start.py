"""Starts the traces of a process, if their library is there."""

from __future__ import annotations

from importlib.util import find_spec

from server import __version__
from server.extras import install
from server.tracing.span import Tracing


class TracingError(Exception):
    """There can be no traces; the message says what to do."""

    def __init__(self, missing: str) -> None:
        """`missing` is the name of the library."""
        super().__init__(
            f"JIELONG_TRACES needs {missing}: install it with {install('traces')}, or unset "
            "JIELONG_TRACES"
        )


def require_tracing(*, on: bool) -> None:
    """Check that the library is there if traces are asked for; it is not loaded yet.

    Raises:
        TracingError: it is missing.
    """
    if on and find_spec("opentelemetry") is None:
        raise TracingError("OpenTelemetry")


def start_tracing(worker: int) -> Tracing:
    """The traces of the worker of this number; call this after the last fork.

    Raises:
        TracingError: the library is missing, or not whole.
    """
    try:
        from server.tracing.opentelemetry import OpenTelemetry  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise TracingError(str(error.name)) from error
    return OpenTelemetry(__version__, worker)
