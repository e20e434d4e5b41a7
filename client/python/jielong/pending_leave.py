"""Sends a `leave` or `report` again when the server refuses it for now."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from .exceptions import JielongError
from .messages import Error, Message, Seated
from .outgoing import Outgoing


class PendingLeave:
    """The last `leave` or `report`, until the server has accepted it.

    Args:
        send: sends a message.
        failed: called with the reason when the request could not be sent again.
    """

    def __init__(
        self,
        send: Callable[[Outgoing], Awaitable[None]],
        failed: Callable[[JielongError], None],
    ) -> None:
        self._send = send
        self._failed = failed
        self._request: Outgoing | None = None
        self._retry: asyncio.Task[None] | None = None

    async def send(self, request: Outgoing) -> None:
        """Send a `leave` or a `report`."""
        await self._send(request)
        self._request = request

    async def repeat(self) -> None:
        """Send the request again at once, on a new connection."""
        if self._request is not None:
            await self._send(self._request)

    def concerns(self, message: Seated) -> bool:
        """Whether this is the room that was left: messages crossed, or it was refused."""
        return self._request is not None and message.room == self._request["room"]

    def handle(self, message: Message) -> None:
        """Schedule the request again if this message refuses it for now."""
        if self._request is None or not isinstance(message, Error) or not refuses_leave(message):
            return
        if self._retry:
            self._retry.cancel()
        self._retry = asyncio.create_task(self._send_again((message.retry_ms or 0) / 1000))

    async def settle(self, seconds: float) -> None:
        """Wait, at most `seconds`, until the request was sent again.

        A `join` sent before that would lead back into the same room.
        """
        if self._retry:
            await asyncio.wait([self._retry], timeout=seconds)

    async def close(self) -> None:
        """Cancel what is scheduled."""
        if self._retry:
            self._retry.cancel()
            await asyncio.wait([self._retry])

    async def _send_again(self, seconds: float) -> None:
        assert self._request is not None
        await asyncio.sleep(seconds)
        try:
            await self._send(self._request)
        except JielongError as error:
            self._failed(error)


def refuses_leave(message: Message) -> bool:
    """Whether a `leave` or `report` was refused for now and may be sent again."""
    return (
        isinstance(message, Error)
        and message.re in ("leave", "report")
        and message.retry_ms is not None
    )
