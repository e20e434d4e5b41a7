"""Messages that have come and not been asked for yet, in order, in bounded memory."""

from __future__ import annotations

import asyncio
from bisect import insort
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple, TypeAlias

from .exceptions import JielongError, TimedOut
from .messages import Counters, Ink, Message, Pong, React, Undo

Match: TypeAlias = Callable[[Message], bool]
"""Whether a message is one of those waited for."""

_PASSING = (Ink, Undo, React, Counters, Pong)
"""What is worth nothing once it is old, and so is dropped first."""


class _Came(NamedTuple):
    """A message and its place in the order of coming."""

    order: int
    message: Message


class _Waiter(NamedTuple):
    match: Match
    future: asyncio.Future[_Came]


class Inbox:
    """Gives each message to the first that waits for its kind, and keeps the others in order.

    Args:
        limit: most messages kept. When one more comes, the oldest live ink, reaction or counter is
            dropped, or, if there is none, the oldest message; `dropped` counts both.
    """

    def __init__(self, limit: int) -> None:
        if limit < 1:
            raise ValueError("an inbox holds at least one message")
        self.limit = limit
        self.dropped = 0
        self._order = 0
        self._kept: list[_Came] = []
        self._waiters: list[_Waiter] = []
        self._end: JielongError | None = None

    def put(self, message: Message) -> None:
        """A message has come. Never waits."""
        self._order += 1
        came = _Came(self._order, message)
        for waiter in self._waiters:
            if not waiter.future.done() and waiter.match(message):
                waiter.future.set_result(came)
                return
        self._keep(came)

    def end(self, error: JielongError) -> None:
        """No more will come: whoever waits for what is not here gets `error`, now and later."""
        if self._end is not None:
            return
        self._end = error
        for waiter in self._waiters:
            if not waiter.future.done():
                waiter.future.set_exception(error)

    def discard(self, match: Match) -> None:
        """Forget the kept messages that match."""
        self._kept = [came for came in self._kept if not match(came.message)]

    async def take(self, match: Match, timeout: float, what: str) -> Message:  # noqa: ASYNC109
        """The oldest message that matches, kept or still to come.

        Args:
            match: picks the messages.
            timeout: seconds to wait; to give up or be cancelled loses no message.
            what: what is waited for, for the exception's text.

        Raises:
            TimedOut: none came in time.
            JielongError: as given to `end`.
        """
        for i, came in enumerate(self._kept):
            if match(came.message):
                return self._kept.pop(i).message
        with self._waiting(match, len(self._waiters)) as future:
            return await _result(future, timeout, what)

    @contextmanager
    def expecting(self, match: Match) -> Iterator[Expected]:
        """Within the block the next message that matches goes to `Expected.take`, and to nobody
        else; entered before a request is sent, for its answer."""
        with self._waiting(match, 0) as future:
            yield Expected(future)

    @contextmanager
    def _waiting(self, match: Match, place: int) -> Iterator[asyncio.Future[_Came]]:
        future: asyncio.Future[_Came] = asyncio.get_running_loop().create_future()
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

    def _keep(self, came: _Came) -> None:
        if len(self._kept) >= self.limit:
            passing = (i for i, old in enumerate(self._kept) if isinstance(old.message, _PASSING))
            del self._kept[next(passing, 0)]
            self.dropped += 1
        insort(self._kept, came, key=lambda kept: kept.order)


class Expected:
    """The one message a block of `Inbox.expecting` is about."""

    def __init__(self, future: asyncio.Future[_Came]) -> None:
        self._future = future

    async def take(self, timeout: float, what: str) -> Message:  # noqa: ASYNC109
        """As `Inbox.take`."""
        return await _result(self._future, timeout, what)


async def _result(future: asyncio.Future[_Came], timeout: float, what: str) -> Message:  # noqa: ASYNC109
    await asyncio.wait([future], timeout=timeout)
    if not future.done():
        raise TimedOut(what, timeout)
    return future.result().message
