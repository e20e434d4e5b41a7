"""A check: one promise of the protocol, and the function that tests it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Literal, TypeAlias

from msgspec import Struct

from .server import Server

Result: TypeAlias = Literal["pass", "fail", "skipped"]

Test: TypeAlias = Callable[[Server], Awaitable[None]]
"""Returns when the promise is kept; raises BrokenPromiseError or NotTestableError."""


class Check(Struct, frozen=True):
    """One promise: `name` is unique, `family` groups it, `promise` is its text."""

    name: str
    family: str
    promise: str
    test: Test


class Outcome(Struct, frozen=True):
    """What a check found; `why` is empty when it passed, `seconds` is how long it took."""

    name: str
    family: str
    promise: str
    result: Result
    why: str
    seconds: float


class Family:
    """Collects the checks of one module, in the order in which they are written."""

    def __init__(self, name: str) -> None:
        """An empty family."""
        self.name = name
        self.checks: list[Check] = []

    def check(self, promise: str) -> Callable[[Test], Test]:
        """Add the decorated function; its name, with dashes, is the check's."""

        def add(test: Test) -> Test:
            name = getattr(test, "__name__", "").replace("_", "-")
            self.checks.append(Check(name, self.name, promise, test))
            return test

        return add
