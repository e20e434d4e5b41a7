"""A participant of a crowd: a small client that obeys every `retry_ms` and solves what it is asked.

It tells the address that it comes from in `X-Forwarded-For`, as a proxy on this machine would.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from time import perf_counter
from typing import Any, Protocol

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

Message = dict[str, Any]
Solve = Callable[[Mapping[str, Any], str], Awaitable[str]]
"""Solves a challenge for a participant."""

STEP_SECONDS = 120.0
"""The longest wait for a message."""

MOST_RETRIES = 100
FAILURES = (OSError, WebSocketException, TimeoutError)

_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(dict[str, Any]).decode


class Pen(Protocol):
    """Writes characters."""

    def character(self, char: str) -> Sequence[Sequence[int]]:
        """The strokes of a character."""


class RefusedError(Exception):
    """The service refused a participation for good."""


class Member:
    """One participant, who may take part again and again.

    Attributes:
        token: of the last participation; None before the first one.
        waited: seconds from the last `join` to the seat.
        refused: how often this member was asked to slow down.
        turns: for each commit when it was sent, by `perf_counter`, and the seconds to its answer.
        works: the works that this member was told of, by their serial numbers.
    """

    def __init__(self, url: str, address: str, solve: Solve, *, keeps_token: bool) -> None:
        """From `address`; one who keeps no token is somebody new each time."""
        self.token: str | None = None
        self.waited = 0.0
        self.refused = 0
        self.turns: list[tuple[float, float]] = []
        self.works: dict[int, str] = {}
        self._url = url
        self._headers = {"X-Forwarded-For": address}
        self._solve = solve
        self._keeps_token = keeps_token

    async def take_part(self, phrase: str, pen: Pen, *, at_once: bool) -> None:
        """Write one relay; `at_once`: without the time that the ink says it took.

        Raises:
            RefusedError, OSError, WebSocketException, TimeoutError: it came to no work.
        """
        protocol = Subprotocol("jielong.v1.msgpack")
        async with connect(
            self._url,
            subprotocols=[protocol],
            additional_headers=self._headers,
            proxy=None,
            ping_interval=None,
            compression=None,
        ) as socket:
            token = {"token": self.token} if self.token and self._keeps_token else {}
            welcome = await _ask(socket, "hello", token)
            if welcome["t"] != "welcome":
                await self._wait(welcome)
                raise RefusedError(welcome)
            self.token = welcome["token"]
            loop = asyncio.get_running_loop()
            start = loop.time()
            seated = await self._join(socket, phrase, welcome["participant"])
            self.waited = loop.time() - start
            await self._write(socket, seated, pen, at_once)

    async def _join(self, socket: ClientConnection, phrase: str, participant: str) -> Message:
        keys: Message = {"phrase": phrase}
        for _ in range(MOST_RETRIES):
            answer = await _ask(socket, "join", keys)
            if answer["t"] in {"waiting", "matched"}:
                return answer
            if answer["t"] == "challenge":
                keys["proof"] = await self._solve(answer["altcha"], participant)
            else:
                keys.pop("proof", None)
                await self._wait(answer)
        raise RefusedError("too many retries")

    async def _write(
        self, socket: ClientConnection, told: Message, pen: Pen, at_once: bool
    ) -> None:
        seat, room, chars = told["seat"], told["room"], told["phrase"]["chars"]
        turn, written, sent_at = told["turn"], -1, 0.0
        strokes: Sequence[Sequence[int]] = ()
        while True:
            if turn["seat"] == seat and turn["c"] != written:
                written = turn["c"]
                strokes = pen.character(chars[written])
                if not at_once:
                    await asyncio.sleep(seconds_of(strokes))
                sent_at = perf_counter()
                await _send(socket, "commit", room=room, c=written, strokes=strokes)
            message = await _receive(socket)
            kind = message["t"]
            if kind == "committed" and message["c"] == written:
                self.turns.append((sent_at, perf_counter() - sent_at))
            if kind == "completed":
                self.works[message["serial"]] = message["work"]
                return
            if kind == "turn":
                turn = message
            elif kind == "matched":
                turn = message["turn"]
            elif kind == "error" and message.get("re") == "commit" and "retry_ms" in message:
                await asyncio.sleep(message["retry_ms"] / 1_000)
                sent_at = perf_counter()
                await _send(socket, "commit", room=room, c=written, strokes=strokes)
            elif kind in {"error", "bye"}:
                raise RefusedError(message)

    async def _wait(self, refusal: Message) -> None:
        if "retry_ms" not in refusal:
            raise RefusedError(refusal)
        self.refused += 1
        await asyncio.sleep(refusal["retry_ms"] / 1_000)


def seconds_of(strokes: Sequence[Sequence[int]]) -> float:
    """How long ink says it took, and a moment."""
    return 0.4 + sum(sum(stroke[2::4]) for stroke in strokes) / 1_000


async def _send(socket: ClientConnection, t: str, **keys: object) -> None:
    await socket.send(_pack({"t": t, **keys}))


async def _receive(socket: ClientConnection) -> Message:
    async with asyncio.timeout(STEP_SECONDS):
        message: Message = _unpack(await socket.recv(decode=False))
        return message


async def _ask(socket: ClientConnection, t: str, keys: Message) -> Message:
    """Send a message; what comes for it, without what comes of itself."""
    await _send(socket, t, **keys)
    while True:
        answer = await _receive(socket)
        if answer["t"] not in {"counters", "pace", "partner", "offer"}:
            return answer
