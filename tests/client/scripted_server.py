"""A server that plays a script, one for each connection, before the Python client."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from jielong import (
    Participant,
)
from jielong.strokes import Stroke
from websockets.asyncio.server import ServerConnection, serve
from websockets.typing import Subprotocol

DOT: list[Stroke] = [(1, 2, 0, 9)]
PHRASE = {"id": "jiayou", "text": "加油", "chars": ["加", "油"], "locale": "zh-Hans"}
COUNTERS = {"relays": 0, "participants": 0, "online": 1, "writing": 0}
TURN = {"c": 0, "char": "加", "seat": 0, "ms": 60_000}
ROOM = {"room": "r", "phrase": PHRASE, "seat": 0, "committed": [], "turn": TURN}
WAITING = {"t": "waiting"} | ROOM | {"turn": TURN | {"ms": 300_000}}
MATCHED = {"t": "matched", "partner": {"alias": "青竹", "here": True}} | ROOM
COMMITTED = {"t": "committed", "room": "r", "c": 0, "seat": 0, "strokes": [[1, 2, 0, 9]]}
COMPLETED = {
    "t": "completed",
    "room": "r",
    "work": "w",
    "url": "/w/w",
    "serial": 1,
    "counters": COUNTERS,
}
WELCOME = {
    "t": "welcome",
    "token": "secret",
    "participant": "p",
    "campaign": {"id": "default", "title": "加油接龙", "open": True},
    "phrases": [PHRASE],
    "counters": COUNTERS,
    "limits": {},
    "finished": [],
}


class Peer:
    """The server's end of one connection, in JSON."""

    def __init__(self, socket: ServerConnection) -> None:
        self.socket = socket

    async def hear(self, t: str) -> dict[str, Any]:
        """The next message, which must be of that type."""
        message: dict[str, Any] = json.loads(await asyncio.wait_for(self.socket.recv(), 5))
        assert message["t"] == t, message
        return message

    async def say(self, *messages: dict[str, Any]) -> None:
        for message in messages:
            await self.socket.send(json.dumps(message))

    async def refuse_twice(self, t: str, refusal: dict[str, Any]) -> None:
        """Refuse the next message, of that type, twice; each time it must be said again."""
        first = await self.hear(t)
        for _ in range(2):
            await self.say(refusal)
            assert await self.hear(t) == first

    async def seat(self, *messages: dict[str, Any]) -> None:
        """Welcome somebody and answer their join."""
        await self.hear("hello")
        await self.say(WELCOME)
        await self.hear("join")
        await self.say(*messages)

    async def ended(self) -> int | None:
        """Stay until the client closes; the close code."""
        await asyncio.wait_for(self.socket.wait_closed(), 5)
        return self.socket.close_code


Script = Callable[[Peer], Awaitable[None]]


@asynccontextmanager
async def acting(*scripts: Script) -> AsyncIterator[str]:
    """Serve one connection by each script in turn; their failure is the test's."""
    loop = asyncio.get_running_loop()
    waiting = list(scripts)
    outcomes: list[asyncio.Future[None]] = [loop.create_future() for _ in scripts]

    async def handle(connection: ServerConnection) -> None:
        outcome = outcomes[len(scripts) - len(waiting)]
        try:
            await waiting.pop(0)(Peer(connection))
        except BaseException as error:
            outcome.set_exception(error)
            raise
        outcome.set_result(None)

    wire = [Subprotocol("jielong.v1.json")]
    async with serve(handle, "127.0.0.1", 0, subprotocols=wire) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        yield f"ws://127.0.0.1:{port}/ws"
        for outcome in outcomes:
            await asyncio.wait_for(outcome, 5)


async def connect(url: str, **settings: Any) -> Participant:
    """Connect; a lost connection stays lost unless a test says `resume`."""
    settings.setdefault("resume", 0.0)
    return await Participant.connect(url, format="json", proxy=None, **settings)
