"""A participant's session: sends requests, follows the room, and outlives its connection."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from itertools import count
from typing import Any, cast

from . import outgoing
from .connection import Connection
from .deadline import Deadline, within
from .exceptions import Closed, JielongError, Refused, TimedOut
from .handshake import Handshake
from .inbox import Expected, Inbox, Match
from .messages import Bye, Committed, Error, Message, Pace, Seated, Welcome
from .outgoing import Outgoing
from .pending_leave import PendingLeave
from .receiver import Receiver
from .reconnect import delay, is_final
from .refusal import refused, retry_seconds
from .relay import Relay, follow

_ANSWER_SECONDS = 1.0
"""How long a commit may go without an answer before the connection is probed."""
_PROBE_SECONDS = 2.0
"""How long a probed connection may be silent before it is replaced."""


class Session:
    """One participant's session, over one connection after another; made with `open`.

    A new connection resumes with what is kept here in memory: the token, and the commit that was
    not answered, which is sent again.

    Attributes:
        inbox: the messages that no caller has taken yet.
        relay: the room, None outside one.
        welcome: the server's last welcome.
        bye: what the server said before it closed, if anything.
        ink_seconds: the shortest time between two messages of live ink.
    """

    welcome: Welcome
    _receiver: Receiver

    def __init__(self, handshake: Handshake, inbox_limit: int) -> None:
        self.inbox = Inbox(inbox_limit)
        self.relay: Relay | None = None
        self.bye: Bye | None = None
        self.ink_seconds = 0.0
        self._handshake = handshake
        self._pending_leave = PendingLeave(self.send, self.inbox.end)
        self._unanswered: Outgoing | None = None
        self._commits = 0
        self._replacing = asyncio.Lock()
        self._closing = asyncio.Event()

    @classmethod
    async def open(cls, handshake: Handshake, token: str | None, inbox_limit: int) -> Session:
        """Connect as the participant with this token, or as a new one.

        Raises:
            CannotConnect, Refused, Closed, TimedOut, Malformed: see `jielong.exceptions`.
        """
        session = cls(handshake, inbox_limit)
        session._begin(*await handshake.perform(token))
        return session

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
        await self._receiver.connection.send(message)

    async def ask(
        self,
        request: Outgoing,
        answers: Match,
        timeout: float,  # noqa: ASYNC109
        *,
        resumes: bool = False,
    ) -> Message:
        """Send a request and return its answer.

        A request refused with `retry_ms` is sent again after that time, within `timeout` seconds.

        Args:
            request: the message.
            answers: picks its answer, beside an `Error` about it.
            timeout: seconds, retries included.
            resumes: send it again over a new connection when this one is lost or silent.

        Raises:
            Refused, Closed, TimedOut: see `jielong.exceptions`.
        """
        t = cast(str, request["t"])
        deadline = Deadline(f"answer to {t}", timeout)
        exchange = self._deliver if resumes else self._exchange

        def answers_this(message: Message) -> bool:
            return answers(message) or (isinstance(message, Error) and message.re in (t, None))

        self.inbox.discard(answers_this)
        while True:
            if resumes and self._receiver.end.done():
                await self.wake(deadline.left())
            await self._pending_leave.settle(deadline.left())
            with self.inbox.expecting(answers_this) as expected:
                answer = await exchange(request, expected, deadline)
            if not isinstance(answer, Error):
                return answer
            wait = retry_seconds(answer)
            if wait is None or not deadline.allows(wait):
                raise refused(answer)
            ended, _ = await asyncio.wait([self._receiver.end], timeout=wait)
            if ended and not resumes:
                raise refused(answer)

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
        request = outgoing.commit(room, c, strokes)
        self._commits += 1
        try:
            answer = await self.ask(request, lambda it: _stores(it, request), timeout, resumes=True)
            return cast(Committed, answer)
        finally:
            self._commits -= 1
            self._end_if_lost()

    async def wake(self, timeout: float, silence: float = _PROBE_SECONDS) -> None:  # noqa: ASYNC109
        """Make sure that the connection works: probe it, and replace it if it does not.

        Args:
            timeout: seconds for all of it, several attempts included.
            silence: seconds without any frame after which the connection is replaced.

        Raises:
            CannotConnect, Refused, Closed, TimedOut: see `Participant.wake`.
        """
        deadline = Deadline("working connection", timeout)
        try:
            async with self._replacing:
                if not await self._receiver.probe(min(silence, deadline.left())):
                    await self._replace(deadline)
                    await self._send_again()
        finally:
            self._end_if_lost()

    def was_left(self, message: Seated) -> bool:
        """Whether this is about the room that was left last."""
        return self._pending_leave.concerns(message)

    async def leave(self, request: Outgoing) -> None:
        """Send a `leave` or a `report`, and forget the room."""
        await self._pending_leave.send(request)
        self._unanswered = None
        self.relay = None

    async def close(self) -> None:
        """Close the connection, waiting at most 5 s."""
        self._closing.set()
        await self._receiver.close()
        await self._pending_leave.close()

    async def _exchange(self, request: Outgoing, expected: Expected, deadline: Deadline) -> Message:
        await self.send(request)
        return await expected.take(deadline.left(), deadline.what)

    async def _deliver(self, request: Outgoing, expected: Expected, deadline: Deadline) -> Message:
        """Send until there is an answer, over a new connection if this one is lost or silent."""
        self._unanswered = request
        silence = _PROBE_SECONDS
        await self._send_again()
        while (answer := expected.message) is None:
            receiver = self._receiver
            either: list[asyncio.Future[Any]] = [expected.future, receiver.end]
            limit = min(_ANSWER_SECONDS, deadline.left())
            await asyncio.wait(either, timeout=limit, return_when=asyncio.FIRST_COMPLETED)
            if not expected.future.done():
                await self.wake(deadline.left(), silence)
            if self._receiver is not receiver:
                silence *= 2  # the line may be slow, not dead
        return answer

    async def _send_again(self) -> None:
        """Send what the server has not answered; if that fails, the next probe will tell."""
        resume = self.welcome.resume
        with suppress(Closed, TimedOut):
            async with within(_PROBE_SECONDS, "room in the send buffer"):
                if self._unanswered is not None:
                    await self.send(self._unanswered)
                elif resume is not None and self.was_left(resume):
                    await self._pending_leave.repeat()

    async def _replace(self, deadline: Deadline) -> None:
        """Connect anew, as often as it takes.

        Raises:
            Closed: there was no connection in time, as the old one ended.
            CannotConnect, Refused: a new connection makes no sense.
        """
        await self._receiver.drop("no sign of life")
        lost = error = self._receiver.end.result()
        bye = self.bye
        for attempt in count():
            if self._closing.is_set() or is_final(error, bye):
                raise error
            pause = delay(error, bye, attempt)
            if not deadline.allows(pause):
                raise lost
            await asyncio.sleep(pause)
            try:
                async with within(deadline.left(), "new connection"):
                    connected = await self._handshake.perform(self.welcome.token)
            except JielongError as failure:
                error, bye = failure, None
                continue
            if self._closing.is_set():
                connected[0].abort()
                raise lost
            self._begin(*connected)
            self.inbox.reopen()
            return

    def _begin(self, connection: Connection, received: list[Message], welcome: Welcome) -> None:
        """Go on over a connection on which the server has said welcome."""
        self.welcome = welcome
        self.bye = None
        ink_ms = welcome.limits.get("ink_ms")
        self.ink_seconds = ink_ms / 1000 if isinstance(ink_ms, int) else 0.0
        self._receiver = Receiver(connection, self._take, self._lost)
        for message in received:
            self._take(message)
        if welcome.resume is None or not self.was_left(welcome.resume):
            self.relay = follow(self.relay, welcome)

    def _take(self, message: Message) -> None:
        """Follow a received message, and keep it for whoever waits for it."""
        if isinstance(message, Bye):
            self.bye = message
        elif isinstance(message, Pace):
            self.ink_seconds = message.ink_ms / 1000
        if not (isinstance(message, Seated) and self.was_left(message)):
            if self._unanswered and _answers_commit(message, self._unanswered):
                self._unanswered = None
            self._pending_leave.handle(message)
            self.relay = follow(self.relay, message)
        self.inbox.put(message)

    def _lost(self) -> None:
        self._handshake.closed()
        self._end_if_lost()

    def _end_if_lost(self) -> None:
        """End the inbox if the connection has ended and no caller is about to replace it."""
        end = self._receiver.end
        if not end.done():
            return
        replaced = self._replacing.locked() or (
            self._commits > 0 and not is_final(end.result(), self.bye)
        )
        if self._closing.is_set() or not replaced:
            self.inbox.end(end.result())


def _stores(message: Message, commit: Outgoing) -> bool:
    return isinstance(message, Committed) and (message.room, message.c) == (
        commit["room"],
        commit["c"],
    )


def _answers_commit(message: Message, commit: Outgoing) -> bool:
    return _stores(message, commit) or (isinstance(message, Error) and message.re == "commit")
