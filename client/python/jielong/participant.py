"""A participant: says hello, takes a seat, writes, and always knows the state of the room."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from types import TracebackType
from typing import Literal, TypeVar, cast

from . import outgoing, writer
from .codec import Format
from .connection import NORMAL, Tap
from .exceptions import Closed, TimedOut
from .handshake import Handshake
from .inbox import Match
from .live_ink import LiveInk
from .messages import (
    Committed,
    Completed,
    Invited,
    Matched,
    Message,
    Pledged,
    Pong,
    Seated,
    Waiting,
)
from .participant_state import ParticipantState
from .pen import Pen
from .pending_leave import refuses_leave
from .session import Session

M = TypeVar("M", bound=Message)

_CLIENT = "jielong-python/1"

RESUME_SECONDS = 60.0
"""How long a lost connection is replaced by itself. A restart of the service takes less."""

_LONGEST_WAIT = 3_600.0
"""Seconds; iteration then waits anew."""


class Participant(ParticipantState):
    """One anonymous participant; made with `connect`.

    Messages are read as they come, whether or not a caller waits for them, so the properties are
    always up to date and the connection stays alive. A message that no caller waits for is kept
    for `next`, in order, up to `inbox_limit` messages.

    A request that the server refuses raises Refused. When the refusal names a `retry_ms`, the
    request is first sent again after that time, as long as its own time limit allows.

    A lost connection is replaced by itself, for 60 s or as long as `resume` says, and waits go on
    over the new one; if there is none in time, they raise Closed. `connection` tells where that
    stands, and so do the messages of `jielong.events`. With `resume=0` waits raise Closed at once,
    and `wake` resumes. Either way, a commit survives a connection that is lost, or silent for about
    3 s.
    """

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._live_ink = LiveInk(session)
        self._pings = 0

    @classmethod
    async def connect(  # noqa: PLR0913 - all but the first three by name
        cls,
        url: str,
        token: str | None = None,
        campaign: str | None = None,
        *,
        locale: str | None = None,
        client: str = _CLIENT,
        format: Format = "msgpack",  # noqa: A002 - what a caller would call it
        timeout: float = 10.0,  # noqa: ASYNC109 - every wait of this package has one
        inbox_limit: int = 256,
        resume: float = RESUME_SECONDS,
        proxy: str | Literal[True] | None = True,
        tap: Tap | None = None,
        on_close: Callable[[], None] | None = None,
    ) -> Participant:
        """Connect, say hello and wait for the welcome. Use as `async with await connect(...)`.

        Args:
            url: of the socket, e.g. "wss://example.org/ws", or the service's base address, which
                ends with a slash, e.g. "https://example.org/jielong/".
            token: an earlier participant's `token`, to be that participant again.
            campaign: id of a campaign; the server's default one when None.
            locale: the participant's language, e.g. "zh-Hans".
            client: name of the program, for the server's statistics.
            format: "msgpack" (compact) or "json".
            timeout: seconds for the connection, and again for the welcome. Within them, a server
                that is full is asked again when it says so.
            inbox_limit: most messages kept for `next`; see `jielong.inbox.Inbox`.
            resume: seconds in which a lost connection is replaced by itself, `math.inf` for as long
                as the participant is open; 0 leaves that to `wake`. `next` and iteration get a
                `Reconnecting` at each loss, then the new `Welcome`, and a `RoomOver` when the
                server no longer has the room.
            proxy: True for the system's proxy, None for none, or a proxy's address.
            tap: called with every message sent and received; must not raise.
            on_close: called when a connection has ended; must not raise. The messages that the
                tap is told of after that belong to the next connection.

        Raises:
            CannotConnect, Refused, Closed, TimedOut: see `jielong.exceptions`.
        """
        handshake = Handshake(
            url=url,
            campaign=campaign,
            locale=locale,
            client=client,
            format=format,
            timeout=timeout,
            proxy=proxy,
            tap=tap,
            on_close=on_close,
        )
        return cls(await Session.open(handshake, token, inbox_limit, resume))

    # Requests, which wait for their answer.

    async def join(
        self,
        phrase: str | None = None,
        invite: str | None = None,
        timeout: float = 30.0,  # noqa: ASYNC109
        *,
        locales: Sequence[str] = (),
    ) -> Waiting | Matched:
        """Take part, and return the state of the room.

        A server that is asked for more joins than usual wants a proof of work first. It is made in
        a thread, and takes one core for some seconds.

        Args:
            phrase: id of the phrase, used when a room is opened for this participant.
            invite: a friend's code, to join their room and no other.
            timeout: seconds, retries included.
            locales: languages that the participant is willing to write, as BCP 47 tags: "zh" fits
                "zh-Hans". Any when empty.

        Raises:
            Refused: e.g. "no_such_phrase", "no_such_room" (the invitation), "closed", "busy".
        """

        def seated(message: Message) -> bool:
            if isinstance(message, Seated):
                return not self._session.was_left(message)
            return refuses_leave(message)  # then the join led back into the room that was left

        request = outgoing.join(phrase, invite, locales)
        answer = await self._session.ask(request, seated, timeout)
        return cast("Waiting | Matched", answer)

    async def invite(self, timeout: float = 10.0) -> Invited:  # noqa: ASYNC109
        """While waiting: keep the room for a friend, who joins with the code of the answer."""
        room = self._session.require_room("invite")

        def invited(message: Message) -> bool:
            return isinstance(message, Invited) and message.room == room

        return cast(Invited, await self._session.ask(outgoing.invite(room), invited, timeout))

    async def pledge(self, pledge_id: str, timeout: float = 10.0) -> Pledged:  # noqa: ASYNC109
        """Make a pledge of the campaign; one that was made before is answered as it was.

        Raises:
            Refused: with `no_such_pledge`, `closed` or `busy`.
        """

        def pledged(message: Message) -> bool:
            return isinstance(message, Pledged) and message.pledge == pledge_id

        return cast(Pledged, await self._session.ask(outgoing.pledge(pledge_id), pledged, timeout))

    async def commit(
        self,
        strokes: Sequence[Sequence[int]],
        c: int | None = None,
        timeout: float = 20.0,  # noqa: ASYNC109
    ) -> Committed:
        """Finish a character and wait until the server has stored it; safe to repeat.

        If the connection is lost, or silent for about 3 s, the commit is sent again over a new
        one, which resumes the room. A commit that ends with another exception than Refused stays
        in memory until the next, and is sent again over the next connection.

        Args:
            strokes: 1 to 64 strokes in the wire's form, together at most 4,096 points.
            c: index of the character; the one whose turn it is when None.
            timeout: seconds, retries included.

        Raises:
            Refused: e.g. "not_your_turn", also without asking when `c` is None and it is not this
                participant's turn; "busy" when the server could not store it within `timeout`.
            Closed: the connection was lost, and there was no other within `timeout`.
            ValueError: the strokes break the limits.
        """
        self._session.require_room("commit")
        if c is None:
            c = self._session.require_turn("commit")
        return await self._session.commit(c, strokes, timeout)

    async def wake(self, timeout: float = 10.0) -> None:  # noqa: ASYNC109
        """Make sure that the connection works, e.g. after the machine slept or changed networks.

        Sends a `ping`. If nothing comes within 2 s, or the connection has ended, another one takes
        its place: with the same token, so that the room, the seat and the committed characters are
        back in `relay`, and with the commit that was not answered, which is sent again.

        Args:
            timeout: seconds for all of it, several attempts included.

        Raises:
            Closed: there was no new connection within `timeout`, or the old one ended for good:
                the room was idle, or this participant connected elsewhere (4001).
            CannotConnect, Refused: the server does not let this participant in again.
        """
        await self._session.wake(timeout)

    async def ping(self, timeout: float = 10.0) -> float:  # noqa: ASYNC109
        """Ask the server for a `pong`; return the time it took, in seconds."""
        self._pings += 1
        n = self._pings

        def pong(message: Message) -> bool:
            return isinstance(message, Pong) and message.n == n

        start = asyncio.get_running_loop().time()
        await self._session.ask(outgoing.ping(n), pong, timeout)
        return asyncio.get_running_loop().time() - start

    # Notices, which have no answer. A refusal of one is an `Error` for `next`.

    async def ink(self, s: int, part: Sequence[int], end: bool = False) -> None:
        """Show the partner the next part of stroke `s` of the character whose turn it is.

        Args:
            s: index of the stroke, from 0.
            part: points in the wire's form; the first part of a stroke has the absolute point,
                as `jielong.strokes.parts` cuts it.
            end: whether the stroke ends here.

        Waits until the time between live ink that the server asks for (`ink_ms`) has passed.
        """
        await self._live_ink.send(s, part, end)

    async def undo(self, s: int) -> None:
        """Take the strokes from index `s` on off the partner's screen."""
        await self._live_ink.undo(s)

    async def react(self, e: str) -> None:
        """Show the partner "clap", "heart", "fire", "smile" or "fan"."""
        await self._session.send(outgoing.react(self._session.require_room("react"), e))

    async def share(self, how: str) -> None:
        """Tell that the finished work was shared ("link") or its poster kept ("poster")."""
        await self._session.send(outgoing.share(how))

    async def report(self, why: str) -> None:
        """End the room for this participant: "obscene", "idle" or "other".

        Refused with a `retry_ms`, it is sent again after that time.
        """
        await self._session.leave(outgoing.report(self._session.require_room("report"), why))

    async def leave(self, keep: bool = False) -> None:
        """Give up the seat, or stop waiting.

        Refused with a `retry_ms`, it is sent again after that time.

        Args:
            keep: leave the characters already written to a later stranger, for a day.
        """
        await self._session.leave(outgoing.leave(self._session.require_room("leave"), keep))

    # All other messages.

    async def next(self, kind: type[M], timeout: float = 30.0) -> M:  # noqa: ASYNC109
        """The oldest message of a kind that no caller has taken, or the next one to come.

        Messages of other kinds stay in the inbox. Answers to this participant's requests do not
        come here. `kind` may be a base class: `Seated` is `Waiting` or `Matched`, `Message` is any.

        Args:
            kind: a class of `jielong.messages`.
            timeout: seconds to wait.

        Raises:
            TimedOut: none came in time.
            Closed: the connection has ended, and no such message is left.
        """
        return cast(M, await self._session.inbox.take(_is(kind), timeout, kind.__name__))

    async def __aiter__(self) -> AsyncIterator[Message]:
        """Every message that no caller has taken, in order, until the connection ends.

        An end with 1000 or 1001 stops the iteration; any other raises Closed.
        """
        while True:
            try:
                yield await self._session.inbox.take(_any, _LONGEST_WAIT, "message")
            except TimedOut:
                continue
            except Closed as error:
                if error.code in NORMAL:
                    return
                raise

    async def write_relay(
        self,
        pen: Pen,
        pace: float | None = 0.0,
        timeout: float = 600.0,  # noqa: ASYNC109
    ) -> Completed:
        """Write at every turn of this participant, until the phrase is complete.

        Takes the room's `turn`, `committed`, `partner` and `matched` messages from the inbox.

        Args:
            pen: writes the strokes.
            pace: seconds for each character, during which the partner sees live ink; 0 commits at
                once, None takes the time that the strokes themselves say.
            timeout: seconds for the whole.

        Raises:
            Refused: a commit was; with `no_such_room`, there is no room, or it is over because the
                connection was lost for too long.
            Closed: the connection has ended, and there was no other; `bye` may say why.
            TimedOut: the phrase was not complete in time.
        """
        return await writer.write_relay(self._session, self._live_ink, pen, pace, timeout)

    async def close(self) -> None:
        """Close the connection, waiting at most 5 s; the server keeps the seat for its grace."""
        await self._session.close()

    async def __aenter__(self) -> Participant:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()


def _any(_: Message) -> bool:
    return True


def _is(kind: type[Message]) -> Match:
    return lambda message: isinstance(message, kind)
