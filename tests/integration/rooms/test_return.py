"""Shards come and go: what is given back, and what is told later."""

from __future__ import annotations

import pytest

from tests.integration.conftest import Connect
from tests.integration.protocol_client import (
    CLOSE,
    JSON,
    MSGPACK,
    PING,
    PONG,
    frame,
    open_peer,
    open_raw,
    pack,
)
from tests.integration.relays import INK, finish, open_room, sit_down, write
from tests.integration.rooms.assertions import (
    GRACE_MS,
    SLACK_MS,
    TURN_MS,
    come_back,
    expect_away,
    expect_back,
    expect_left,
    expect_replaced,
    serials,
)
from tests.service import Service


@pytest.mark.parametrize("seat", [0, 1], ids=["reader", "writer"])
@pytest.mark.parametrize("wire", [MSGPACK, JSON], ids=["msgpack", "json"])
async def test_within_the_grace_everything_is_given_back(
    connect: Connect, wire: str, seat: int
) -> None:
    before = await sit_down(connect, "ni-zui-bang")
    await write(before, 0)
    await before[seat].close()
    partner = before[1 - seat]
    await expect_away(partner, writer=seat == 1)
    again = await come_back(connect, before[seat], wire)
    resume = again.welcome["resume"]
    assert (resume["t"], resume["room"], resume["seat"]) == ("matched", partner.room, seat)
    assert resume["committed"] == [INK]
    assert resume["turn"]["c"] == 1
    assert resume["partner"]["here"] is True
    await expect_back(partner, writer=seat == 1)
    await finish((again, partner) if seat == 0 else (partner, again), 1, 3)


async def test_a_partner_who_is_lost_at_the_moment_is_away_and_not_gone(
    connect: Connect,
) -> None:
    seats = await sit_down(connect)
    await seats[0].close()
    await expect_away(seats[1])
    await seats[1].close()
    second = await come_back(connect, seats[1])
    assert second.welcome["resume"]["partner"]["here"] is True
    away = await second.expect("partner", room=seats[0].room, state="away")
    assert 0 < away["ms"] <= GRACE_MS
    first = await come_back(connect, seats[0])
    await expect_back(second)
    await finish((first, second), 0, 2)


async def test_ink_sent_right_behind_hello_reaches_the_partner(
    connect: Connect, shared: Service, campaign: str
) -> None:
    seats = await sit_down(connect)
    room, token = seats[0].room, seats[0].welcome["token"]
    await seats[0].close()
    await expect_away(seats[1])
    again = await open_peer(shared)
    await again.send("hello", token=token, campaign=campaign)
    await again.send("ink", room=room, c=0, s=0, p=INK[0])
    await again.expect("welcome")
    await expect_back(seats[1])
    await seats[1].expect("ink", room=room, c=0, s=0, p=INK[0])
    await again.quit()


async def test_an_open_room_is_given_back_within_the_grace(connect: Connect) -> None:
    host = await connect()
    room = await open_room(host)
    await host.send("commit", room=room, c=0, strokes=INK)
    await host.expect("committed", c=0)
    await host.close()
    again = await come_back(connect, host)
    resume = again.welcome["resume"]
    assert (resume["t"], resume["room"], resume["seat"]) == ("waiting", room, 0)
    assert resume["committed"] == [INK]
    guest = await connect()
    await guest.send("join")
    await guest.expect("matched", room=room, committed=[INK])
    await again.expect("matched", room=room)
    await finish((again, guest), 1, 2)


async def test_one_who_is_lost_for_good_is_replaced(connect: Connect) -> None:
    seats = await sit_down(connect, "xiangxin-ziji")
    await write(seats, 0)
    await write(seats, 1)
    await seats[0].close()
    await expect_away(seats[1])
    await expect_left(seats[1], 2)
    third = await connect()
    await expect_replaced(third, seats[1], 0, 2)
    done = await finish((third, seats[1]), 2, 4)
    assert done[0]["counters"]["participants"] == 3
    again = await come_back(connect, seats[0])
    assert again.welcome.get("resume") is None
    assert [entry["work"] for entry in again.welcome["finished"]] == [done[0]["work"]]


async def test_the_turn_stands_still_during_the_grace(connect: Connect) -> None:
    seats = await sit_down(connect)
    await seats[0].close()
    await expect_away(seats[1])
    again = await come_back(connect, seats[0])
    assert TURN_MS - 2 * SLACK_MS <= again.welcome["resume"]["turn"]["ms"] <= TURN_MS
    await expect_back(seats[1])
    await finish((again, seats[1]), 0, 2)


