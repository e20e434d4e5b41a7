"""Two workers on one Valkey: it makes no difference who is connected where."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.integration.http import error_of, get_json
from tests.integration.protocol_client import JSON, MSGPACK, Message, Peer, open_session
from tests.integration.relays import INK, Seats, finish, meet, open_room, write
from tests.integration.valkey import Valkey
from tests.polling import eventually
from tests.service import Service, start_service

Workers = tuple[Service, Service]
ConnectTo = Callable[..., "asyncio.Future[Peer]"]

GRACE_MS = 2_000
BURST = 40
MOMENTS = 20


@pytest.fixture(scope="module")
def workers(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Workers]:
    """Two services on one Valkey and one data folder."""
    folder: Path = tmp_path_factory.mktemp("workers")
    valkey = Valkey(folder / "valkey")
    valkey.start()
    settings = {"redis_url": valkey.url, "grace_seconds": GRACE_MS / 1_000}
    one, other = (start_service(folder / "data", **settings) for _ in range(2))
    yield one, other
    assert [one.stop(), other.stop()] == [0, 0]
    valkey.kill()
    for service in (one, other):
        assert "Traceback" not in service.log.read_text()


@pytest.fixture
async def connect(workers: Workers) -> AsyncIterator[Callable[..., object]]:
    """Greets a worker by its number; at the end everybody gives up the seat and goes."""
    peers: list[Peer] = []

    async def open_one(worker: int, wire: str = MSGPACK, **hello: object) -> Peer:
        peer = await open_session(workers[worker], wire, **hello)
        peers.append(peer)
        return peer

    yield open_one
    for peer in peers:
        await peer.quit()


async def sit_apart(connect: ConnectTo, phrase: str = "ni-zui-bang") -> Seats:
    """Two newcomers in one room, each on a worker of its own."""
    seats = await connect(0), await connect(1, JSON)
    await meet(seats, phrase)
    return seats


async def counters_of(workers: Workers) -> list[tuple[int, int]]:
    """What each worker tells; the one that told somebody of a work counts it at once."""
    told = [(await get_json(it, "/api/campaigns/default"))["counters"] for it in workers]
    return [(counters["relays"], counters["participants"]) for counters in told]


async def expect_counters(workers: Workers, relays: int, participants: int) -> None:
    """Both come to tell the same."""

    async def both_tell() -> bool:
        return await counters_of(workers) == [(relays, participants)] * 2

    await eventually(both_tell)


async def test_partners_on_two_workers_play_a_whole_relay(
    connect: ConnectTo, workers: Workers
) -> None:
    before = max(await counters_of(workers))
    seats = await sit_apart(connect)
    room = seats[0].room
    for c in range(3):
        writer, reader = seats[c % 2], seats[1 - c % 2]
        for s in range(3):
            ink = {"room": room, "c": c, "s": s, "p": [s, 0, 0, 9, 1, 1, 8, 0], "end": True}
            await writer.send("ink", **ink)
            assert await reader.next() == {"t": "ink"} | ink
        await writer.send("undo", room=room, c=c, s=1)
        assert await reader.next() == {"t": "undo", "room": room, "c": c, "s": 1}
        await reader.send("react", room=room, e="heart")
        assert await writer.next() == {"t": "react", "room": room, "e": "heart"}
        await reader.send("ink", room=room, c=c, s=0, p=[1, 1, 1, 1])
        await reader.send("commit", room=room, c=c, strokes=INK)
        await reader.expect("error", code="not_your_turn")
        told = await write(seats, c)
    work = told[0]["work"]
    assert told[1]["work"] == work
    assert abs(told[0]["serial"] - told[1]["serial"]) == 1
    await expect_counters(workers, before[0] + 1, before[1] + 2)
    for service in workers:
        stored = await get_json(service, f"/api/works/{work}")
        assert [char["strokes"] for char in stored["chars"]] == [INK] * 3
        newest = await get_json(service, "/api/works?limit=1")
        assert [entry["id"] for entry in newest["works"]] == [work]


async def test_a_commit_is_told_though_a_partner_comes_in_that_moment(
    connect: ConnectTo,
) -> None:
    """What comes from the other worker may be overtaken by the answer to the commit."""
    for _ in range(MOMENTS):
        host, guest = await connect(0), await connect(1)
        room = await open_room(host)
        await guest.send("join")
        await host.send("commit", room=room, c=0, strokes=INK)
        heard: set[str] = set()
        turn = 0
        while turn == 0 or not heard >= {"committed", "matched"}:
            told = await host.next()
            heard.add(told["t"])
            if told["t"] == "committed":
                assert (told["c"], told["seat"], told["strokes"]) == (0, 0, INK)
            elif told["t"] in {"matched", "turn"}:
                turn = told["turn"]["c"] if told["t"] == "matched" else told["c"]
        await guest.expect("matched")
        await host.send("leave", room=room)
        await guest.send("leave", room=room)


@pytest.mark.parametrize("home", [0, 1], ids=["to-the-same-worker", "to-the-other-worker"])
async def test_who_is_lost_comes_back_to_either_worker(connect: ConnectTo, home: int) -> None:
    seats = await sit_apart(connect)
    await write(seats, 0)
    await seats[0].close()
    away = await seats[1].expect("partner", state="away")
    assert 0 < away["ms"] <= GRACE_MS
    again = await connect(home, token=seats[0].welcome["token"])
    resume = again.welcome["resume"]
    assert (resume["room"], resume["seat"], resume["committed"]) == (seats[1].room, 0, [INK])
    await seats[1].expect("partner", state="back")
    await again.send("react", room=again.room, e="smile")
    await seats[1].expect("react", e="smile")
    await seats[1].send("react", room=again.room, e="fan")
    await again.expect("react", e="fan")
    await finish((again, seats[1]), 1, 3)


async def test_who_is_lost_for_good_is_replaced_from_the_other_worker(connect: ConnectTo) -> None:
    seats = await sit_apart(connect)
    await write(seats, 0)
    await seats[1].close()
    await seats[0].expect("partner", state="away")
    await seats[0].expect("turn", c=1)
    await seats[0].expect("partner", state="left")
    await seats[0].expect("turn", c=1)
    third = await connect(1)
    await third.send("join")
    await third.expect("matched", room=seats[0].room, seat=1, committed=[INK])
    await seats[0].expect("matched", seat=0)
    await finish((seats[0], third), 1, 3)


@pytest.mark.parametrize("state", ["greeted", "waiting", "seated"])
async def test_who_connects_to_the_other_worker_is_only_there(
    connect: ConnectTo, state: str
) -> None:
    first, other = await connect(0), await connect(0)
    if state == "waiting":
        await open_room(first)
    elif state == "seated":
        await meet((first, other))
    again = await connect(1, token=first.welcome["token"])
    assert (again.welcome.get("resume") or {}).get("room") == first.room
    await first.expect("error", code="elsewhere")
    assert await first.closed() == 4001
    if state != "seated":
        await again.send("join", phrase="jiayou")
        await again.expect("waiting")
        await other.send("join")
        await other.expect("matched", room=again.room)
        await again.expect("matched")
    await finish((again, other), 0, 2)


async def test_a_friend_is_invited_across_workers(connect: ConnectTo) -> None:
    host, friend = await connect(0), await connect(1)
    room = await open_room(host)
    await host.send("invite", room=room)
    code = (await host.expect("invited"))["code"]
    await friend.send("join", invite=code)
    await friend.expect("matched", room=room)
    await host.expect("matched", room=room)
    await finish((host, friend), 0, 2)


async def test_a_report_holds_the_work_back_on_both(connect: ConnectTo, workers: Workers) -> None:
    seats = await sit_apart(connect, "jiayou")
    await write(seats, 0)
    await seats[0].send("report", room=seats[0].room, why="other")
    await seats[1].expect("partner", state="left")
    await seats[1].expect("turn", c=1)
    await seats[1].send("commit", room=seats[1].room, c=1, strokes=INK)
    await seats[1].expect("committed")
    work = (await seats[1].expect("completed"))["work"]
    for service in workers:
        await error_of(service, f"/api/works/{work}", 404)


async def test_a_burst_of_joiners_over_both_is_paired_without_rest(
    connect: ConnectTo, workers: Workers
) -> None:
    before = max(await counters_of(workers))
    peers = [await connect(number % 2, (MSGPACK, JSON)[number % 3 == 0]) for number in range(BURST)]
    for peer in peers:
        await peer.send("join", phrase="jiayou")
    rooms: dict[str, dict[int, Peer]] = {}

    async def seated(peer: Peer) -> Message:
        while (told := await peer.next())["t"] == "waiting":
            pass
        return told

    for peer, matched in zip(peers, await asyncio.gather(*map(seated, peers)), strict=True):
        assert matched["t"] == "matched", matched
        seats = rooms.setdefault(matched["room"], {})
        assert matched["seat"] not in seats
        seats[matched["seat"]] = peer
    assert len(rooms) == BURST // 2
    done = await asyncio.gather(*(finish((seats[0], seats[1]), 0, 2) for seats in rooms.values()))
    serials = sorted(message["serial"] for both in done for message in both)
    assert serials == list(range(before[1] + 1, before[1] + BURST + 1))
    await expect_counters(workers, before[0] + BURST // 2, before[1] + BURST)


async def test_workers_may_start_at_the_same_moment_on_nothing(
    valkey: Valkey, serve: Callable[..., Service]
) -> None:
    with ThreadPoolExecutor(max_workers=3) as at_once:
        services = list(at_once.map(lambda _: serve(redis_url=valkey.url), range(3)))
    for service in services:
        assert await get_json(service, "/readyz") == {"ready": True}


async def test_the_gauges_are_those_of_both(connect: ConnectTo) -> None:
    seats = await sit_apart(connect)
    for peer in seats:
        await peer.expect_counters(online=2, writing=2)
    await seats[0].quit()
    await seats[1].expect("partner", state="left")
    await seats[1].expect("turn")
    await seats[1].expect_counters(online=1, writing=1)
