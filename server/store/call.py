"""One call of the Lua library: what is sent, and what happens with its answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Any

from server.store.errors import StoreError
from server.store.library import function
from server.store.raw_connection import Argument

Wanted = Callable[[], bool]
"""Whether the caller still needs the call."""

BASE_BYTES = 500
"""Size of a call without ink, roughly."""


class Call:
    """A call to be sent; a subclass handles the answer."""

    __slots__ = (
        "answered_at",
        "arguments",
        "base",
        "durable",
        "low_priority",
        "name",
        "repeatable",
        "since",
        "size",
        "wanted",
    )

    def __init__(
        self,
        name: str,
        base: str,
        arguments: list[Argument],
        *,
        repeatable: bool,
        durable: bool = False,
        low_priority: bool = False,
        wanted: Wanted | None = None,
    ) -> None:
        """A call of function `name` on the lane `base`.

        Args:
            name: full name of the function.
            base: base of the lane's keys.
            arguments: the function's ARGV.
            repeatable: it may be sent again, so it is kept through an outage.
            durable: it is answered when the write is as durable as the operator wants.
            low_priority: other calls are sent first.
            wanted: asked when the call is about to be sent; False drops it.
        """
        self.name = name
        self.base = base
        self.arguments = arguments
        self.repeatable = repeatable
        self.durable = durable
        self.low_priority = low_priority
        self.wanted = wanted
        self.size = BASE_BYTES
        self.since = monotonic()
        self.answered_at: float | None = None
        """When the answer came, if it waits to be durable."""

    def started(self) -> None:
        """The call is being sent; from now on its arguments are final."""

    def resolve(self, reply: object) -> None:
        """The answer has come."""
        raise NotImplementedError

    def fail(self, error: StoreError) -> None:
        """There will be no answer."""
        raise NotImplementedError


class AwaitedCall(Call):
    """A call whose caller awaits `future`."""

    __slots__ = ("future",)

    def __init__(
        self,
        name: str,
        base: str,
        arguments: list[Argument],
        *,
        repeatable: bool,
        durable: bool = False,
        low_priority: bool = False,
        wanted: Wanted | None = None,
    ) -> None:
        """As `Call`; `future` gets the answer or the error."""
        super().__init__(
            name,
            base,
            arguments,
            repeatable=repeatable,
            durable=durable,
            low_priority=low_priority,
            wanted=wanted,
        )
        self.future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    def resolve(self, reply: object) -> None:
        """Give the answer to the caller."""
        if not self.future.done():
            self.future.set_result(reply)

    def fail(self, error: StoreError) -> None:
        """Give the error to the caller."""
        if not self.future.done():
            self.future.set_exception(error)


class PauseExpiry(Call):
    """Let nothing expire in a lane, since nobody can be told of it. No caller waits for this."""

    __slots__ = ()

    def __init__(self, base: str) -> None:
        """For the lane `base`."""
        super().__init__(function("pause_expiry"), base, [0], repeatable=False)

    def resolve(self, reply: object) -> None:
        """Nothing to do."""

    def fail(self, error: StoreError) -> None:
        """Nothing to do: the pause is requested again for as long as it is needed."""
