"""Giving a room up, for certain: a refused `leave` or `report` is said again when it may be."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from .connection import Connection
from .exceptions import JielongError
from .messages import Error, Message, Seated
from .outgoing import Outgoing


class Departure:
    """From the room that was given up last, if any."""

    def __init__(self, connection: Connection, failed: Callable[[JielongError], None]) -> None:
        """Over `connection`; `failed` hears why it could not be said again."""
        self._connection = connection
        self._failed = failed
        self._request: Outgoing | None = None
        self._again: asyncio.Task[None] | None = None

    async def say(self, request: Outgoing) -> None:
        """Send a `leave` or a `report`."""
        await self._connection.send(request)
        self._request = request

    def is_from(self, message: Seated) -> bool:
        """Whether it is about the room given up: it crossed the request, or that was refused."""
        return self._request is not None and message.room == self._request["room"]

    def heed(self, message: Message) -> None:
        """A message came; if it refuses the request for now, that is said again in time."""
        if self._request is None or not isinstance(message, Error) or not is_refused(message):
            return
        if self._again:
            self._again.cancel()
        self._again = asyncio.create_task(self._say_again((message.retry_ms or 0) / 1000))

    async def settle(self, seconds: float) -> None:
        """Wait, no longer than `seconds`, until it was said: before, `join` leads back there."""
        if self._again:
            await asyncio.wait([self._again], timeout=seconds)

    async def close(self) -> None:
        """It will not be said again."""
        if self._again:
            self._again.cancel()
            await asyncio.wait([self._again])

    async def _say_again(self, seconds: float) -> None:
        assert self._request is not None
        await asyncio.sleep(seconds)
        try:
            await self._connection.send(self._request)
        except JielongError as error:
            self._failed(error)


def is_refused(message: Message) -> bool:
    """Whether a room could not be given up now, and it makes sense to say so again."""
    return (
        isinstance(message, Error)
        and message.re in ("leave", "report")
        and message.retry_ms is not None
    )
