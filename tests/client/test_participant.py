"""The participant against a scripted server: answers, refusals, retries, and every kind of end."""

from __future__ import annotations

import asyncio
import json
import random
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import Any

import pytest
from jielong import (
    CannotConnect,
    Closed,
    Connection,
    Malformed,
    Participant,
    Pen,
    Refused,
    TimedOut,
)
from jielong.connection import Direction
from jielong.messages import Bye, Counters, Error, Matched, Pace, Unknown, Waiting
from jielong.strokes import Stroke
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response
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


async def test_join_returns_how_the_room_stands() -> None:
    async with acting(lambda peer: peer.seat(WAITING, MATCHED)) as url, await connect(url) as me:
        assert isinstance(await me.join(phrase="jiayou"), Waiting)
        assert (await me.next(Matched)).partner.alias == "青竹"
        assert me.partner
        assert (me.room, me.seat, me.my_turn) == ("r", 0, True)
        assert (me.token, me.participant) == ("secret", "p")


async def test_hello_carries_what_was_given() -> None:
    heard: list[dict[str, Any]] = []

    async def script(peer: Peer) -> None:
        heard.append(await peer.hear("hello"))
        await peer.say(WELCOME | {"resume": MATCHED})

    async with acting(script) as url, await connect(url, token="k", campaign="spring") as me:
        assert heard == [
            {"t": "hello", "token": "k", "campaign": "spring", "client": "jielong-python/1"}
        ]
        assert me.room == "r"


async def test_join_names_the_languages_that_the_participant_writes() -> None:
    async def script(peer: Peer) -> None:
        await peer.hear("hello")
        await peer.say(WELCOME)
        assert (await peer.hear("join"))["locales"] == ["zh", "en"]
        await peer.say(MATCHED)

    async with acting(script) as url, await connect(url) as me:
        await me.join(locales=["zh", "en"])


async def test_a_message_of_a_later_protocol_is_passed_on() -> None:
    weather = {"t": "weather", "sky": "clear"}
    async with acting(lambda peer: peer.seat(weather, MATCHED)) as url, await connect(url) as me:
        await me.join()
        assert (await me.next(Unknown)).raw == weather


class InkTimes:
    """A tap that notes when live ink is sent."""

    def __init__(self) -> None:
        self._at: list[float] = []

    def __call__(self, direction: Direction, message: Any) -> None:
        if (direction, message["t"]) == ("sent", "ink"):
            self._at.append(asyncio.get_running_loop().time())

    @property
    def gaps(self) -> list[int]:
        """Milliseconds from each to the next."""
        return [round(1000 * (b - a)) for a, b in pairwise(self._at)]


async def test_live_ink_keeps_to_the_time_that_the_server_asks_for() -> None:
    async def script(peer: Peer) -> None:
        await peer.hear("hello")
        await peer.say(WELCOME | {"limits": {"ink_ms": 40}})
        await peer.hear("join")
        await peer.say(MATCHED)
        await peer.hear("ink")
        await peer.hear("ink")
        await peer.say({"t": "pace", "ink_ms": 150})
        await peer.hear("ink")
        await peer.hear("commit")
        await peer.say(COMMITTED)

    times = InkTimes()
    async with acting(script) as url, await connect(url, tap=times) as me:
        await me.join()
        await me.ink(0, (1, 2, 0, 9))
        await me.ink(0, (1, 2, 8, 0))
        await me.next(Pace)
        await me.ink(0, (1, 2, 8, 0), end=True)
        await me.commit(DOT)
    first, second = times.gaps
    assert first > 35
    assert second > 140


