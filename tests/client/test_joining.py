"""The Python client joins, leaves, and joins again."""

from __future__ import annotations

from typing import Any

import pytest
from jielong.messages import Error, Matched, Unknown, Waiting

from tests.client.scripted_server import MATCHED, WAITING, WELCOME, Peer, acting, connect


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
        await peer.refuse_twice("leave", refusal)
        await peer.hear("join")
        await peer.say(MATCHED | {"room": "other"})

    async with acting(script) as url, await connect(url) as me:
        await me.join()
        await me.leave(keep=True)
        await me.next(Error)
        await me.next(Error)
        assert (await me.join(timeout=4)).room == "other"
