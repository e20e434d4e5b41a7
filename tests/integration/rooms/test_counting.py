"""Every work is counted once, and everybody hears of it."""

from __future__ import annotations

import itertools

from tests.integration.conftest import Connect
from tests.integration.http import get_json
from tests.integration.protocol_client import JSON, Message
from tests.integration.relays import PHRASES, finish, meet, sit_down
from tests.integration.rooms.assertions import serials
from tests.service import Service


async def test_every_finished_work_is_counted_once_and_every_hand_has_a_number(
    connect: Connect, shared: Service, campaign: str
) -> None:
    lengths = [2, 3, 2, 4]
    pairs = [await sit_down(connect, PHRASES[length]) for length in lengths]
    done: list[tuple[Message, Message]] = []
    for pair, length in zip(pairs, lengths, strict=True):
        done.append(await finish(pair, 0, length))
        for message in done[-1]:
            assert message["counters"]["relays"] == len(done)
            assert message["counters"]["participants"] == 2 * len(done)
    numbers = [sorted(serials(*both)) for both in done]
    assert numbers == [[1, 2], [3, 4], [5, 6], [7, 8]]
    assert len({both[0]["work"] for both in done}) == len(done)
    newest = await get_json(shared, f"/api/works?campaign={campaign}")
    assert [work["id"] for work in newest["works"]] == [both[0]["work"] for both in reversed(done)]
    counters = (await get_json(shared, f"/api/campaigns/{campaign}"))["counters"]
    assert (counters["relays"], counters["participants"]) == (4, 8)


async def test_counters_are_told_to_everybody_at_most_once_a_second(connect: Connect) -> None:
    watch = await connect(JSON)
    seats = await sit_down(connect)
    await watch.expect_counters(online=3, writing=2)
    for relays in range(1, 4):
        await finish(seats, 0, 2)
        await meet(seats)
        await watch.expect_counters(relays=relays, participants=2 * relays)
    times = [when for when, _ in watch.counters]
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert all(gap > 0.7 for gap in gaps), gaps
    assert (await connect()).welcome["counters"]["relays"] == 3