async def test_a_character_is_shown_in_fewer_messages_at_a_slower_pace() -> None:
    shown: list[dict[str, Any]] = []
    committed: list[dict[str, Any]] = []

    async def script(peer: Peer) -> None:
        await peer.hear("hello")
        await peer.say(WELCOME | {"limits": {"ink_ms": 200}})
        await peer.hear("join")
        await peer.say(MATCHED)
        while (message := json.loads(await peer.socket.recv()))["t"] == "ink":
            shown.append(message)
        committed.append(message)
        await peer.say(COMMITTED, COMPLETED)

    times = InkTimes()
    async with acting(script) as url, await connect(url, tap=times) as me:
        await me.join()
        await me.write_relay(Pen(random.Random(5)), pace=0.5, timeout=5)
    assert shown
    assert all(gap > 190 for gap in times.gaps)
    strokes: dict[int, list[int]] = {}
    for ink in shown:
        strokes.setdefault(ink["s"], []).extend(ink["p"])
    for s, stroke in strokes.items():
        assert stroke == committed[0]["strokes"][s][: len(stroke)]


async def test_a_refusal_is_raised_with_all_it_says() -> None:
    refusal = {"t": "error", "code": "no_such_phrase", "message": "what?", "re": "join"}
    async with acting(lambda peer: peer.seat(refusal)) as url, await connect(url) as me:
        with pytest.raises(Refused, match=r"join refused: no_such_phrase \(what\?\)") as refused:
            await me.join(phrase="nonsense")
        assert (refused.value.code, refused.value.re) == ("no_such_phrase", "join")
        assert refused.value.retry_ms is None


async def test_a_refused_hello_closes_the_connection() -> None:
    async def script(peer: Peer) -> None:
        await peer.hear("hello")
        await peer.say({"t": "error", "code": "no_such_campaign", "message": "", "re": "hello"})
        await peer.ended()

    async with acting(script) as url:
        with pytest.raises(Refused, match="no_such_campaign"):
            await connect(url)


async def test_a_server_that_is_full_refuses_and_says_when_to_come_back() -> None:
    busy = {"t": "error", "code": "busy", "message": "full", "re": "hello", "retry_ms": 60_000}

    async def script(peer: Peer) -> None:
        await peer.hear("hello")
        await peer.say(busy)
        await peer.socket.close(1013, "the server is full")

    async with acting(script) as url:
        with pytest.raises(Refused) as refused:
            await connect(url)
    assert (refused.value.code, refused.value.retry_ms) == ("busy", 60_000)


async def test_a_busy_store_is_asked_again() -> None:
    busy = {"t": "error", "code": "busy", "message": "", "re": "commit", "retry_ms": 10}

    async def script(peer: Peer) -> None:
        await peer.seat(WAITING)
        first = await peer.hear("commit")
        await peer.say(busy)
        assert await peer.hear("commit") == first
        await peer.say(busy)
        assert await peer.hear("commit") == first
        await peer.say(COMMITTED)

    async with acting(script) as url, await connect(url) as me:
        await me.join()
        assert (await me.commit(DOT)).c == 0
        assert me.committed == (tuple(DOT),)


async def test_asking_again_has_an_end() -> None:
    busy = {"t": "error", "code": "busy", "message": "", "re": "join", "retry_ms": 60_000}
    async with acting(lambda peer: peer.seat(busy)) as url, await connect(url) as me:
        with pytest.raises(Refused) as refused:
            await me.join(timeout=2)
        assert refused.value.retry_ms == 60_000


async def test_no_answer_is_a_timeout() -> None:
    async def script(peer: Peer) -> None:
        await peer.seat()
        await peer.ended()

    async with acting(script) as url, await connect(url) as me:
        with pytest.raises(TimedOut, match="answer to join"):
            await me.join(timeout=0.05)


async def test_a_refused_notice_is_kept_for_next() -> None:
    refusal = {"t": "error", "code": "slow_down", "message": "", "re": "react", "retry_ms": 5}

    async def script(peer: Peer) -> None:
        await peer.seat(MATCHED)
        await peer.hear("react")
        await peer.say(refusal)
        await peer.hear("commit")
        await peer.say(COMMITTED)

    async with acting(script) as url, await connect(url) as me:
        await me.join()
        await me.react("clap")
        await me.commit(DOT)
        assert (await me.next(Error)).re == "react"


