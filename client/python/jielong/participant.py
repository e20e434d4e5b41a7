"""A participant: says hello, takes a seat, writes, and always knows how its room stands."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from types import TracebackType
from typing import Literal, TypeVar, cast

from . import outgoing, writing
from .codec import Format
from .connection import Connection, Tap
from .deadline import Deadline
from .departure import Departure, is_refused
from .exceptions import Closed, JielongError, Malformed, Refused, TimedOut
from .inbox import Inbox, Match
from .messages import (
    Bye,
    Committed,
    Completed,
    Error,
    Invited,
    Matched,
    Message,
    Partner,
    PartnerState,
    Phrase,
    Pong,
    Seated,
    Turn,
    Waiting,
    Welcome,
)
from .outgoing import Outgoing
from .pen import Pen
from .relay import Relay, follow
from .strokes import Character

M = TypeVar("M", bound=Message)

_CLIENT = "jielong-python/1"
_RETRY_SECONDS = 1.0  # when a refusal may be retried and does not say after how long
_QUIET_SECONDS = 60.0


class Participant:
    """One anonymous participant over one connection; made with `connect`.

    Messages are read as they come, whether or not somebody waits for them, so the properties are
    always up to date and the connection stays alive. What nobody waits for is kept for `next`, in
    order, up to `inbox_limit` messages.

    A request that the server refuses raises Refused. When the refusal names a `retry_ms` the
    request is first repeated after that time, as long as its own time limit allows.
    """

    def __init__(self, connection: Connection, inbox_limit: int) -> None:
        self._connection = connection
        self._inbox = Inbox(inbox_limit)
        self._relay: Relay | None = None
        self._departure = Departure(connection, self._inbox.end)
        self._bye: Bye | None = None
        self._welcome: Welcome | None = None
        self._pings = 0
        self._reader = asyncio.create_task(self._read())

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
        proxy: str | Literal[True] | None = True,
        tap: Tap | None = None,
    ) -> Participant:
        """Connect, say hello and wait for the welcome. Use as `async with await connect(...)`.

        Args:
            url: e.g. "wss://example.org/ws".
            token: an earlier participant's `token`, to be that participant again.
            campaign: id of a campaign; the server's default one when None.
            locale: the participant's language, e.g. "zh-Hans".
            client: name of the program, for the server's statistics.
            format: "msgpack" (compact) or "json".
            timeout: seconds for the connection, and again for the welcome.
            inbox_limit: most messages kept for `next`; see `jielong.inbox.Inbox`.
            proxy: True for the system's proxy, None for none, or a proxy's address.
            tap: called with every message sent and received; must not raise.

        Raises:
            CannotConnect, Refused, Closed, TimedOut: see `jielong.exceptions`.
        """
        connection = await Connection.open(
            url, format=format, timeout=timeout, proxy=proxy, tap=tap
        )
        participant = cls(connection, inbox_limit)
        try:
            hello = outgoing.hello(token, campaign, locale, client)
            await participant._ask(hello, _is(Welcome), timeout)
        except BaseException:
            await participant.close()
            raise
        return participant

    # How things stand.

    @property
    def welcome(self) -> Welcome:
        """The server's welcome: campaign, phrases, counters, limits, works finished meanwhile."""
        assert self._welcome is not None, "connect() returns only after the welcome"
        return self._welcome

    @property
    def token(self) -> str:
        """What brings this participant back on another connection. Keep it secret."""
        return self.welcome.token

    @property
    def participant(self) -> str:
        """The participant's public id."""
        return self.welcome.participant

    @property
    def relay(self) -> Relay | None:
        """The room as a whole, until the next `join` or until one leaves; None before any."""
        return self._relay

    @property
    def room(self) -> str | None:
        """The room's id."""
        return self._relay.room if self._relay else None

    @property
    def phrase(self) -> Phrase | None:
        """The room's phrase."""
        return self._relay.phrase if self._relay else None

    @property
    def seat(self) -> int | None:
        """One's seat, 0 or 1; one writes the characters `c` with `c % 2 == seat`."""
        return self._relay.seat if self._relay else None

    @property
    def turn(self) -> Turn | None:
        """Whose turn it is and what is to be written; None between turns."""
        return self._relay.turn if self._relay else None

    @property
    def my_turn(self) -> bool:
        """Whether one is to write now."""
        return self._relay is not None and self._relay.my_turn

    @property
    def partner(self) -> Partner | None:
        """Who has the other seat; None while waiting and after they left."""
        return self._relay.partner if self._relay else None

    @property
    def committed(self) -> tuple[Character, ...]:
        """The characters written so far."""
        return self._relay.committed if self._relay else ()

    @property
    def bye(self) -> Bye | None:
        """What the server said before it closed, with the time to wait before coming back."""
        return self._bye

    @property
    def dropped(self) -> int:
        """Messages that nobody took in time and that no longer fitted into the inbox."""
        return self._inbox.dropped

    # Requests, which wait for their answer.

    async def join(
        self,
        phrase: str | None = None,
        invite: str | None = None,
        timeout: float = 10.0,  # noqa: ASYNC109
    ) -> Waiting | Matched:
        """Take part, and return how the room stands.

        Args:
            phrase: id of the phrase, honoured when a room is opened for it.
            invite: a friend's code, to go to their room and no other.
            timeout: seconds, retries included.

        Raises:
            Refused: e.g. "no_such_phrase", "no_such_room" (the invitation), "closed", "busy".
        """

        def seated(message: Message) -> bool:
            if isinstance(message, Seated):
                return not self._departure.is_from(message)
            return is_refused(message)  # then the join led back into the room given up

        answer = await self._ask(outgoing.join(phrase, invite), seated, timeout)
        return cast("Waiting | Matched", answer)

    async def invite(self, timeout: float = 10.0) -> Invited:  # noqa: ASYNC109
        """While waiting: keep the room for a friend, who joins with the code of the answer."""
        room = self._my_room("invite")
        answer = await self._ask(outgoing.invite(room), _is(Invited, room), timeout)
        return cast(Invited, answer)

    async def commit(
        self,
        strokes: Sequence[Sequence[int]],
        c: int | None = None,
        timeout: float = 20.0,  # noqa: ASYNC109
    ) -> Committed:
        """Finish a character and wait until it is kept; safe to repeat.

        Args:
            strokes: 1 to 64 strokes in the wire's form, together at most 4,096 points.
            c: index of the character; the one whose turn it is when None.
            timeout: seconds, retries included.

        Raises:
            Refused: e.g. "not_your_turn", also without asking when `c` is None and it is not;
                "busy" when the server could not keep it within `timeout`.
            ValueError: the strokes break the limits.
        """
        room = self._my_room("commit")
        if c is None:
            c = self._my_turn("commit")

        def kept(message: Message) -> bool:
            return isinstance(message, Committed) and message.room == room and message.c == c

        answer = await self._ask(outgoing.commit(room, c, strokes), kept, timeout)
        return cast(Committed, answer)

    async def ping(self, timeout: float = 10.0) -> float:  # noqa: ASYNC109
        """Ask the server for a sign of life; return the time it took, in seconds."""
        self._pings += 1
        n = self._pings
        start = asyncio.get_running_loop().time()
        await self._ask(
            outgoing.ping(n), lambda message: isinstance(message, Pong) and message.n == n, timeout
        )
        return asyncio.get_running_loop().time() - start

    # Notices, which have no answer. A refusal of one is an `Error` for `next`.

    async def ink(self, s: int, part: Sequence[int], end: bool = False) -> None:
        """Show the partner the next part of stroke `s` of the character whose turn it is.

        Args:
            s: index of the stroke, from 0.
            part: points in the wire's form; the first part of a stroke has the absolute point,
                as `jielong.strokes.parts` cuts it.
            end: whether the stroke ends here.
        """
        c = self._my_turn("ink")
        await self._connection.send(outgoing.ink(self._my_room("ink"), c, s, part, end))

    async def undo(self, s: int) -> None:
        """Take one's strokes from index `s` on off the partner's screen."""
        c = self._my_turn("undo")
        await self._connection.send(outgoing.undo(self._my_room("undo"), c, s))

    async def react(self, e: str) -> None:
        """Show the partner "clap", "heart", "fire", "smile" or "fan"."""
        await self._connection.send(outgoing.react(self._my_room("react"), e))

    async def report(self, why: str) -> None:
        """End the room for oneself: "obscene", "idle" or "other". Said again as `leave` is."""
        await self._give_up(outgoing.report(self._my_room("report"), why))

    async def leave(self, keep: bool = False) -> None:
        """Give up the seat, or stop waiting. Refused with a `retry_ms`, it is said again then.

        Args:
            keep: leave the characters one has written to a later stranger, for a day.
        """
        await self._give_up(outgoing.leave(self._my_room("leave"), keep))

    # The rest of what comes.

    async def next(self, kind: type[M], timeout: float = 30.0) -> M:  # noqa: ASYNC109
        """The oldest message of a kind that nobody took yet, or the next one to come.

        Messages of other kinds stay where they are. Answers to one's own requests do not come
        here. `kind` may be a base class: `Seated` is `Waiting` or `Matched`, `Message` is any.

        Args:
            kind: a class of `jielong.messages`.
            timeout: seconds to wait.

        Raises:
            TimedOut: none came in time.
            Closed: the connection has ended, and no such message is left.
        """
        return cast(M, await self._inbox.take(_is(kind), timeout, kind.__name__))

    async def write_relay(
        self,
        pen: Pen,
        pace: float = 0.0,
        timeout: float = 600.0,  # noqa: ASYNC109
    ) -> Completed:
        """Play one's whole part: write whenever it is one's turn, until the phrase is complete.

        Takes the room's `turn`, `committed`, `partner` and `matched` messages from the inbox.

        Args:
            pen: makes the strokes.
            pace: seconds spent on a character, while its ink is shown to the partner as it grows;
                0 commits at once and shows nothing before.
            timeout: seconds for the whole, waiting for the partner included.

        Raises:
            Refused: a commit was, or there is no room (any more).
            Closed: the connection has ended; `bye` may say why.
            TimedOut: the phrase was not complete in time.
        """
        deadline = Deadline("end of the relay", timeout)
        room = self._my_room("write_relay")

        def moves(message: Message) -> bool:
            kinds = Turn | Committed | PartnerState | Seated | Completed
            return isinstance(message, kinds) and message.room == room

        while True:
            relay = self._relay
            if relay is None or relay.room != room:
                raise Refused("no_such_room", "the room was left meanwhile", "write_relay")
            if relay.completed:
                self._inbox.discard(moves)
                return relay.completed
            if relay.my_turn and relay.turn:
                strokes = pen.character(relay.turn.char)
                if pace > 0:
                    await writing.show(self, strokes, min(pace, deadline.left()))
                if self.my_turn and self.turn and self.turn.c == relay.turn.c:
                    await self.commit(strokes, timeout=min(20.0, deadline.left()))
            else:
                await self._inbox.take(moves, deadline.left(), deadline.what)

    async def close(self) -> None:
        """Close the connection, waiting at most 5 s; the server keeps the seat for its grace."""
        await self._connection.close()
        await self._departure.close()
        self._reader.cancel()
        await asyncio.wait([self._reader])
        self._inbox.end(Closed(1000, "closed here"))

    async def __aenter__(self) -> Participant:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    # Inside.

    async def _read(self) -> None:
        """Fold every message into the state, then hand it on; until the connection ends."""
        try:
            while True:
                try:
                    message = await self._connection.receive(_QUIET_SECONDS)
                except TimedOut:
                    continue  # a dead peer ends the connection; a silent one does no harm
                self._follow(message)
                self._inbox.put(message)
        except JielongError as error:
            self._inbox.end(error)
            if isinstance(error, Malformed):
                await self._connection.close(1002, "malformed message")
        except Exception as error:
            self._inbox.end(JielongError(f"reading failed: {error!r}"))
            raise

    def _follow(self, message: Message) -> None:
        if isinstance(message, Welcome):
            self._welcome = message
        elif isinstance(message, Bye):
            self._bye = message
        elif isinstance(message, Seated) and self._departure.is_from(message):
            return
        self._departure.heed(message)
        self._relay = follow(self._relay, message)

    async def _ask(self, request: Outgoing, answers: Match, timeout: float) -> Message:  # noqa: ASYNC109
        """Send a request and return its answer; repeat one refused with `retry_ms` while it may."""
        t = cast(str, request["t"])
        deadline = Deadline(f"answer to {t}", timeout)

        def mine(message: Message) -> bool:
            return answers(message) or (isinstance(message, Error) and message.re in (t, None))

        self._inbox.discard(mine)
        while True:
            await self._departure.settle(deadline.left())
            with self._inbox.expecting(mine) as expected:
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

    def _my_room(self, re: str) -> str:
        if self._relay is None:
            raise Refused("no_such_room", "not in a room", re)
        return self._relay.room

    def _my_turn(self, re: str) -> int:
        if self._relay is None or self._relay.turn is None or not self._relay.my_turn:
            raise Refused("not_your_turn", "not one's turn", re)
        return self._relay.turn.c

    async def _give_up(self, request: Outgoing) -> None:
        """Say that the room is given up, and know nothing of it any more."""
        await self._departure.say(request)
        self._relay = None


def _is(kind: type[Message], room: str | None = None) -> Match:
    def match(message: Message) -> bool:
        return isinstance(message, kind) and (
            room is None or getattr(message, "room", None) == room
        )

    return match
