"""What the Python client does when the server refuses, is busy, or does not answer."""

from __future__ import annotations

import pytest
from jielong import (
    Refused,
    TimedOut,
)
from jielong.messages import Error

from tests.client.scripted_server import (
    COMMITTED,
    DOT,
    MATCHED,
    TURN,
    WAITING,
    Peer,
    acting,
    connect,
)


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
        await peer.refuse_twice("commit", busy)
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
