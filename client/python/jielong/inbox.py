"""A bounded inbox: keeps received messages in order until a caller takes them."""

from __future__ import annotations

import asyncio
from bisect import insort
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple, TypeAlias

from .events import Reconnecting
from .exceptions import JielongError, TimedOut
from .messages import Counters, Ink, Message, Pong, React, Undo

Match: TypeAlias = Callable[[Message], bool]
"""Whether a message is one of those that a caller waits for."""

_DISPOSABLE = (Ink, Undo, React, Counters, Pong, Reconnecting)
"""Messages that are of no use once they are old; a full inbox drops these first."""


class _Received(NamedTuple):
    """A message and its place in the order of arrival."""

    order: int
    message: Message


class _Waiter(NamedTuple):
    match: Match
    future: asyncio.Future[_Received]


class Inbox:
    """Gives each message to the first caller that waits for its kind, and keeps the others.

    Args:
        limit: most messages kept. When one more comes, the inbox drops the oldest live ink,
            reaction or counter, or, if there is none, the oldest message; `dropped` counts both.
    """

    def __init__(self, limit: int) -> None:
        if limit < 1:
            raise ValueError("an inbox holds at least one message")
        self.limit = limit
        self.dropped = 0
        self._order = 0
        self._kept: list[_Received] = []
        self._waiters: list[_Waiter] = []
        self._end: JielongError | None = None

    def put(self, message: Message) -> None:
        """Add a received message. Never waits."""
        self._order += 1
        received = _Received(self._order, message)
        for waiter in self._waiters:
            if not waiter.future.done() and waiter.match(message):
                waiter.future.set_result(received)
                return
        self._keep(received)

    def end(self, error: JielongError) -> None:
        """No more messages will come: raise `error` in every wait for one, now and later."""
        if self._end is not None:
            return
        self._end = error
        for waiter in self._waiters:
            if not waiter.future.done():
                waiter.future.set_exception(error)

    @property
    def is_ended(self) -> bool:
        """Whether no more messages will come."""
        return self._end is not None

    def reopen(self) -> None:
        """Messages come again, after `end`."""
        self._end = None

    def discard(self, match: Match) -> None:
        """Drop the kept messages that match."""
        self._kept = [received for received in self._kept if not match(received.message)]

    async def take(self, match: Match, timeout: float, what: str) -> Message:  # noqa: ASYNC109
        """The oldest message that matches, kept or still to come.

        Args:
            match: picks the messages.
            timeout: seconds to wait; a wait that times out or is cancelled loses no message.
            what: names the message in the exception's text.

        Raises:
            TimedOut: none came in time.
            JielongError: as given to `end`.
        """
        for i, received in enumerate(self._kept):
            if match(received.message):
                return self._kept.pop(i).message
        with self._waiting(match, len(self._waiters)) as future:
            return await _result(future, timeout, what)

    @contextmanager
    def expecting(self, match: Match) -> Iterator[Expected]:
        """Within the block, the next message that matches goes to `Expected.take` alone.

        Enter the block before sending a request, and take its answer inside.
        """
        with self._waiting(match, 0) as future:
            yield Expected(future)

    @contextmanager
    def _waiting(self, match: Match, place: int) -> Iterator[asyncio.Future[_Received]]:
        future: asyncio.Future[_Received] = asyncio.get_running_loop().create_future()
        if self._end is not None:
            future.set_exception(self._end)
        waiter = _Waiter(match, future)
        self._waiters.insert(place, waiter)
        try:
            yield future
        except BaseException:
            if future.done() and future.exception() is None:
                self._keep(future.result())
            raise
        finally:
            self._waiters.remove(waiter)
            future.cancel()

    def _keep(self, received: _Received) -> None:
        if len(self._kept) >= self.limit:
            disposable = (
                i for i, kept in enumerate(self._kept) if isinstance(kept.message, _DISPOSABLE)
            )
            del self._kept[next(disposable, 0)]
            self.dropped += 1
        insort(self._kept, received, key=lambda kept: kept.order)


class Expected:
    """The message that a block of `Inbox.expecting` waits for."""

    def __init__(self, future: asyncio.Future[_Received]) -> None:
        self.future = future

    @property
    def message(self) -> Message | None:
        """The message, or None if it has not come.

        Raises:
            JielongError: as given to `Inbox.end`.
        """
        return self.future.result().message if self.future.done() else None

    async def take(self, timeout: float, what: str) -> Message:  # noqa: ASYNC109
        """As `Inbox.take`."""
        return await _result(self.future, timeout, what)


async def _result(future: asyncio.Future[_Received], timeout: float, what: str) -> Message:  # noqa: ASYNC109
    await asyncio.wait([future], timeout=timeout)
    if not future.done():
        raise TimedOut(what, timeout)
    return future.result().message
