"""A seat changes hands: who is replaced, and what is still theirs."""

from __future__ import annotations

from tests.integration.conftest import Connect
from tests.integration.http import get_json
from tests.integration.relays import INK, finish, sit_down, write
from tests.integration.rooms.assertions import (
    come_back,
    expect_idle,
    expect_left,
    expect_replaced,
    serials,
)
from tests.service import Service


async def test_an_idler_is_replaced_and_everybody_who_wrote_is_counted(
    connect: Connect, shared: Service
) -> None:
    seats = await sit_down(connect, "xiangxin-ziji")
    await write(seats, 0)
    await write(seats, 1)
    await expect_idle(seats[0])
    await expect_left(seats[1], 2)
    third = await connect()
    await expect_replaced(third, seats[1], 0, 2)
    done = await finish((third, seats[1]), 2, 4)
    assert done[0]["counters"]["participants"] == 3
    assert done[0]["counters"]["relays"] == 1
    idler = await come_back(connect, seats[0])
    told = idler.welcome["finished"]
    assert [entry["work"] for entry in told] == [done[0]["work"]]
    assert sorted(serials(*done, *told)) == [1, 2, 3]
    work = await get_json(shared, f"/api/works/{done[0]['work']}")
    by = [work["hands"][char["hand"]]["serial"] for char in work["chars"]]
    assert by == [told[0]["serial"], *serials(done[1], done[0], done[1])]


async def test_a_late_commit_of_an_idler_is_not_taken(connect: Connect) -> None:
    seats = await sit_down(connect)
    await expect_left(seats[1], 0)
    again = await come_back(connect, seats[0])
    assert again.welcome.get("resume") is None
    await again.send("commit", room=seats[1].room, c=0, strokes=INK)
    error = await again.expect("error", re="commit")
    assert error["code"] in {"not_your_turn", "no_such_room"}
    await seats[1].expect_silence()


async def test_one_who_has_written_all_may_go_and_is_told_later(connect: Connect) -> None:
    seats = await sit_down(connect)
    await write(seats, 0)
    await seats[0].send("leave", room=seats[0].room)
    await expect_left(seats[1], 1)
    await seats[0].close()
    await seats[1].send("commit", room=seats[1].room, c=1, strokes=INK)
    await seats[1].expect("committed", c=1)
    done = await seats[1].expect("completed")
    again = await come_back(connect, seats[0])
    assert [entry["work"] for entry in again.welcome["finished"]] == [done["work"]]
    assert sorted(serials(done, *again.welcome["finished"])) == [1, 2]


async def test_a_room_that_both_have_left_is_finished_by_two_others(connect: Connect) -> None:
    first = await sit_down(connect, "xiangxin-ziji")
    await write(first, 0)
    await write(first, 1)
    await first[0].send("leave", room=first[0].room, keep=True)
    await expect_left(first[1], 2)
    await first[1].send("leave", room=first[1].room, keep=True)
    await first[1].expect_silence()
    second = await connect(), await connect()
    await second[0].send("join")
    matched = await second[0].expect("matched", room=first[0].room, seat=0, committed=[INK, INK])
    assert matched["partner"]["here"] is False
    await second[0].send("commit", room=second[0].room, c=2, strokes=INK)
    await second[0].expect("committed", c=2)
    await second[0].expect("turn", c=3)
    await expect_replaced(second[1], second[0], 1, 3)
    done = await finish(second, 3, 4)
    assert done[0]["counters"]["participants"] == 4