async def test_what_would_surely_be_refused_is_not_sent() -> None:
    async def script(peer: Peer) -> None:
        await peer.seat(WAITING | {"seat": 0, "turn": TURN | {"seat": 1}})

    async with acting(script) as url, await connect(url) as me:
        with pytest.raises(Refused, match="not in a room"):
            await me.react("clap")
        await me.join()
        with pytest.raises(Refused, match="not_your_turn"):
            await me.commit(DOT)


async def test_a_match_that_crosses_a_leave_is_not_the_next_room() -> None:
    other = MATCHED | {"room": "other"}

    async def script(peer: Peer) -> None:
        await peer.seat(WAITING)
        await peer.hear("leave")
        await peer.say(MATCHED)
        await peer.hear("join")
        await peer.say(other)

    async with acting(script) as url, await connect(url) as me:
        await me.join()
        await me.leave()
        await me.next(Matched)
        assert me.room is None
        assert (await me.join()).room == "other"
        assert me.room == "other"


@pytest.mark.parametrize("t", ["leave", "report"])
async def test_who_asked_for_the_next_room_too_soon_gets_it_after_the_leave(t: str) -> None:
    refusal = {"t": "error", "code": "busy", "message": "", "re": t, "retry_ms": 50}

    async def script(peer: Peer) -> None:
        await peer.seat(MATCHED)
        first = await peer.hear(t)
        await peer.hear("join")
        await peer.say(refusal, MATCHED)
        assert await peer.hear(t) == first
        await peer.hear("join")
        await peer.say(MATCHED | {"room": "other"})

    async with acting(script) as url, await connect(url) as me:
        await me.join()
        await (me.leave() if t == "leave" else me.report("idle"))
        assert (await me.join(timeout=4)).room == "other"


async def test_a_refused_leave_is_said_again_before_the_next_join() -> None:
    refusal = {"t": "error", "code": "slow_down", "message": "", "re": "leave", "retry_ms": 50}

    async def script(peer: Peer) -> None:
        await peer.seat(MATCHED)
        first = await peer.hear("leave")
        await peer.say(refusal)
        assert await peer.hear("leave") == first
        await peer.say(refusal)
        assert await peer.hear("leave") == first
        await peer.hear("join")
        await peer.say(MATCHED | {"room": "other"})

    async with acting(script) as url, await connect(url) as me:
        await me.join()
        await me.leave(keep=True)
        await me.next(Error)
        await me.next(Error)
        assert (await me.join(timeout=4)).room == "other"


async def test_the_end_tells_code_and_reason_and_the_servers_bye() -> None:
    async def script(peer: Peer) -> None:
        await peer.seat(MATCHED, {"t": "bye", "why": "restart", "retry_ms": 800})
        await peer.socket.close(1012, "restart")

    async with acting(script) as url, await connect(url) as me:
        await me.join()
        with pytest.raises(Closed) as end:
            await me.next(Matched)
        assert (end.value.code, end.value.reason) == (1012, "restart")
        assert me.bye == Bye("restart", 800)
        assert await me.next(Bye) == me.bye
        with pytest.raises(Closed):
            await me.join()


async def test_a_peer_that_vanishes_is_1006() -> None:
    async def script(peer: Peer) -> None:
        await peer.seat(MATCHED)
        peer.socket.transport.abort()

    async with acting(script) as url, await connect(url) as me:
        await me.join()
        with pytest.raises(Closed) as end:
            await me.next(Bye)
        assert end.value.code == 1006


async def test_a_server_that_breaks_the_protocol_is_told_so() -> None:
    async def script(peer: Peer) -> None:
        await peer.seat(MATCHED, {"t": "bye"})
        assert await peer.ended() == 1002

    async with acting(script) as url, await connect(url) as me:
        await me.join()
        with pytest.raises(Malformed, match=r"bye\.why is missing"):
            await me.next(Bye)


