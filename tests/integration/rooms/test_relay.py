"""A relay from beginning to end."""

from __future__ import annotations

import pytest

from tests.integration.conftest import Connect
from tests.integration.http import get_json
from tests.integration.protocol_client import JSON, MSGPACK
from tests.integration.relays import INK, PHRASES, finish, invite, meet, open_room, sit_down, write
from tests.integration.rooms.assertions import IDLE_MS, SLACK_MS, TURN_MS, expect_idle, serials
from tests.service import Service


@pytest.mark.parametrize("length", PHRASES)
async def test_a_phrase_is_written_in_turns_by_both_seats(
    connect: Connect, shared: Service, campaign: str, length: int
) -> None:
    seats = await connect(MSGPACK), await connect(JSON)
    await meet(seats, PHRASES[length])
    chars = next(p for p in seats[0].welcome["phrases"] if p["id"] == PHRASES[length])["chars"]
    assert len(chars) == length
    for c in range(length - 1):
        for turn in await write(seats, c):
            assert (turn["c"], turn["char"], turn["seat"]) == (c + 1, chars[c + 1], (c + 1) % 2)
            assert TURN_MS - SLACK_MS <= turn["ms"] <= TURN_MS
    done = await finish(seats, length - 1, length)
    assert sorted(serials(*done)) == [1, 2]
    assert len({message["work"] for message in done}) == 1
    for message in done:
        assert message["url"].startswith(f"/w/{message['work']}?key=")
        assert message["counters"]["relays"] == 1
        assert message["counters"]["participants"] == 2
    work = await get_json(shared, f"/api/works/{done[0]['work']}")
    assert (work["campaign"], work["phrase"]["chars"]) == (campaign, chars)
    assert [char["char"] for char in work["chars"]] == chars
    assert [char["seat"] for char in work["chars"]] == [c % 2 for c in range(length)]
    assert [char["strokes"] for char in work["chars"]] == [INK] * length
    written = [[hand["serial"] for hand in work["hands"]][char["hand"]] for char in work["chars"]]
    assert written == [serials(*done)[c % 2] for c in range(length)]


async def test_partners_have_names_but_no_ids(connect: Connect) -> None:
    host, guest = await connect(), await connect(locale="en")
    room = await open_room(host)
    await guest.send("join")
    seen = [
        (await guest.expect("matched", room=room))["partner"],
        (await host.expect("matched", room=room))["partner"],
    ]
    for partner, other in zip(seen, (host, guest), strict=True):
        assert partner["here"] is True
        assert partner["alias"]
        assert set(partner) <= {"alias", "region", "here"}
        assert other.welcome["participant"] not in str(partner)


async def test_one_may_write_before_a_partner_comes(connect: Connect) -> None:
    seats = await connect(), await connect()
    room = await open_room(seats[0], "ni-zui-bang")
    await seats[0].send("commit", room=room, c=0, strokes=INK)
    await seats[0].expect("committed", c=0, seat=0, strokes=INK)
    turn = await seats[0].expect("turn", c=1, seat=1)
    assert turn["ms"] > TURN_MS
    await seats[0].send("commit", room=room, c=1, strokes=INK)
    await seats[0].expect("error", code="not_your_turn")
    await seats[1].send("join")
    await seats[1].expect("matched", room=room, seat=1, committed=[INK])
    await seats[0].expect("matched", room=room, seat=0, committed=[INK])
    await finish(seats, 1, 3)


async def test_a_newcomer_sees_the_ink_that_the_writer_sends_again(connect: Connect) -> None:
    seats = await connect(), await connect()
    room = await open_room(seats[0])
    ink = {"room": room, "c": 0, "s": 0, "p": [1, 1, 0, 9], "end": True}
    await seats[0].send("ink", **ink)
    await seats[1].send("join")
    await seats[1].expect("matched", room=room, seat=1, committed=[])
    await seats[0].expect("matched", room=room, seat=0, committed=[])
    await seats[0].send("ink", **ink)
    await seats[1].expect("ink", **ink)
    await finish(seats, 0, 2)


async def test_nobody_is_hurried_while_waiting(connect: Connect) -> None:
    host, friend = await connect(), await connect()
    room, code = await invite(host)
    others = await sit_down(connect)
    await expect_idle(others[0])
    await host.send("join")
    waiting = await host.expect("waiting", room=room)
    assert IDLE_MS - 10_000 <= waiting["turn"]["ms"] <= IDLE_MS
    await friend.send("join", invite=code)
    await friend.expect("matched", room=room)
    await host.expect("matched", room=room)
    await finish((host, friend), 0, 2)
