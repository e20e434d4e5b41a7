"""Reads a connection in the background, and finds out whether its peer is alive."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from . import outgoing
from .connection import ABNORMAL, Connection
from .deadline import within
from .exceptions import Closed, JielongError, Malformed, TimedOut
from .messages import Message, Pong

_QUIET_SECONDS = 60.0
_PROBE = 0
"""The `n` of a probe's `ping`; those of `Participant.ping` are above."""


class Receiver:
    """The reader of one connection.

    Args:
        connection: the connection, which has no other reader.
        deliver: called with every message, but the answer to a probe; must not wait.
        ended: called once when no more messages will come.

    Attributes:
        connection: the connection.
        end: done, with the reason, when no more messages will come.
    """

    def __init__(
        self,
        connection: Connection,
        deliver: Callable[[Message], None],
        ended: Callable[[], None],
    ) -> None:
        self.connection = connection
        self.end: asyncio.Future[JielongError] = asyncio.get_running_loop().create_future()
        self._deliver = deliver
        self._ended = ended
        self._heard: asyncio.Future[None] | None = None
        self._task = asyncio.create_task(self._read())

    async def probe(self, seconds: float) -> bool:
        """Send a `ping`; whether any frame comes within `seconds`."""
        self._heard = asyncio.get_running_loop().create_future()
        either: list[asyncio.Future[Any]] = [self._heard, self.end]
        try:
            async with within(seconds, "sign of life"):
                await self.connection.send(outgoing.ping(_PROBE))
                await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        except (Closed, TimedOut):
            return False
        return not self.end.done()

    async def drop(self, reason: str) -> None:
        """End a connection whose peer is silent, without waiting for it."""
        self._finish(Closed(ABNORMAL, reason))
        self.connection.abort()
        await self._stop()

    async def close(self) -> None:
        """Close the connection, waiting at most 5 s for the peer."""
        await self.connection.close()
        self._finish(Closed(1000, "closed here"))
        await self._stop()

    async def _read(self) -> None:
        try:
            while True:
                try:
                    message = await self.connection.receive(_QUIET_SECONDS)
                except TimedOut:
                    continue  # a dead peer ends the connection; a silent one does no harm
                if self._heard and not self._heard.done():
                    self._heard.set_result(None)
                if not (isinstance(message, Pong) and message.n == _PROBE):
                    self._deliver(message)
        except JielongError as error:
            self._finish(error)
            if isinstance(error, Malformed):
                await self.connection.close(1002, "malformed message")
        except Exception as error:
            self._finish(JielongError(f"reading failed: {error!r}"))
            raise

    def _finish(self, reason: JielongError) -> None:
        if not self.end.done():
            self.end.set_result(reason)
            self._ended()

    async def _stop(self) -> None:
        self._task.cancel()
        await asyncio.wait([self._task])
