"""A participant's session: sends requests, reads what comes, and follows the room."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import cast

from . import outgoing
from .connection import Connection
from .deadline import Deadline
from .exceptions import Closed, JielongError, Malformed, Refused, TimedOut
from .inbox import Inbox, Match
from .messages import Bye, Committed, Error, Message, Seated, Welcome
from .outgoing import Outgoing
from .pending_leave import PendingLeave
from .relay import Relay, follow

_RETRY_SECONDS = 1.0  # when a refusal may be retried and does not say after how long
_QUIET_SECONDS = 60.0


class Session:
    """One participant's session over one connection, which it reads in the background.

    Attributes:
        inbox: the messages that nobody has taken yet.
        relay: the room, None outside one.
        welcome: the server's welcome; None before it came.
        bye: what the server said before it closed, if anything.
    """

    def __init__(self, connection: Connection, inbox_limit: int) -> None:
        self.inbox = Inbox(inbox_limit)
        self.relay: Relay | None = None
        self.welcome: Welcome | None = None
        self.bye: Bye | None = None
        self._connection = connection
        self._pending_leave = PendingLeave(connection.send, self.inbox.end)
        self._reader = asyncio.create_task(self._read())

    @property
    def my_turn(self) -> bool:
        """Whether this participant is to write now."""
        return self.relay is not None and self.relay.my_turn

    def require_room(self, re: str) -> str:
        """The room's id, for a message of type `re`.

        Raises:
            Refused: there is no room.
        """
        if self.relay is None:
            raise Refused("no_such_room", "not in a room", re)
        return self.relay.room

    def require_turn(self, re: str) -> int:
        """The index of the character that this participant is to write, for a message `re`.

        Raises:
            Refused: it is not their turn.
        """
        if self.relay is None or self.relay.turn is None or not self.relay.my_turn:
            raise Refused("not_your_turn", "it is not your turn", re)
        return self.relay.turn.c

    async def send(self, message: Outgoing) -> None:
        """Send a message that has no answer."""
        await self._connection.send(message)

    async def ask(self, request: Outgoing, answers: Match, timeout: float) -> Message:  # noqa: ASYNC109
        """Send a request and return its answer.

        A request refused with `retry_ms` is sent again after that time, within `timeout` seconds.

        Raises:
            Refused, Closed, TimedOut: see `jielong.exceptions`.
        """
        t = cast(str, request["t"])
        deadline = Deadline(f"answer to {t}", timeout)

        def answers_this(message: Message) -> bool:
            return answers(message) or (isinstance(message, Error) and message.re in (t, None))

        self.inbox.discard(answers_this)
        while True:
            await self._pending_leave.settle(deadline.left())
            with self.inbox.expecting(answers_this) as expected:
                await self._connection.send(request)
                answer = await expected.take(deadline.left(), deadline.what)
            if not isinstance(answer, Error):
                return answer
            wait = _RETRY_SECONDS if answer.retry_ms is None else answer.retry_ms / 1000
            retry = answer.retry_ms is not None or answer.code in ("busy", "slow_down")
            refused = Refused(answer.code, answer.message, answer.re, answer.retry_ms)
            if not retry or not deadline.allows(wait):
                raise refused
            ended, _ = await asyncio.wait([self._reader], timeout=wait)
            if ended:
                raise refused

    async def commit(
        self,
        c: int,
        strokes: Sequence[Sequence[int]],
        timeout: float,  # noqa: ASYNC109
    ) -> Committed:
        """Finish character `c` and wait until the server has stored it.

        Raises:
            Refused, Closed, TimedOut, ValueError: see `Participant.commit`.
        """
        room = self.require_room("commit")

        def stored(message: Message) -> bool:
            return isinstance(message, Committed) and message.room == room and message.c == c

        return cast(Committed, await self.ask(outgoing.commit(room, c, strokes), stored, timeout))

    def was_left(self, message: Seated) -> bool:
        """Whether this is about the room that was left last."""
        return self._pending_leave.concerns(message)

    async def leave(self, request: Outgoing) -> None:
        """Send a `leave` or a `report`, and forget the room."""
        await self._pending_leave.send(request)
        self.relay = None

    async def close(self) -> None:
        """Close the connection, waiting at most 5 s."""
        await self._connection.close()
        await self._pending_leave.close()
        self._reader.cancel()
        await asyncio.wait([self._reader])
        self.inbox.end(Closed(1000, "closed here"))

    async def _read(self) -> None:
        """Hand every message on until the connection ends."""
        try:
            while True:
                try:
                    message = await self._connection.receive(_QUIET_SECONDS)
                except TimedOut:
                    continue  # a dead peer ends the connection; a silent one does no harm
                self._follow(message)
                self.inbox.put(message)
        except JielongError as error:
            self.inbox.end(error)
            if isinstance(error, Malformed):
                await self._connection.close(1002, "malformed message")
        except Exception as error:
            self.inbox.end(JielongError(f"reading failed: {error!r}"))
            raise

    def _follow(self, message: Message) -> None:
        if isinstance(message, Welcome):
            self.welcome = message
        elif isinstance(message, Bye):
            self.bye = message
        elif isinstance(message, Seated) and self.was_left(message):
            return
        self._pending_leave.handle(message)
        self.relay = follow(self.relay, message)
