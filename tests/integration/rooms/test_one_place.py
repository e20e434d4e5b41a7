"""One participant, one place; and whom one meets."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from functools import partial

import pytest
from websockets.exceptions import ConnectionClosed

from tests.integration.conftest import Connect
from tests.integration.protocol_client import JSON, Peer, open_session
from tests.integration.relays import INK, finish, meet, open_room, sit_down
from tests.integration.rooms.assertions import come_back
from tests.integration.store import plain
from tests.integration.valkey import Valkey
from tests.polling import eventually
from tests.service import Service


@pytest.mark.parametrize("state", ["greeted", "waiting", "seated"])
async def test_who_connects_again_is_only_there(connect: Connect, state: str) -> None:
    first, other = await connect(), await connect()
    if state == "waiting":
        await open_room(first)
    elif state == "seated":
        await meet((first, other))
    again = await come_back(connect, first, JSON)
    assert (again.welcome.get("resume") or {}).get("room") == first.room
    await first.expect("error", code="elsewhere")
    assert await first.closed() == 4001
    if state != "seated":
        await again.send("join", phrase="jiayou")
        await again.expect("waiting", **({"room": first.room} if first.room else {}))
        await other.send("join")
        await other.expect("matched", room=again.room)
        await again.expect("matched")
    await other.expect_silence()
    await finish((again, other), 0, 2)


async def test_many_connections_of_one_participant_leave_one(connect: Connect) -> None:
    first = await connect()
    await open_room(first)
    peers = [first, *[await come_back(connect, first) for _ in range(5)]]
    for peer in peers[:-1]:
        await peer.expect("error", code="elsewhere")
        assert await peer.closed() == 4001
    assert peers[-1].welcome["resume"]["room"] == first.room
    await peers[-1].expect_silence()


async def test_connections_at_the_same_moment_leave_one(connect: Connect) -> None:
    first = await connect()
    peers = await asyncio.gather(*(come_back(connect, first) for _ in range(5)))

    async def stays(peer: Peer) -> bool:
        try:
            await peer.send("join")
            told = await peer.next()
        except ConnectionClosed:
            return False
        if told["t"] == "error":
            assert told["code"] == "elsewhere"
            assert await peer.closed() == 4001
        return told["t"] == "waiting"

    assert sorted(await asyncio.gather(*map(stays, peers))) == [False] * 4 + [True]


async def test_nobody_meets_oneself(connect: Connect) -> None:
    first = await connect()
    room = await open_room(first)
    again = await come_back(connect, first)
    await again.send("join")
    await again.expect("waiting", room=room, seat=0)
    await again.send("commit", room=room, c=0, strokes=INK)
    await again.expect("committed", c=0)
    await again.expect("turn", c=1)
    await again.send("leave", room=room, keep=True)
    await again.send("join")
    assert (await again.expect("waiting", seat=0))["room"] != room


async def test_a_token_is_another_participant_in_another_campaign(
    connect: Connect, shared: Service
) -> None:
    first = await connect()
    await open_room(first)
    token = first.welcome["token"]
    elsewhere = await open_session(shared, token=token, campaign="default")
    try:
        assert elsewhere.welcome["token"] == token
        assert elsewhere.welcome["participant"] != first.welcome["participant"]
        assert "resume" not in elsewhere.welcome
        await first.send("ping", n=1)
        await first.expect("pong", n=1)
    finally:
        await elsewhere.close()


async def test_those_who_have_just_met_meet_again_when_nobody_else_is_there(
    connect: Connect,
) -> None:
    seats = await sit_down(connect)
    for _ in range(3):
        await finish(seats, 0, 2)
        await meet(seats)


async def test_in_three_rounds_four_people_meet_everybody(
    valkey: Valkey, serve: Callable[..., Service]
) -> None:
    service = serve(redis_url=valkey.url)
    busy = await open_session(service)
    people = [await open_session(service) for _ in range(4)]
    met = set()
    for _ in range(3):
        await join_at_once(valkey, busy, people)
        rooms: dict[str, list[tuple[int, Peer]]] = {}
        for peer in people:
            matched = await peer.expect("matched")
            rooms.setdefault(matched["room"], []).append((matched["seat"], peer))
        assert len(rooms) == 2
        for (_, one), (_, other) in rooms.values():
            met.add(frozenset({people.index(one), people.index(other)}))
        for seated in rooms.values():
            host, guest = (peer for _, peer in sorted(seated, key=lambda entry: entry[0]))
            room = host.room
            await host.send("leave", room=room)
            await guest.expect("partner", state="left")
            await guest.expect("turn")
            await guest.send("leave", room=room)
            for peer in (host, guest):
                await peer.expect_silence()
            await eventually(partial(is_forgotten, valkey, room))
    assert met == {frozenset(pair) for pair in itertools.combinations(range(4), 2)}
    for peer in (busy, *people):
        await peer.close()


async def is_forgotten(valkey: Valkey, room: str) -> bool:
    """Whether both have left the room; until then neither joins another one."""
    with plain(valkey) as client:
        return not client.exists(f"jl:{{default:0}}:room:{room}")


async def join_at_once(valkey: Valkey, busy: Peer, people: list[Peer]) -> None:
    """Have all tickets in one batch: they come while an earlier ticket is under way."""
    valkey.freeze()
    try:
        await busy.send("join", invite="nonsense")
        await busy.expect_silence()
        for peer in people:
            await peer.send("join", phrase="xiangxin-ziji")
            await peer.expect_silence()
    finally:
        valkey.thaw()
    await busy.expect("error", code="no_such_room")
