"""A worker is killed, or stops and wakes too late: its seats and tickets are free in time."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import msgspec
import pytest

from server.relay.matching import Ticket
from server.store import keys
from server.store.lanes import Lanes
from tests.integration.conftest import Connect
from tests.integration.protocol_client import Message, Peer, open_session
from tests.integration.relays import INK, Seats, finish, meet, open_room, write
from tests.integration.store import PHRASE, Store
from tests.integration.valkey import Valkey
from tests.service import Service, start_service

FREE_SECONDS = 10.0
"""After so long nothing may be left of a worker."""

GRACE_SECONDS = 2

Workers = tuple[Service, Service]


@pytest.fixture
def workers(tmp_path: Path, valkey: Valkey) -> Iterator[Workers]:
    """Two services on one Valkey; the first is the one that is lost."""
    settings = {"redis_url": valkey.url, "grace_seconds": GRACE_SECONDS}
    lost, other = (start_service(tmp_path / "data", **settings) for _ in range(2))
    yield lost, other
    lost.process.kill()
    lost.process.wait()
    other.stop()


@pytest.fixture
async def connect(workers: Workers) -> AsyncIterator[Connect]:
    """Greets a worker by its number."""
    peers: list[Peer] = []

    async def open_one(worker: int, **hello: object) -> Peer:
        peer = await open_session(workers[worker], **hello)
        peers.append(peer)
        return peer

    yield open_one
    for peer in peers:
        await peer.close()


async def sit_apart(connect: Connect) -> Seats:
    """Two in one room: the first on the worker that will be lost."""
    seats = await connect(0), await connect(1)
    await meet(seats, "ni-zui-bang")
    return seats


async def join_until_matched(connect: Connect) -> tuple[Peer, Message]:
    """Join at the worker that was lost; again, if it has not begun anew yet."""
    async with asyncio.timeout(FREE_SECONDS):
        while True:
            peer = await connect(0)
            await peer.send("join")
            told = await peer.next()
            if told["t"] == "matched":
                return peer, told
            assert (told["t"], told["why"]) == ("bye", "restart")


async def test_seats_and_tickets_of_a_killed_worker_are_free_in_time(
    connect: Connect, workers: Workers
) -> None:
    seats = await sit_apart(connect)
    await write(seats, 0)
    alone = await connect(0)
    await open_room(alone)
    workers[0].process.kill()
    await seats[1].expect("partner", state="away", limit=FREE_SECONDS)
    await seats[1].expect("partner", state="left", limit=GRACE_SECONDS + 1)
    await seats[1].expect("turn")
    third = await connect(1)
    await third.send("join")
    await third.expect("matched", room=seats[0].room, committed=[INK])
    fourth = await connect(1)
    await fourth.send("join")
    waiting = await fourth.expect("waiting")
    assert waiting["room"] != alone.room, "nobody is led to somebody who is gone"


async def test_who_sat_on_a_killed_worker_goes_on_with_another(
    connect: Connect, workers: Workers
) -> None:
    seats = await sit_apart(connect)
    await write(seats, 0)
    workers[0].process.kill()
    again = await connect(1, token=seats[0].welcome["token"])
    resume = again.welcome["resume"]
    assert (resume["room"], resume["seat"], resume["committed"]) == (seats[0].room, 0, [INK])
    await finish((again, seats[1]), 1, 3)


async def test_a_worker_that_wakes_too_late_lets_its_people_go_and_begins_anew(
    connect: Connect, workers: Workers
) -> None:
    seats = await sit_apart(connect)
    workers[0].process.send_signal(signal.SIGSTOP)
    await seats[1].expect("partner", state="away", limit=FREE_SECONDS)
    await seats[1].expect("turn")
    await seats[1].expect("partner", state="left", limit=GRACE_SECONDS + 1)
    await seats[1].expect("turn")
    await seats[0].send("commit", room=seats[0].room, c=0, strokes=INK)
    workers[0].process.send_signal(signal.SIGCONT)
    told = await seats[0].next(FREE_SECONDS)
    while told["t"] != "bye":
        assert told["t"] != "committed"
        told = await seats[0].next(FREE_SECONDS)
    assert told["why"] in {"restart", "over"}, "the lease or the seat is found lost first"
    third, matched = await join_until_matched(connect)
    assert (matched["room"], matched["seat"], matched["committed"]) == (seats[0].room, 0, [])
    await seats[1].expect("matched", seat=1)
    await finish((third, seats[1]), 0, 3)


async def test_a_commit_answered_again_shows_the_partner_who_came_before_it(
    connect: Connect, store: Store
) -> None:
    """Whoever saw the partner come, and did the commit first, was lost before it told anybody."""
    ann = await connect(1)
    room = await open_room(ann)
    lanes, base = Lanes("default"), keys.lane("default")
    lanes.on_new(store.shards.add)
    ticket = Ticket("bob", "lost/1", "unused", PHRASE, 2)
    await store.seat(ticket, lanes=lanes, worker="lost")
    seat = store.delivered[-1].view.seats[0]
    ink = msgspec.msgpack.encode(INK)
    await store.commit_from(base, seat.participant, seat.address, room, 0, ink)
    await ann.send("commit", room=room, c=0, strokes=INK)
    await ann.expect("committed", room=room, c=0, seat=0)
    await ann.expect("turn", c=1)
    await ann.expect("matched", room=room, seat=0, committed=[INK])
