"""A campaign of four lanes on two workers: nobody notices in which lane a room is."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import msgspec
import pytest
import redis

from server.store import keys
from server.store.deployment import deployment
from server.store.known_lanes import KnownLanes
from server.store.lanes import Lanes, lane_bases
from tests.integration.http import get_json
from tests.integration.protocol_client import MSGPACK, Peer, open_session
from tests.integration.relays import INK, Seats, finish, invite, open_room, write
from tests.integration.valkey import Valkey
from tests.service import Service, start_service

LANES = 4
SEEN_SECONDS = 1.5
"""After so long every worker knows who waits where: 0.45 s, and the rest for a busy machine."""

Workers = tuple[Service, Service]


def open_lanes(valkey: Valkey, campaign: str, count: int) -> None:
    """As if the rate had been high for a while; they close after a calm minute only."""
    state = {"open": count, "known": LANES, "known_at": 1, "low_at": 0}
    with redis.Redis.from_url(valkey.url, socket_timeout=10) as client:
        client.hset(keys.lanes(keys.lane(campaign)), mapping=state)


@pytest.fixture(scope="module")
def lanes_valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    valkey = Valkey(tmp_path_factory.mktemp("valkey"))
    valkey.start()
    open_lanes(valkey, "default", LANES)
    yield valkey
    valkey.kill()


@pytest.fixture(scope="module")
def workers(lanes_valkey: Valkey, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workers]:
    folder: Path = tmp_path_factory.mktemp("workers")
    settings = {"redis_url": lanes_valkey.url, "lanes": LANES, "grace_seconds": 3}
    one, other = (start_service(folder / "data", **settings) for _ in range(2))
    yield one, other
    assert [one.stop(), other.stop()] == [0, 0]
    for service in (one, other):
        assert "Traceback" not in service.log.read_text()


@pytest.fixture
async def connect(workers: Workers) -> AsyncIterator[Callable[..., object]]:
    """Greets the two workers in turn; at the end everybody gives up the seat and goes."""
    peers: list[Peer] = []
    turns = itertools.cycle(workers)

    async def open_one(wire: str = MSGPACK, **hello: object) -> Peer:
        peer = await open_session(next(turns), wire, **hello)
        peers.append(peer)
        return peer

    yield open_one
    for peer in peers:
        await peer.quit()


async def sit_down(connect: Callable[..., object]) -> Seats:
    """Two friends, one on each worker."""
    host, friend = await connect(), await connect()  # type: ignore[misc]
    room, code = await invite(host)
    await friend.send("join", invite=code)
    await friend.expect("matched", room=room, seat=1)
    await host.expect("matched", room=room, seat=0)
    return host, friend


async def test_relays_in_all_lanes_are_counted_together(
    connect: Callable[..., object], workers: Workers, lanes_valkey: Valkey
) -> None:
    before = (await get_json(workers[0], "/api/campaigns/default"))["counters"]
    lanes, serials, works = set(), [], []
    for number in range(1, 41):
        open_lanes(lanes_valkey, "default", LANES)
        seats = await sit_down(connect)
        lanes.add(seats[0].room[-1])
        told = await finish(seats, 0, 2)
        serials += [message["serial"] for message in told]
        works.append(told[0]["work"])
        assert [it["counters"]["relays"] - before["relays"] for it in told] == [number, number]
        for peer in seats:
            await peer.quit()
        if len(lanes) == LANES:
            break
    assert len(lanes) == LANES, "tickets spread over the lanes"
    assert len(set(serials)) == len(serials)
    counters = (await get_json(workers[1], "/api/campaigns/default"))["counters"]
    assert counters["relays"] - before["relays"] == number
    assert counters["participants"] - before["participants"] == 2 * number
    listed = await get_json(workers[0], f"/api/works?limit={number}")
    assert {work["id"] for work in listed["works"]} == set(works)


async def test_a_stranger_finds_whoever_waits_in_whatever_lane(
    connect: Callable[..., object],
) -> None:
    for _ in range(2):
        host, stranger = await connect(), await connect()  # type: ignore[misc]
        room = await open_room(host)
        await asyncio.sleep(SEEN_SECONDS)
        await stranger.send("join")
        await stranger.expect("matched", room=room, seat=1)
        await host.expect("matched", room=room, seat=0)
        await finish((host, stranger), 0, 2)


async def test_a_process_without_heartbeats_learns_of_all_lanes(lanes_valkey: Valkey) -> None:
    default, other = Lanes("default"), Lanes("other")
    bases: list[str] = []
    default.on_new(bases.append)
    reading = KnownLanes(deployment(lanes_valkey.url), [default, other])
    await reading.read()
    await reading.close()
    assert bases == lane_bases("default", LANES)
    assert other.bases == lane_bases("other", 1)


async def test_who_is_lost_finds_the_room_whatever_lane_it_is_in(
    connect: Callable[..., object],
) -> None:
    for _ in range(4):
        seats = await sit_down(connect)
        await write(seats, 0)
        await seats[0].close()
        await seats[1].expect("partner", state="away")
        again = await connect(token=seats[0].welcome["token"])  # type: ignore[misc]
        resume = again.welcome["resume"]
        assert (resume["room"], resume["seat"], resume["committed"]) == (seats[1].room, 0, [INK])
        await seats[1].expect("partner", state="back")
        await finish((again, seats[1]), 1, 2)


async def test_a_second_tab_takes_over_whatever_lane_the_first_one_joined(
    connect: Callable[..., object],
) -> None:
    for _ in range(4):
        first = await connect()  # type: ignore[misc]
        await open_room(first)
        second = await connect(token=first.welcome["token"])  # type: ignore[misc]
        assert second.welcome["resume"]["room"] == first.room
        await first.expect("error", code="elsewhere")
        await second.quit()


async def test_a_lane_that_has_not_heard_of_the_return_seats_who_joins(
    connect: Callable[..., object], lanes_valkey: Valkey
) -> None:
    first = await connect()  # type: ignore[misc]
    again = await connect(token=first.welcome["token"])  # type: ignore[misc]
    await first.expect("error", code="elsewhere")
    known_before = b"".join(map(msgspec.msgpack.encode, ("gone/1", "", "", 0, 1, "")))
    with redis.Redis.from_url(lanes_valkey.url, socket_timeout=10) as client:
        for lane in range(LANES):
            base = keys.lane("default", lane)
            client.set(f"{base}:participant:{again.welcome['participant']}", known_before)
    await open_room(again)
    await again.quit()


async def test_a_friend_comes_to_the_lane_of_the_invitation(
    connect: Callable[..., object],
) -> None:
    for _ in range(4):
        await finish(await sit_down(connect), 0, 2)


async def test_a_character_left_in_a_lane_that_closes_is_finished(
    connect: Callable[..., object], lanes_valkey: Valkey
) -> None:
    for _ in range(30):
        host = await connect()  # type: ignore[misc]
        room = await open_room(host)
        if room[-1] != "0":
            break
        await host.quit()
    await host.send("commit", room=room, c=0, strokes=INK)
    await host.expect("committed", c=0)
    await host.expect("turn", c=1)
    await host.send("leave", room=room, keep=True)
    open_lanes(lanes_valkey, "default", 1)
    try:
        await asyncio.sleep(2)
        stranger = await connect()  # type: ignore[misc]
        await stranger.send("join")
        await stranger.expect("matched", room=room, seat=1, committed=[INK])
        await stranger.send("commit", room=room, c=1, strokes=INK)
        await stranger.expect("committed", c=1)
        await stranger.expect("completed", room=room)
    finally:
        open_lanes(lanes_valkey, "default", LANES)
    again = await connect(token=host.welcome["token"])  # type: ignore[misc]
    assert [work["work"] for work in again.welcome["finished"]] == [room]


async def test_in_every_lane_each_language_is_found_by_its_own(
    connect: Callable[..., object], lanes_valkey: Valkey
) -> None:
    """Whoever waits in one language is not passed by because another one waits elsewhere."""
    hosts: dict[str, Peer] = {}
    for language in ("zh", "en", "ja"):
        hosts[language] = await connect()  # type: ignore[misc]
        await hosts[language].send("join", locales=[language])
        await hosts[language].expect("waiting")
        await asyncio.sleep(SEEN_SECONDS)
    assert len({host.room for host in hosts.values()}) == 3
    for language in ("ja", "zh", "en"):
        guest = await connect()  # type: ignore[misc]
        await guest.send("join", locales=[language])
        await guest.expect("matched", room=hosts[language].room)
