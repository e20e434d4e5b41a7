"""Why a check does not pass."""

from __future__ import annotations


class BrokenPromiseError(Exception):
    """The server does not keep the promise; the message says what it did instead."""


class NotTestableError(Exception):
    """This server gives no occasion to test the promise; the message says why."""


def require(kept: bool, otherwise: str) -> None:
    """Raise BrokenPromiseError with this text unless the promise is kept."""
    if not kept:
        raise BrokenPromiseError(otherwise)
