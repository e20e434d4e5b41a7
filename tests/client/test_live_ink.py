"""The live ink that the Python client sends: how often, and to whom from the start."""

from __future__ import annotations

import asyncio
import json
import random
from itertools import pairwise
from typing import Any

from jielong import (
    Pen,
)
from jielong.connection import Direction
from jielong.messages import Pace

from tests.client.scripted_server import (
    COMMITTED,
    COMPLETED,
    DOT,
    MATCHED,
    TURN,
    WAITING,
    WELCOME,
    Peer,
    acting,
    connect,
)


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
