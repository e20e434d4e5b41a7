"""A report ends the room for the reporter, and holds its work back."""

from __future__ import annotations

import signal

import pytest

from tests.integration.conftest import Connect
from tests.integration.http import error_of, get, get_json
from tests.integration.relays import INK, finish, sit_down, write
from tests.polling import eventually
from tests.service import Service


@pytest.mark.parametrize("why", ["obscene", "idle", "other"])
async def test_a_reported_room_is_over_for_the_reporter_and_its_work_held_back(
    connect: Connect, shared: Service, why: str
) -> None:
    seats = await sit_down(connect, "ni-zui-bang")
    await write(seats, 0)
    await write(seats, 1)
    await seats[1].send("report", room=seats[1].room, why=why)
    await seats[0].expect("partner", state="left")
    await seats[0].expect("turn", c=2, seat=0)
    await seats[1].send("report", room=seats[1].room, why=why)
    await seats[1].expect("error", code="no_such_room", re="report")
    await seats[0].send("commit", room=seats[0].room, c=2, strokes=INK)
    await seats[0].expect("committed", c=2)
    work = (await seats[0].expect("completed"))["work"]
    assert await error_of(shared, f"/api/works/{work}", 404) == "no_such_work"
    listed = await get_json(shared, "/api/works?limit=100")
    assert work not in [entry["id"] for entry in listed["works"]]


async def test_a_finished_work_may_still_be_reported_by_who_wrote_it(
    connect: Connect, shared: Service
) -> None:
    seats = await sit_down(connect)
    stranger = await connect()
    work = (await finish(seats, 0, 2))[0]["work"]
    assert (await get_json(shared, f"/api/works/{work}"))["id"] == work
    await stranger.send("report", room=work, why="other")
    await stranger.expect("error", code="no_such_room", re="report")
    assert (await get_json(shared, f"/api/works/{work}"))["id"] == work
    await seats[1].send("report", room=work, why="obscene")

    async def held_back() -> bool:
        return (await get(shared, f"/api/works/{work}"))[0] == 404

    await eventually(held_back)
    listed = await get_json(shared, "/api/works?limit=100")
    assert work not in [entry["id"] for entry in listed["works"]]
    assert await error_of(shared, f"/api/works/{work}", 404) == "no_such_work"


async def test_a_report_in_the_moment_of_the_last_commit_holds_the_work_back(
    connect: Connect, shared: Service
) -> None:
    seats = await sit_down(connect)
    await write(seats, 0)
    shared.process.send_signal(signal.SIGSTOP)  # it finds both in one pass
    try:
        await seats[1].send("commit", room=seats[1].room, c=1, strokes=INK)
        await seats[0].send("report", room=seats[0].room, why="obscene")
    finally:
        shared.process.send_signal(signal.SIGCONT)
    while (told := await seats[1].next())["t"] != "completed":
        pass

    async def held_back() -> bool:
        return (await get(shared, f"/api/works/{told['work']}"))[0] == 404

    await eventually(held_back)
    await seats[0].expect_silence()
