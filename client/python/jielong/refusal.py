"""Reads an `error` of the server: the exception it becomes, and when to send the request again."""

from __future__ import annotations

from .exceptions import Refused
from .messages import Error

_RETRY_SECONDS = 1.0  # when a refusal may be retried and does not say after how long


def refused(error: Error) -> Refused:
    """The exception for it."""
    return Refused(error.code, error.message, error.re, error.retry_ms)


def retry_seconds(error: Error) -> float | None:
    """Seconds after which to send the request again; None when that is no use."""
    if error.retry_ms is not None:
        return error.retry_ms / 1000
    return _RETRY_SECONDS if error.code in ("busy", "slow_down") else None
