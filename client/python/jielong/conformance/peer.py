"""One connection of a check: it sends any frame, and shows every message and close code."""

from __future__ import annotations

import asyncio
import secrets
from typing import Any, TypeAlias

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from ..codec import Codec
from ..deadline import Deadline, within
from ..exceptions import Malformed, TimedOut
from ..messages import parse
from ..proof import solve
from .exceptions import BrokenPromiseError, NotTestableError

Message: TypeAlias = dict[str, Any]
"""A message as it goes over the wire."""

ANSWER_SECONDS = 10.0
"""The time for an answer, and the most that a check waits for a `retry_ms`."""

PROOF_SECONDS = 30.0
"""The longest that a check works for a `challenge`."""

_UNASKED = {"counters", "pace", "offer"}
"""May come at any time."""

_LATER = {"busy", "slow_down", "too_fast"}
"""Refusals of the moment, which come with `retry_ms`."""


class Peer:
    """One connection of one participant.

    Attributes:
        codec: its encoding.
        welcome: the answer to `hello`; empty before it.
        room: the room that it has a seat in, if any.
    """

    def __init__(self, socket: ClientConnection, codec: Codec) -> None:
        """Over an open WebSocket."""
        self._socket = socket
        self.codec = codec
        self.welcome: Message = {}
        self.room: str | None = None

    @property
    def subprotocol(self) -> str | None:
        """What the server chose."""
        return self._socket.subprotocol

    async def send(self, t: str, **keys: object) -> None:
        """Send a message."""
        await self._socket.send(self.codec.encode({"t": t} | keys))

    async def send_payload(self, payload: bytes) -> None:
        """Send any bytes in a frame of this encoding's kind."""
        await self._socket.send(payload, text=self.codec.format == "json")

    async def next(self) -> Message:
        """The next message that does not come unasked.

        Raises:
            BrokenPromiseError: there is none, or it is malformed.
        """
        try:
            async with within(ANSWER_SECONDS, "message"):
                while True:
                    message = self.codec.decode(await self._socket.recv())
                    parse(message)
                    if message["t"] not in _UNASKED:
                        self._follow(message)
                        return message
        except TimedOut as error:
            raise BrokenPromiseError(str(error)) from error
        except Malformed as error:
            raise BrokenPromiseError(f"malformed message: {error}") from error
        except ConnectionClosed as end:
            raise BrokenPromiseError(f"the connection closed with {_code(end)}") from end

    async def expect(self, t: str, **keys: object) -> Message:
        """The next message, which must be of this type and have these keys."""
        return _checked(await self.next(), {"t": t} | keys)

    async def ask(self, t: str, *answers: str, **keys: object) -> Message:
        """Send a message until it is answered by one of these types, not refused for the moment.

        A proof of work that the server asks for is found, once, and sent with the message.

        Raises:
            BrokenPromiseError: the answer is another one.
            NotTestableError: the server asks for too much work, or for patience without end.
        """
        patience = ANSWER_SECONDS
        while True:
            await self.send(t, **keys)
            answer = await self.next()
            if answer["t"] == "challenge" and "proof" not in keys and "challenge" not in answers:
                keys["proof"] = await _proof(answer)
                continue
            if answer["t"] != "error" or answer.get("code") not in _LATER or "error" in answers:
                break
            wait = (answer.get("retry_ms") or 1_000) / 1_000
            keys.pop("proof", None)  # one serves once
            patience -= wait
            if patience < 0:
                raise NotTestableError(f"the server refuses `{t}` with {answer['code']}")
            await asyncio.sleep(wait)
        if answer["t"] not in answers:
            raise BrokenPromiseError(
                f"`{t}` is answered by {answer}, not by {' or '.join(answers)}"
            )
        return answer

    async def expect_silence(self) -> None:
        """Nothing is to come before the answer to a `ping` sent now."""
        n = secrets.randbits(31)
        await self.send("ping", n=n)
        await self.expect("pong", n=n)

    async def expect_error(self, code: str, re: str | None) -> Message:
        """The next message, which must be this refusal."""
        return _checked(await self.next(), {"t": "error", "code": code, "re": re})

    async def expect_close(self, code: int) -> None:
        """The connection is to close with this code, without a message before."""
        try:
            async with within(ANSWER_SECONDS, f"close with {code}"):
                while True:
                    message = self.codec.decode(await self._socket.recv())
                    if message["t"] not in _UNASKED:
                        raise BrokenPromiseError(f"not closed with {code}, but {message}")
        except TimedOut as error:
            raise BrokenPromiseError(str(error)) from error
        except ConnectionClosed as end:
            if _code(end) != code:
                raise BrokenPromiseError(f"closed with {_code(end)}, not {code}") from end

    async def websocket_ping(self) -> None:
        """Ping as WebSockets do, and wait for the pong."""
        try:
            async with within(ANSWER_SECONDS, "WebSocket pong"):
                await (await self._socket.ping())
        except TimedOut as error:
            raise BrokenPromiseError(str(error)) from error

    async def leave(self) -> None:
        """Give up the seat, and take everything that comes until that is done."""
        if self.room is None:
            return
        for _ in range(2):  # the second one is refused when the first one is done
            await self.send("leave", room=self.room)
        while (answer := await self.next())["t"] != "error" or answer.get("re") != "leave":
            pass
        self.room = None

    async def close(self) -> None:
        """Close the connection as a client does that goes."""
        await self._socket.close()

    def abort(self) -> None:
        """Lose the connection without a closing handshake."""
        self._socket.transport.abort()

    def _follow(self, message: Message) -> None:
        match message["t"]:
            case "waiting" | "matched":
                self.room = message["room"]
            case "completed":
                self.room = None
            case "welcome":
                self.welcome = message
                self.room = (message.get("resume") or {}).get("room")


async def _proof(challenge: Message) -> str:
    """The solution of a challenge."""
    try:
        return await solve(challenge["altcha"], Deadline("a proof of work", PROOF_SECONDS))
    except TimedOut as error:
        raise NotTestableError("the server asks for too much work") from error
    except Malformed as error:
        raise BrokenPromiseError(str(error)) from error


def _checked(message: Message, wanted: Message) -> Message:
    if {key: message.get(key) for key in wanted} != wanted:
        raise BrokenPromiseError(f"expected {wanted}, not {message}")
    return message


def _code(end: ConnectionClosed) -> int:
    return end.rcvd.code if end.rcvd else 1006
