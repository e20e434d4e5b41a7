"""Opens a connection and says hello on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from msgspec import Struct

from . import outgoing
from .codec import Format
from .connection import Connection, Tap
from .deadline import Deadline
from .exceptions import Malformed, Refused, TimedOut
from .messages import Error, Message, Welcome
from .outgoing import Outgoing
from .refusal import refused, retry_seconds


class Handshake(Struct, frozen=True, kw_only=True):
    """What every connection of one session needs; see `Participant.connect` for the fields."""

    url: str
    campaign: str | None
    locale: str | None
    client: str
    format: Format
    timeout: float
    proxy: str | Literal[True] | None
    tap: Tap | None
    on_close: Callable[[], None] | None

    async def perform(self, token: str | None) -> tuple[Connection, list[Message], Welcome]:
        """Connect as the participant with this token, or as a new one.

        Returns:
            The connection, what came before the welcome, and the welcome.

        Raises:
            CannotConnect, Refused, Closed, TimedOut, Malformed: see `jielong.exceptions`.
        """
        connection = await Connection.open(
            self.url, format=self.format, timeout=self.timeout, proxy=self.proxy, tap=self.tap
        )
        hello = outgoing.hello(token, self.campaign, self.locale, self.client)
        received: list[Message] = []
        try:
            welcome = await _say(hello, connection, self.timeout, received.append)
        except BaseException as error:
            if isinstance(error, Refused | Malformed):
                await connection.close(1002 if isinstance(error, Malformed) else 1000)
            else:
                connection.abort()
            self.closed()
            raise
        return connection, received, welcome

    def closed(self) -> None:
        """Tell the owner that a connection has ended."""
        if self.on_close:
            self.on_close()


async def _say(
    hello: Outgoing,
    connection: Connection,
    seconds: float,
    put: Callable[[Message], None],
) -> Welcome:
    """Say hello and wait for the welcome; say it again if refused for now and there is time."""
    deadline = Deadline("answer to hello", seconds)
    await connection.send(hello)
    while True:
        try:
            message = await connection.receive(deadline.left())
        except TimedOut as error:
            raise TimedOut(deadline.what, seconds) from error
        if isinstance(message, Welcome):
            return message
        if not isinstance(message, Error) or message.re not in ("hello", None):
            put(message)
            continue
        wait = retry_seconds(message)
        if wait is None or not deadline.allows(wait) or await connection.ends_within(wait):
            raise refused(message)
        await connection.send(hello)
