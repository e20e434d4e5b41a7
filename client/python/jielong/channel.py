"""The channel between one session and the server, over one connection after another."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import count

from .connection import Connection
from .deadline import Deadline, within
from .exceptions import JielongError, Refused, TimedOut
from .handshake import Handshake
from .messages import Bye, Message, Welcome
from .outgoing import Outgoing
from .receiver import Receiver
from .reconnect import delay, is_final


class Channel:
    """A connection that is replaced when it is lost or silent; `open` before anything else.

    Args:
        handshake: opens connections.
        deliver: called with every message, on each connection the welcome first; must not wait.
        lost: called when a connection has ended.

    Attributes:
        welcome: the server's last welcome; its token resumes the participant.
        bye: what the server said before it closed, if anything.
    """

    welcome: Welcome
    _receiver: Receiver

    def __init__(
        self,
        handshake: Handshake,
        deliver: Callable[[Message], None],
        lost: Callable[[], None],
    ) -> None:
        self.bye: Bye | None = None
        self._handshake = handshake
        self._deliver = deliver
        self._lost = lost
        self._replacing = asyncio.Lock()
        self._closing = asyncio.Event()

    @property
    def end(self) -> asyncio.Future[JielongError]:
        """Done, with the reason, when the present connection has ended."""
        return self._receiver.end

    @property
    def is_recoverable(self) -> bool:
        """Whether a connection that has ended may be replaced."""
        return not self._closing.is_set() and not is_final(self.end.result(), self.bye)

    @property
    def is_being_replaced(self) -> bool:
        """Whether a call of `wake` is at work."""
        return self._replacing.locked() and not self._closing.is_set()

    async def open(self, token: str | None) -> None:
        """Connect as the participant with this token, or as a new one.

        A server that refuses for now is asked again at the time that it names.

        Raises:
            CannotConnect, Refused, Closed, TimedOut, Malformed: see `jielong.exceptions`.
        """
        deadline = Deadline("welcome", self._handshake.timeout)
        while True:
            try:
                self._begin(*await self._handshake.perform(token))
                return
            except Refused as error:
                if error.retry_ms is None or not deadline.allows(error.retry_ms / 1000):
                    raise
                await asyncio.sleep(error.retry_ms / 1000)

    async def send(self, message: Outgoing) -> None:
        """Send a message over the present connection."""
        await self._receiver.connection.send(message)

    async def wake(self, timeout: float, silence: float) -> None:  # noqa: ASYNC109
        """Probe the connection, and replace it if it has ended or is silent.

        Args:
            timeout: seconds for all of it, several attempts included.
            silence: seconds without any frame after which the connection is replaced.

        Raises:
            Closed: there was no connection in time; the reason is the end of the old one.
            CannotConnect, Refused: a new connection makes no sense.
        """
        deadline = Deadline("working connection", timeout)
        before = self.end
        await self._wait_for_turn(deadline)
        try:
            if self.end is not before and not self.end.done():
                return  # it is new
            if not await self._receiver.probe(min(silence, deadline.left())):
                await self._replace(deadline)
        finally:
            self._replacing.release()

    async def close(self) -> None:
        """Close the connection, waiting at most 5 s."""
        self._closing.set()
        await self._receiver.close()

    async def _wait_for_turn(self, deadline: Deadline) -> None:
        """Wait for another call that is at work."""
        try:
            async with within(deadline.left(), deadline.what):
                await self._replacing.acquire()
        except TimedOut as error:
            if self.end.done():
                raise self.end.result() from error
            raise

    async def _replace(self, deadline: Deadline) -> None:
        await self._receiver.drop("no sign of life")
        lost = error = self._receiver.end.result()
        bye = self.bye
        for attempt in count():
            if self._closing.is_set() or is_final(error, bye):
                raise error
            if not deadline.allows(0):
                raise lost
            pause = delay(error, bye, attempt, deadline.left())
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
            return

    def _begin(self, connection: Connection, received: list[Message], welcome: Welcome) -> None:
        """Go on over a connection on which the server has said welcome."""
        self.welcome = welcome
        self.bye = None
        self._receiver = Receiver(connection, self._take, self._ended)
        for message in (welcome, *received):
            self._take(message)

    def _take(self, message: Message) -> None:
        if isinstance(message, Bye):
            self.bye = message
        self._deliver(message)

    def _ended(self) -> None:
        self._handshake.closed()
        self._lost()
