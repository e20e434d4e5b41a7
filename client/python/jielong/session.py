"""A participant's session: sends requests, follows the room, and outlives its connections."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, cast

from . import outgoing
from .channel import Channel
from .deadline import Deadline, within
from .events import ConnectionState, Reconnecting, RoomOver
from .exceptions import Closed, Refused, TimedOut
from .handshake import Handshake
from .inbox import Expected, Inbox, Match
from .messages import Bye, Challenge, Committed, Error, Message, Pace, Seated, Welcome
from .outgoing import Outgoing
from .pending_leave import PendingLeave
from .proof import solve
from .refusal import refused, retry_seconds
from .relay import Relay, follow
from .resuming import Resuming

_ANSWER_SECONDS = 1.0
"""How long a commit may go without an answer before the connection is probed."""
_PROBE_SECONDS = 2.0
"""How long a probed connection may be silent before it is replaced."""


class Session:
    """One participant's session; made with `open`.

    It keeps in memory what a new connection must know: the commit that was not answered is sent
    again there, and so is a `leave` that the server has not seen.

    Attributes:
        inbox: the messages that no caller has taken yet.
        relay: the room, None outside one.
        ink_seconds: the shortest time between two messages of live ink.
    """

    def __init__(self, handshake: Handshake, inbox_limit: int, resume_seconds: float) -> None:
        self.inbox = Inbox(inbox_limit)
        self.relay: Relay | None = None
        self.ink_seconds = 0.0
        self._channel = Channel(handshake, self._take, self._lost)
        self._pending_leave = PendingLeave(self.send, self.inbox.end)
        self._unanswered: Outgoing | None = None
        self._commits = 0
        self._resuming = Resuming(resume_seconds, self._replace, self.inbox.end)
        self._is_open = False

    @classmethod
    async def open(
        cls, handshake: Handshake, token: str | None, inbox_limit: int, resume_seconds: float
    ) -> Session:
        """Connect as the participant with this token, or as a new one.

        A connection that is lost is replaced for `resume_seconds`; 0: only when the caller asks.
        While the server refuses for now, it is asked again, within the handshake's time.

        Raises:
            CannotConnect, Refused, Closed, TimedOut, Malformed: see `jielong.exceptions`.
        """
        session = cls(handshake, inbox_limit, resume_seconds)
        await session._channel.open(token)
        session._is_open = True
        return session

    @property
    def welcome(self) -> Welcome:
        """The server's last welcome."""
        return self._channel.welcome

    @property
    def bye(self) -> Bye | None:
        """What the server said before it closed, if anything."""
        return self._channel.bye

    @property
    def connection(self) -> ConnectionState:
        """Whether messages pass."""
        if not self._channel.end.done():
            return "online"
        at_work = self._channel.is_being_replaced or self._resuming.is_at_work
        return "reconnecting" if at_work else "closed"

    @property
    def resume_seconds(self) -> float:
        """How long a lost connection is replaced by itself; 0: not at all."""
        return self._resuming.seconds

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
        await self._channel.send(message)

    async def show(self, message: Outgoing) -> None:
        """Send live ink, which is lost with the connection where that is replaced by itself."""
        try:
            await self.send(message)
        except (Closed, TimedOut):
            if not self._resuming.is_on:
                raise

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
            resumes: send it again over a new connection when this one is lost or silent, also
                where a lost connection is not replaced by itself.

        Raises:
            Refused, Closed, TimedOut: see `jielong.exceptions`.
        """
        t = cast(str, request["t"])
        deadline = Deadline(f"answer to {t}", timeout)
        exchange = self._deliver if resumes else self._exchange
        outlives = resumes or self._resuming.is_on

        def answers_this(message: Message) -> bool:
            if isinstance(message, Challenge):
                return t == "join"
            return answers(message) or (isinstance(message, Error) and message.re in (t, None))

        self.inbox.discard(answers_this)
        while True:
            if outlives and self._channel.end.done():
                await self.wake(deadline.left())
            await self._pending_leave.settle(deadline.left())
            with self.inbox.expecting(answers_this) as expected:
                answer = await exchange(request, expected, deadline)
            if isinstance(answer, Challenge):
                request = request | {"proof": await solve(answer.altcha, deadline)}
                continue
            if not isinstance(answer, Error):
                return answer
            request = {key: value for key, value in request.items() if key != "proof"}  # used once
            wait = retry_seconds(answer)
            if wait is None or not deadline.allows(wait):
                raise refused(answer)
            ended, _ = await asyncio.wait([self._channel.end], timeout=wait)
            if ended and not outlives:
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
        """Make sure that the connection works, and send again what got no answer on an old one.

        Args:
            timeout: seconds for all of it, several attempts included.
            silence: seconds without any frame after which the connection is replaced.

        Raises:
            CannotConnect, Refused, Closed, TimedOut: see `Participant.wake`.
        """
        before = self.welcome
        try:
            await self._channel.wake(timeout, silence)
        finally:
            self._end_if_lost()
        if self.welcome is not before:
            await self._send_again()

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
        await self._channel.close()
        await self._resuming.close()
        await self._pending_leave.close()

    async def _exchange(self, request: Outgoing, expected: Expected, deadline: Deadline) -> Message:
        """Send a request, and again over each connection that is made by itself."""
        if not self._resuming.is_on:
            await self.send(request)
            return await expected.take(deadline.left(), deadline.what)
        while True:
            with suppress(Closed):
                await self.send(request)
            end = self._channel.end
            either: list[asyncio.Future[Any]] = [expected.future, end]
            limit = deadline.left()
            await asyncio.wait(either, timeout=limit, return_when=asyncio.FIRST_COMPLETED)
            if expected.future.done() or not end.done():
                return await expected.take(deadline.left(), deadline.what)
            await self.wake(deadline.left())

    async def _deliver(self, request: Outgoing, expected: Expected, deadline: Deadline) -> Message:
        """Send until there is an answer, over a new connection if this one is lost or silent."""
        self._unanswered = request
        silence = _PROBE_SECONDS
        await self._send_again()
        while (answer := expected.message) is None:
            connection_end = self._channel.end
            either: list[asyncio.Future[Any]] = [expected.future, connection_end]
            limit = min(_ANSWER_SECONDS, deadline.left())
            await asyncio.wait(either, timeout=limit, return_when=asyncio.FIRST_COMPLETED)
            if not expected.future.done():
                await self.wake(deadline.left(), silence)
            if self._channel.end is not connection_end:
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

    def _take(self, message: Message) -> None:
        """Follow a received message, and keep it for the caller who waits for it."""
        if isinstance(message, Welcome):
            self._resume(message)
            return
        if isinstance(message, Pace):
            self.ink_seconds = message.ink_ms / 1000
        if not (isinstance(message, Seated) and self.was_left(message)):
            if self._unanswered and _answers_commit(message, self._unanswered):
                self._unanswered = None
            self._pending_leave.handle(message)
            self.relay = follow(self.relay, message)
        self.inbox.put(message)

    def _resume(self, welcome: Welcome) -> None:
        """Go on over a new connection."""
        self.inbox.reopen()
        ink_ms = welcome.limits.get("ink_ms")
        self.ink_seconds = ink_ms / 1000 if isinstance(ink_ms, int) else 0.0
        before = self.relay
        if welcome.resume is None or not self.was_left(welcome.resume):
            self.relay = follow(before, welcome)
        if self._resuming.is_on and self._is_open:
            self.inbox.put(welcome)
        room = self.relay.room if self.relay else None
        if before is not None and before.completed is None and room != before.room:
            self.inbox.put(RoomOver(before.room))

    def _lost(self) -> None:
        """The connection has ended."""
        if self._resuming.is_on and self._channel.is_recoverable:
            self.inbox.put(Reconnecting(str(self._channel.end.result())))
        self._end_if_lost()

    def _end_if_lost(self) -> None:
        """End the inbox if the connection has ended and nobody is about to replace it."""
        channel = self._channel
        if not channel.end.done() or channel.is_being_replaced:
            return
        if not channel.is_recoverable:
            self.inbox.end(channel.end.result())
        elif self._resuming.is_on:
            if not self.inbox.is_ended:  # else it has given up
                self._resuming.start()
        elif not self._commits:
            self.inbox.end(channel.end.result())

    async def _replace(self, seconds: float) -> None:
        """Replace a lost connection within so many seconds, and one that is lost just after it."""
        while self._channel.end.done():
            await self.wake(seconds)


def _stores(message: Message, commit: Outgoing) -> bool:
    return isinstance(message, Committed) and (message.room, message.c) == (
        commit["room"],
        commit["c"],
    )


def _answers_commit(message: Message, commit: Outgoing) -> bool:
    return _stores(message, commit) or (isinstance(message, Error) and message.re == "commit")