async def test_an_empty_room_of_one_who_is_lost_is_forgotten(connect: Connect) -> None:
    lost = await connect()
    await open_room(lost)
    await lost.close()
    seats = await sit_down(connect)
    await seats[0].close()
    await expect_away(seats[1])
    await expect_left(seats[1], 0)
    again = await come_back(connect, lost)
    assert again.welcome.get("resume") is None


@pytest.mark.parametrize("how", ["leave", "lost"])
async def test_a_character_left_behind_is_finished_by_a_stranger_and_told_once(
    connect: Connect, how: str
) -> None:
    host, watch = await connect(), await sit_down(connect)
    room = await open_room(host)
    await host.send("commit", room=room, c=0, strokes=INK)
    await host.expect("committed", c=0)
    await host.expect("turn", c=1)
    if how == "leave":
        await host.send("leave", room=room, keep=True)
        await host.expect_silence()
    else:
        await host.close()
        await watch[0].close()
        await expect_away(watch[1])
        await expect_left(watch[1], 0)
        await watch[1].send("leave", room=watch[1].room)
        await watch[1].expect_silence()
    stranger = await connect()
    await stranger.send("join")
    matched = await stranger.expect("matched", room=room, seat=1, committed=[INK])
    assert matched["partner"]["here"] is False
    await stranger.send("commit", room=room, c=1, strokes=INK)
    await stranger.expect("committed", c=1)
    done = await stranger.expect("completed")
    await host.close()
    again = await come_back(connect, host)
    told = again.welcome["finished"]
    assert [(entry["work"], entry["url"]) for entry in told] == [(done["work"], done["url"])]
    assert sorted(serials(done, *told)) == [1, 2]
    assert again.welcome.get("resume") is None
    await again.close()
    assert (await come_back(connect, host)).welcome["finished"] == []


async def test_who_has_seen_the_end_is_not_told_again(connect: Connect) -> None:
    seats = await sit_down(connect)
    await finish(seats, 0, 2)
    for peer in seats:
        await peer.close()
        assert (await come_back(connect, peer)).welcome["finished"] == []


@pytest.mark.parametrize("answered", [True, False], ids=["answered", "unanswered"])
async def test_only_the_answer_to_a_ping_shows_that_the_end_was_seen(
    connect: Connect, shared: Service, campaign: str, answered: bool
) -> None:
    """A goodbye may have been on its way when the partner finished the work."""
    host = await connect()
    room = await open_room(host)
    guest = await open_raw(shared, MSGPACK)
    await guest.send(frame(pack({"t": "hello", "campaign": campaign})))
    welcome = await guest.next_message()
    await guest.send(frame(pack({"t": "join"})))
    assert (await guest.next_message())["room"] == room
    await host.expect("matched", room=room)
    await host.send("commit", room=room, c=0, strokes=INK)
    assert (await guest.next_message())["t"] == "committed"
    assert (await guest.next_message())["t"] == "turn"
    await guest.send(frame(pack({"t": "commit", "room": room, "c": 1, "strokes": INK})))
    assert (await guest.next_message())["t"] == "committed"
    done = await guest.next_message()
    assert done["t"] == "completed"
    found = await guest.next_frame()
    assert found is not None
    assert found[0] == PING
    if answered:
        await guest.send(frame(found[1], PONG))
    else:
        await guest.send(frame(b"something else", PONG) + frame(pack({"t": "ping"})))
        assert (await guest.next_message())["t"] == "pong"
    await guest.send(frame((1000).to_bytes(2), CLOSE))
    assert await guest.close_codes() == [1000]
    again = await connect(token=welcome["token"])
    works = [entry["work"] for entry in again.welcome["finished"]]
    assert works == ([] if answered else [done["work"]])


async def test_without_keep_nothing_is_left_behind(connect: Connect) -> None:
    host, later = await connect(), await connect()
    room = await open_room(host)
    await host.send("commit", room=room, c=0, strokes=INK)
    await host.expect("committed", c=0)
    await host.expect("turn", c=1)
    await host.send("leave", room=room)
    await host.expect_silence()
    assert await open_room(later) != room


async def test_a_live_room_is_preferred_to_one_left_behind(connect: Connect) -> None:
    gone, host, guest, late = [await connect() for _ in range(4)]
    left = await open_room(gone)
    await gone.send("invite", room=left)
    await gone.expect("invited")
    await gone.send("commit", room=left, c=0, strokes=INK)
    await gone.expect("committed")
    await gone.expect("turn")
    room = await open_room(host)
    await gone.send("leave", room=left, keep=True)
    await gone.expect_silence()
    await guest.send("join")
    await guest.expect("matched", room=room)
    await host.expect("matched", room=room)
    await late.send("join")
    await late.expect("matched", room=left, seat=1, committed=[INK])
