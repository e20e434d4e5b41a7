"""A hand takes its time, and writes its own ink."""

from __future__ import annotations

import asyncio
import random

import pytest
from jielong import Participant, Pen

from tests.integration.conftest import Connect
from tests.integration.http import get
from tests.integration.metrics import metrics
from tests.integration.protocol_client import Peer
from tests.integration.relays import INK, Seats, sit_down
from tests.polling import eventually
from tests.service import Service

SLOW = [[100, 200, 0, 128, 10, 0, 1_500, 2, 10, 5, 16, -2]]
"""Ink that says it took a second and a half."""


@pytest.fixture(scope="module")
def settings() -> dict[str, object]:
    """Everything on, as it is by default."""
    return {"guard": "on"}


async def commit(peer: Peer, c: int, strokes: list[list[int]]) -> int:
    """Commit as soon as that is believed; how long the service asked to wait for it, in ms."""
    waited = 0
    while True:
        await peer.send("commit", room=peer.room, c=c, strokes=strokes)
        answer = await peer.next()
        if answer["t"] != "error":
            assert (answer["t"], answer["c"]) == ("committed", c)
            return waited
        assert (answer["code"], answer["re"]) == ("too_fast", "commit")
        waited += answer["retry_ms"]
        await asyncio.sleep(answer["retry_ms"] / 1_000)


async def write_relay(seats: Seats, ink: list[list[list[int]]]) -> str:
    """Two characters; the work."""
    for c, strokes in enumerate(ink):
        await commit(seats[c], c, strokes)
        other = seats[1 - c]
        await other.expect("committed", c=c)
        for peer in seats:
            done = await peer.next()
    return str(done["work"])


async def test_a_commit_out_of_turn_is_refused_for_that_however_fast(connect: Connect) -> None:
    seats = await sit_down(connect)
    for c in (0, 1):
        await seats[1].send("commit", room=seats[1].room, c=c, strokes=SLOW)
        await seats[1].expect("error", code="not_your_turn", re="commit")


async def test_a_commit_that_is_faster_than_its_ink_waits_and_then_counts(connect: Connect) -> None:
    seats = await sit_down(connect)
    assert 1_000 < await commit(seats[0], 0, SLOW) < 2_000
    await seats[1].expect("committed", c=0, strokes=SLOW)
    for peer in seats:
        await peer.expect("turn", c=1)
    assert 0 < await commit(seats[1], 1, INK) < 1_000


async def test_a_new_connection_does_not_make_a_hand_older(connect: Connect) -> None:
    seats = await sit_down(connect)
    token = seats[0].welcome["token"]
    again = await connect(token=token)
    await again.send("commit", room=again.room, c=0, strokes=SLOW)
    assert (await again.expect("error", code="too_fast"))["retry_ms"] > 500


async def test_a_character_whose_turn_has_not_come_is_refused(connect: Connect) -> None:
    seats = await sit_down(connect, "xiangxin-ziji")
    await seats[0].send("commit", room=seats[0].room, c=2, strokes=INK)
    await seats[0].expect("error", code="not_your_turn", re="commit")


async def test_a_commit_that_is_answered_again_needs_no_time(connect: Connect) -> None:
    seats = await sit_down(connect)
    await commit(seats[0], 0, INK)
    await seats[0].expect("turn", c=1)
    await seats[0].send("commit", room=seats[0].room, c=0, strokes=INK)
    await seats[0].expect("committed", c=0)


async def test_the_sdk_waits_by_itself(shared: Service) -> None:
    async def take_part(seed: int) -> int:
        async with await Participant.connect(shared.ws_url, proxy=None) as one:
            await one.join("jiayou")
            return (await one.write_relay(Pen(random.Random(seed)))).serial

    serials = await asyncio.gather(take_part(1), take_part(2))
    assert len(set(serials)) == 2


def some_ink(seed: int) -> list[list[list[int]]]:
    pen = Pen(random.Random(seed))
    return [[list(stroke) for stroke in pen.character(char)] for char in "一十"]


async def test_a_work_with_ink_that_somebody_else_wrote_is_held_back(
    connect: Connect, shared: Service
) -> None:
    ink = some_ink(1)
    own = await write_relay(await sit_down(connect), ink)
    replayed = await write_relay(await sit_down(connect), ink)

    async def is_held() -> bool:
        return (await get(shared, f"/api/works/{replayed}"))[0] == 404

    await eventually(is_held)
    assert (await get(shared, f"/api/works/{own}"))[0] == 200
    figures = await metrics(shared)
    assert figures["jielong_replays_total"] > 0
    assert figures['jielong_guard_refused_total{event="commit"}'] > 0
