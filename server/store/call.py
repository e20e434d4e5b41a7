"""One call of the library on its way, and what becomes of its answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Any

from server.store.errors import StoreError
from server.store.library import function
from server.store.raw_connection import Argument

Wanted = Callable[[], bool]
"""Whether whoever asked for something is still there."""

BARE_BYTES = 500
"""What a call takes without ink, roughly."""


class Call:
    """What is sent; a subclass knows what to do with the answer."""

    __slots__ = (
        "arguments",
        "base",
        "durable",
        "name",
        "patient",
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
        patient: bool = False,
        wanted: Wanted | None = None,
    ) -> None:
        """A call of function `name` on the lane `base`.

        `repeatable` ones survive an outage; `durable` ones are answered when the write has come
        as far as the operator wants; `patient` ones let others go first. One that is not `wanted`
        any more when its time comes is not sent.
        """
        self.name = name
        self.base = base
        self.arguments = arguments
        self.repeatable = repeatable
        self.durable = durable
        self.patient = patient
        self.wanted = wanted
        self.size = BARE_BYTES
        self.since = monotonic()

    def started(self) -> None:
        """It is being sent; its arguments are final."""

    def resolve(self, reply: object) -> None:
        """The answer has come."""
        raise NotImplementedError

    def fail(self, error: StoreError) -> None:
        """There will be none."""
        raise NotImplementedError


class AwaitedCall(Call):
    """One whose answer somebody waits for."""

    __slots__ = ("future",)

    def __init__(
        self,
        name: str,
        base: str,
        arguments: list[Argument],
        *,
        repeatable: bool,
        durable: bool = False,
        patient: bool = False,
        wanted: Wanted | None = None,
    ) -> None:
        """As any call; the answer, or the error, is that of `future`."""
        super().__init__(
            name,
            base,
            arguments,
            repeatable=repeatable,
            durable=durable,
            patient=patient,
            wanted=wanted,
        )
        self.future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    def resolve(self, reply: object) -> None:
        """Hand the answer to whoever waits."""
        if not self.future.done():
            self.future.set_result(reply)

    def fail(self, error: StoreError) -> None:
        """Hand an error to whoever waits."""
        if not self.future.done():
            self.future.set_exception(error)


class Hush(Call):
    """Nobody can be told anything of a lane: let nothing run out in it. Nobody waits for that."""

    __slots__ = ()

    def __init__(self, base: str) -> None:
        """For the lane `base`."""
        super().__init__(function("hush"), base, [], repeatable=False)

    def resolve(self, reply: object) -> None:
        """It is done."""

    def fail(self, error: StoreError) -> None:
        """It is asked for again as long as it is needed."""