async def test_the_whole_part_is_written_and_shown_from_the_start_to_a_newcomer() -> None:
    shown: list[dict[str, Any]] = []
    committed: list[dict[str, Any]] = []

    async def script(peer: Peer) -> None:
        await peer.seat(WAITING)
        await asyncio.sleep(0.2)
        await peer.say(MATCHED)
        while (message := json.loads(await peer.socket.recv()))["t"] == "ink":
            shown.append(message)
        committed.append(message)
        await peer.say(COMMITTED, {"t": "turn", "room": "r"} | TURN | {"c": 1, "seat": 1})
        await peer.say(COMMITTED | {"c": 1, "seat": 1}, COMPLETED)

    async with acting(script) as url, await connect(url) as me:
        await me.join()
        done = await me.write_relay(Pen(random.Random(5)), pace=0.5, timeout=5)
        assert (done.work, done.serial) == ("w", 1)
    strokes: list[list[int]] = []
    for ink in shown:
        if ink["s"] == len(strokes):
            strokes.append([])
        strokes[ink["s"]] += ink["p"]
    assert strokes == committed[0]["strokes"]
    assert [ink["s"] for ink in shown if ink.get("end")] == list(range(len(strokes)))


async def test_a_partner_who_comes_back_sees_the_ink_anew() -> None:
    heard: list[dict[str, Any]] = []

    async def script(peer: Peer) -> None:
        await peer.seat(MATCHED)
        await asyncio.sleep(0.2)
        away = {"t": "partner", "room": "r", "state": "away", "ms": 15_000}
        await peer.say(away, {"t": "partner", "room": "r", "state": "back"})
        while (message := json.loads(await peer.socket.recv()))["t"] != "commit":
            heard.append(message)
        await peer.say(COMMITTED, COMPLETED)

    async with acting(script) as url, await connect(url) as me:
        await me.join()
        await me.write_relay(Pen(random.Random(5)), pace=0.5, timeout=5)
    undone = [i for i, message in enumerate(heard) if message["t"] == "undo"]
    assert len(undone) == 1
    assert heard[undone[0]]["s"] == 0
    assert heard[undone[0] + 1]["p"][: len(heard[0]["p"])] == heard[0]["p"]


async def test_a_relay_ends_with_its_connection() -> None:
    script: Script = lambda peer: peer.seat(MATCHED | {"seat": 1})  # noqa: E731
    async with acting(script) as url, await connect(url) as me:
        await me.join()
        with pytest.raises(Closed):
            await me.write_relay(Pen(random.Random(5)), timeout=5)


async def test_nobody_there_cannot_be_connected_to() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        with pytest.raises(CannotConnect) as refused:
            await connect(f"ws://127.0.0.1:{bound.getsockname()[1]}/ws")
    assert refused.value.status is None


async def test_an_http_refusal_tells_its_status() -> None:
    def forbid(connection: ServerConnection, request: Request) -> Response:
        return connection.respond(403, "not from here")

    async with serve(
        lambda peer: peer.wait_closed(), "127.0.0.1", 0, process_request=forbid
    ) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        with pytest.raises(CannotConnect) as refused:
            await connect(f"ws://127.0.0.1:{port}/ws")
    assert refused.value.status == 403


async def test_a_server_of_another_subprotocol_cannot_be_connected_to() -> None:
    async with serve(lambda peer: peer.wait_closed(), "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        with pytest.raises(CannotConnect, match="does not speak"):
            await connect(f"ws://127.0.0.1:{port}/ws")


async def test_a_connection_iterates_to_an_orderly_end_and_is_tapped() -> None:
    tapped: list[tuple[str, str]] = []

    def tap(direction: Direction, message: Any) -> None:
        tapped.append((direction, message["t"]))

    async def script(peer: Peer) -> None:
        await peer.hear("ping")
        await peer.say({"t": "fanfare"}, {"t": "counters"} | COUNTERS)

    async with (
        acting(script) as url,
        await Connection.open(url, format="json", proxy=None, tap=tap) as connection,
    ):
        await connection.send({"t": "ping"})
        messages = [message async for message in connection]
        assert messages == [Unknown("fanfare", {"t": "fanfare"}), Counters(0, 0, 1, 0)]
        assert (connection.close_code, connection.close_reason) == (1000, "")
    assert tapped == [("sent", "ping"), ("received", "fanfare"), ("received", "counters")]
