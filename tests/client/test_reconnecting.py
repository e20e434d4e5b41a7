"""The participant whose lost connection is replaced by itself: what it tells, and what goes on."""

from __future__ import annotations

import asyncio
import json
from random import Random

import pytest
from jielong import Closed, Pen, Reconnecting, Refused, RoomOver, TimedOut, reconnect
from jielong.messages import Bye, Committed, Counters, Turn, Welcome

from tests.client.lost_connections import (
    BYE,
    RESUMED,
    STROKES,
    lose_the_commit,
    resume,
    resume_and_commit,
    seat_and_stay,
)
from tests.client.scripted_server import (
    COMMITTED,
    COMPLETED,
    COUNTERS,
    DOT,
    MATCHED,
    TURN,
    WELCOME,
    Peer,
    acting,
    connect,
)

MY_TURN = TURN | {"c": 1, "char": "油", "seat": 1}
GUEST = MATCHED | {"seat": 1}


async def lose_the_guest(peer: Peer) -> None:
    """Seat the participant, who has to wait for the other, and vanish."""
    await peer.seat(GUEST)
    peer.socket.transport.abort()


async def welcome_to_the_turn(peer: Peer) -> None:
    """Meanwhile the other has written; then take the commit and complete the relay."""
    assert (await peer.hear("hello"))["token"] == "secret"
    await peer.say(WELCOME | {"resume": GUEST | {"committed": [STROKES], "turn": MY_TURN}})
    commit = await peer.hear("commit")
    await peer.say(COMMITTED | {"c": 1, "seat": 1, "strokes": commit["strokes"]}, COMPLETED)
    await peer.ended()


async def test_a_relay_goes_on_over_a_new_connection_by_itself() -> None:
    async with (
        acting(lose_the_guest, welcome_to_the_turn) as url,
        await connect(url, resume=5.0) as me,
    ):
        await me.join()
        done = await me.write_relay(Pen(Random(7)), timeout=10.0)
        assert done.serial == 1
        assert len(me.committed) == 2


async def test_iteration_goes_on_over_a_new_connection_until_an_orderly_end() -> None:
    async def welcome_and_close(peer: Peer) -> None:
        await peer.hear("hello")
        await peer.say(RESUMED, {"t": "counters"} | COUNTERS, BYE | {"why": "idle"})
        await peer.socket.close(1000)

    async with (
        acting(lose_the_guest, welcome_and_close) as url,
        await connect(url, resume=5.0) as me,
    ):
        await me.join()
        kinds = [type(message) async for message in me]
    assert kinds == [Reconnecting, Welcome, Counters, Bye]


async def test_a_service_that_does_not_come_back_ends_every_wait() -> None:
    async with acting(lose_the_guest) as url:
        me = await connect(url, resume=0.3)
        await me.join()
    with pytest.raises(Closed):
        await me.next(Turn)
    assert me.connection == "closed"
    with pytest.raises(Closed):
        await me.wake(timeout=0.1)
    with pytest.raises(Closed):
        await me.next(Turn)
    await me.close()


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many attempts take no time."""
    monkeypatch.setattr(reconnect, "FIRST_SECONDS", 0.001)
    monkeypatch.setattr(reconnect, "LONGEST_SECONDS", 0.01)


async def fail(peer: Peer) -> None:
    """End a connection at once."""
    peer.socket.transport.abort()


@pytest.mark.usefixtures("soon")
async def test_what_is_in_memory_is_committed_when_the_service_is_back() -> None:
    back = asyncio.Event()

    async def fail_later(peer: Peer) -> None:
        await asyncio.wait_for(back.wait(), 5)
        peer.socket.transport.abort()

    async def commit_and_stay(peer: Peer) -> None:
        await resume_and_commit(peer)
        await peer.ended()

    scripts = lose_the_commit, *[fail] * 20, fail_later, commit_and_stay
    async with acting(*scripts) as url, await connect(url, resume=30.0) as me:
        await me.join()
        assert me.connection == "online"
        with pytest.raises(Closed):
            await me.commit(DOT, timeout=0.2)
        assert me.connection == "reconnecting"
        assert (await me.next(Reconnecting)).reason.startswith("closed with 1006")
        back.set()
        assert (await me.next(Committed)).c == 0
        assert me.connection == "online"
        assert me.committed == (tuple(DOT),)


async def test_a_character_that_was_cut_off_is_shown_again_and_committed() -> None:
    async def cut_the_ink(peer: Peer) -> None:
        await peer.seat(MATCHED)
        await peer.hear("ink")
        peer.socket.transport.abort()

    async def finish(peer: Peer) -> None:
        await resume(peer)
        heard = [json.loads(await peer.socket.recv())]
        while heard[-1]["t"] != "commit":
            heard.append(json.loads(await peer.socket.recv()))
        assert (heard[0]["t"], heard[0]["s"]) == ("undo", 0)
        await peer.say(COMMITTED | {"strokes": heard[-1]["strokes"]}, COMPLETED)
        await peer.ended()

    async with acting(cut_the_ink, finish) as url, await connect(url, resume=5.0) as me:
        await me.join()
        assert (await me.write_relay(Pen(Random(7)), pace=1.5, timeout=10.0)).serial == 1


@pytest.mark.usefixtures("soon")
async def test_a_join_that_was_lost_is_sent_again() -> None:
    async def lose_the_join(peer: Peer) -> None:
        await peer.seat()
        peer.socket.transport.abort()

    scripts = lose_the_join, fail, seat_and_stay
    async with acting(*scripts) as url, await connect(url, resume=5.0) as me:
        assert (await me.join()).room == "r"


async def test_a_room_that_is_over_is_said() -> None:
    async def forget(peer: Peer) -> None:
        await peer.hear("hello")
        await peer.say(WELCOME)
        await peer.ended()

    async with acting(lose_the_guest, forget) as url, await connect(url, resume=5.0) as me:
        await me.join()
        with pytest.raises(Refused, match="no_such_room"):
            await me.write_relay(Pen(Random(7)), timeout=10.0)
        assert (await me.next(RoomOver)).room == "r"
        assert me.room is None


async def test_a_work_that_was_completed_meanwhile_is_said() -> None:
    async def tell(peer: Peer) -> None:
        await peer.hear("hello")
        await peer.say(WELCOME | {"finished": [{"work": "w", "url": "/w/w", "serial": 9}]})
        await peer.ended()

    async with acting(lose_the_guest, tell) as url, await connect(url, resume=5.0) as me:
        await me.join()
        done = await me.write_relay(Pen(Random(7)), timeout=10.0)
        assert (done.room, done.work, done.serial) == ("r", "w", 9)
        with pytest.raises(TimedOut):
            await me.next(RoomOver, timeout=0)


def test_attempts_are_close_at_first_and_end_in_time() -> None:
    lost = Closed(1006)
    for attempt in range(2_000):
        assert 0 <= reconnect.delay(lost, None, attempt, 60) <= reconnect.LONGEST_SECONDS
        assert reconnect.delay(lost, None, attempt, 1) < 1
    assert max(reconnect.delay(lost, None, 0, 60) for _ in range(100)) <= reconnect.FIRST_SECONDS
