"""The participant after a lost or silent connection: what it keeps, and how it comes back."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from urllib.parse import urlsplit

import pytest
from jielong import Closed, Refused, TimedOut
from jielong.messages import Committed, Counters, Error, Matched, Pong, Turn
from jielong.recorder import Recorder

from tests.client.lost_connections import (
    BYE,
    THEIR_TURN,
    lose_the_commit,
    resume,
    resume_and_commit,
    seat_and_stay,
)
from tests.client.scripted_server import (
    COMMITTED,
    COUNTERS,
    DOT,
    MATCHED,
    Peer,
    acting,
    connect,
)
from tests.faults.proxy import Proxy

SILENT = 0.999
"""The share of connections that a silent line holds: all that there are, and no new ones."""


async def seat(peer: Peer) -> None:
    """Seat the participant, and let them go."""
    await peer.seat(MATCHED)


@asynccontextmanager
async def a_line_to(url: str) -> AsyncIterator[tuple[Proxy, str]]:
    """A proxy before the server, and its address."""
    port = urlsplit(url).port
    assert port
    proxy = Proxy(port, Random(1))
    await proxy.start()
    try:
        yield proxy, f"ws://127.0.0.1:{proxy.port}/ws"
    finally:
        proxy.stop()


@asynccontextmanager
async def silence(proxy: Proxy) -> AsyncIterator[None]:
    """Within the block nothing passes through the connections that are open now."""
    frozen = asyncio.create_task(proxy.freeze(SILENT, 60))
    await asyncio.sleep(0)
    yield
    frozen.cancel()


async def test_a_commit_survives_a_lost_connection() -> None:
    async with acting(lose_the_commit, resume_and_commit) as url, await connect(url) as me:
        await me.join()
        assert (await me.commit(DOT)).c == 0
        assert me.committed == (tuple(DOT),)
        assert (await me.next(Turn)).c == 1


async def test_a_commit_survives_a_line_that_dies_silently() -> None:
    async with (
        acting(seat_and_stay, resume_and_commit) as url,
        a_line_to(url) as (proxy, line),
        await connect(line) as me,
    ):
        await me.join()
        async with silence(proxy), asyncio.timeout(8):
            assert (await me.commit(DOT)).c == 0


async def test_a_commit_after_a_lost_connection_brings_back_the_room_first() -> None:
    async with acting(seat, resume_and_commit) as url, await connect(url) as me:
        await me.join()
        with pytest.raises(Closed):
            await me.next(Turn)
        assert (await me.commit(DOT)).c == 0


async def test_a_server_that_takes_its_time_is_not_left() -> None:
    async def slow(peer: Peer) -> None:
        await peer.seat(MATCHED)
        await peer.hear("commit")
        for _ in range(2):
            ping = await peer.hear("ping")
            await peer.say({"t": "pong", "n": ping["n"]})
        await peer.say(COMMITTED)
        await peer.hear("react")

    async with acting(slow) as url, await connect(url) as me:
        await me.join()
        assert (await me.commit(DOT)).c == 0
        with pytest.raises(TimedOut):
            await me.next(Pong, timeout=0)
        await me.react("clap")


async def test_a_commit_refused_for_now_survives_a_lost_connection() -> None:
    async def busy(peer: Peer) -> None:
        await peer.seat(MATCHED)
        await peer.hear("commit")
        await peer.say({"t": "error", "code": "busy", "message": "", "re": "commit", "retry_ms": 5})
        await peer.socket.close(1011)

    async with acting(busy, resume_and_commit) as url, await connect(url) as me:
        await me.join()
        assert (await me.commit(DOT)).c == 0


async def test_a_commit_comes_back_after_a_restart_of_the_server() -> None:
    async def restart(peer: Peer) -> None:
        await peer.seat(MATCHED)
        await peer.hear("commit")
        await peer.say(BYE)
        await peer.socket.close(1012)

    async def full(peer: Peer) -> None:
        await peer.hear("hello")
        await peer.say({"t": "error", "code": "busy", "message": "", "re": "hello", "retry_ms": 5})
        await peer.socket.close(1013)

    async with acting(restart, full, resume_and_commit) as url, await connect(url) as me:
        await me.join()
        await me.commit(DOT)
        assert me.bye is None


@pytest.mark.parametrize(("code", "bye"), [(4001, None), (1000, BYE | {"why": "idle"})])
async def test_a_commit_does_not_come_back_where_the_end_is_final(
    code: int, bye: dict[str, object] | None
) -> None:
    async def final(peer: Peer) -> None:
        await peer.seat(MATCHED)
        await peer.hear("commit")
        await peer.say(*([bye] if bye else []))
        await peer.socket.close(code)

    async with acting(final) as url, await connect(url) as me:
        await me.join()
        with pytest.raises(Closed) as end:
            await me.commit(DOT)
        assert end.value.code == code
        with pytest.raises(Closed):
            await me.wake()


async def test_a_commit_that_cannot_come_back_in_time_tells_how_the_connection_ended() -> None:
    async def gone(peer: Peer) -> None:
        await peer.seat(MATCHED)
        await peer.hear("commit")
        proxy.stop()

    async with (
        acting(gone) as url,
        a_line_to(url) as (proxy, line),
        await connect(line) as me,
    ):
        await me.join()
        turn = asyncio.create_task(me.next(Turn))
        with pytest.raises(Closed) as end:
            await me.commit(DOT, timeout=0.5)
        assert end.value.code == 1006
        with pytest.raises(Closed):
            await turn


async def test_a_participant_who_is_no_longer_let_in_is_told_so() -> None:
    async def barred(peer: Peer) -> None:
        await peer.hear("hello")
        await peer.say({"t": "error", "code": "barred", "message": "", "re": "hello"})
        await peer.ended()

    async with acting(lose_the_commit, barred) as url, await connect(url) as me:
        await me.join()
        with pytest.raises(Refused, match="barred"):
            await me.commit(DOT)
        with pytest.raises(Closed):
            await me.next(Committed)


async def test_waking_finds_a_line_that_works_and_leaves_it() -> None:
    async def script(peer: Peer) -> None:
        await peer.seat(MATCHED)
        await peer.hear("ping")
        await peer.say({"t": "counters"} | COUNTERS)  # any frame is a sign of life
        await peer.hear("react")

    async with acting(script) as url, await connect(url) as me:
        await me.join()
        await me.wake()
        await me.next(Counters)
        await me.react("clap")


async def test_waking_replaces_a_silent_line_at_once() -> None:
    async def back(peer: Peer) -> None:
        await resume(peer)
        await peer.hear("react")
        await peer.say(THEIR_TURN)

    async with (
        acting(seat_and_stay, back) as url,
        a_line_to(url) as (proxy, line),
        await connect(line) as me,
    ):
        await me.join()
        turn = asyncio.create_task(me.next(Turn))
        async with silence(proxy), asyncio.timeout(8):
            await me.wake()
            assert (me.room, me.seat, me.my_turn) == ("r", 0, True)
            await me.react("clap")
            assert (await turn).c == 1  # a wait goes on over the new connection


async def test_waking_brings_back_a_participant_who_was_cut_off() -> None:
    async def cut(peer: Peer) -> None:
        await peer.seat(MATCHED)
        peer.socket.transport.abort()

    async with acting(cut, resume_and_commit) as url, await connect(url) as me:
        await me.join()
        with pytest.raises(Closed):
            await me.next(Turn)
        await me.wake()
        assert me.relay
        assert me.relay.arrivals == 2  # the ink is shown again from the start
        await me.commit(DOT)


async def test_waking_sends_the_commit_that_nobody_answered() -> None:
    async def silent(peer: Peer) -> None:
        await peer.seat(MATCHED)
        await peer.hear("commit")
        peer.socket.transport.abort()

    async with acting(silent, resume_and_commit) as url, await connect(url) as me:
        await me.join()
        commit = asyncio.create_task(me.commit(DOT))
        with pytest.raises(TimedOut):
            await me.next(Committed, timeout=0)
        commit.cancel()
        with pytest.raises(Closed):
            await me.next(Error)
        await me.wake()
        assert (await me.next(Committed)).c == 0


async def test_a_leave_that_was_lost_is_sent_again() -> None:
    async def cut(peer: Peer) -> None:
        await peer.seat(MATCHED)
        await peer.hear("leave")
        peer.socket.transport.abort()

    async def again(peer: Peer) -> None:
        await resume(peer)
        assert (await peer.hear("leave"))["keep"] is True
        await peer.hear("join")
        await peer.say(MATCHED | {"room": "other"})

    async with acting(cut, again) as url, await connect(url) as me:
        await me.join()
        await me.leave(keep=True)
        with pytest.raises(Closed):
            await me.next(Matched)
        await me.wake()
        assert me.room is None
        assert (await me.join()).room == "other"


async def test_waking_where_the_server_is_gone_ends_in_time() -> None:
    async with acting(seat) as url:
        me = await connect(url)
        await me.join()
        with pytest.raises(Closed):
            await me.next(Turn)
    with pytest.raises(Closed):
        await me.wake(timeout=0.5)
    await me.close()


async def test_a_closed_participant_does_not_come_back() -> None:
    async with acting(lose_the_commit) as url:
        me = await connect(url)
        await me.join()
        commit = asyncio.create_task(me.commit(DOT))
        await asyncio.sleep(0)
        await me.close()
        with pytest.raises(Closed):
            await commit
        with pytest.raises(Closed):
            await me.wake()


async def test_every_connection_is_recorded_on_its_own(tmp_path: Path) -> None:
    file = tmp_path / "record.jsonl"
    with file.open("w") as out:
        recorder = Recorder(out)
        async with (
            acting(lose_the_commit, resume_and_commit) as url,
            await connect(url, tap=recorder, on_close=recorder.closed) as me,
        ):
            await me.join()
            await me.commit(DOT)
            await me.next(Turn)
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert [
        (line["connection"], line.get("message", {}).get("t", line["event"])) for line in lines
    ] == [
        *((1, word) for word in ("opened", "hello", "welcome", "join", "matched", "commit")),
        (1, "closed"),
        *((2, word) for word in ("opened", "hello", "welcome", "commit", "committed", "turn")),
        (2, "closed"),
    ]


async def test_what_is_not_sent_is_not_recorded() -> None:
    tapped: list[str] = []
    async with acting(seat) as url:
        me = await connect(url, tap=lambda _, message: tapped.append(str(message["t"])))
        await me.join()
        with pytest.raises(Closed):
            await me.next(Turn)
        with pytest.raises(Closed):
            await me.react("clap")
        await me.close()
    assert tapped == ["hello", "welcome", "join", "matched"]


async def test_a_connection_that_fails_is_tried_again() -> None:
    async def fail(peer: Peer) -> None:
        peer.socket.transport.abort()

    async with acting(lose_the_commit, fail, resume_and_commit) as url, await connect(url) as me:
        await me.join()
        assert (await me.commit(DOT)).c == 0


# By itself ----------------------------------------------------------------------------------------
