"""Lanes other than the first: their numbers, when they open and close, and whom they know."""

from __future__ import annotations

import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.relay.matching import Ticket
from server.store import keys, library
from server.store.answers import Answer
from tests.model.lua_lane import LuaLane
from tests.model.machine_base import PHRASES

NOW = 1_700_000_000_000
READY_MS = 6_000
CALM_MS = 60_000
STALE_MS = 2_000


@pytest.fixture
def second(lua: LuaLane) -> LuaLane:
    """Lane 1 of the campaign whose lane 0 is `lua`."""
    lane = LuaLane(lua.client, keys.lane(keys.campaign_of(lua.base), 1))
    lane.reconcile()
    return lane


def call(client: redis.Redis, name: str, base: str, *arguments: str | float) -> object:
    return client.fcall(library.function(name), 1, base, *arguments)


def pair(lane: LuaLane, now: int, number: int) -> list[str]:
    """Two strangers in a room of two characters; the writers in turn."""
    tickets = [
        Ticket(f"{who}{number}", f"w/{who}{number}", f"r{number}", PHRASES[2], 2) for who in "ab"
    ]
    answer = lane.join(now, number + 1, "w", tickets)
    (matched,) = answer.transitions
    return [seat.participant for seat in matched.view.seats]


def write(lane: LuaLane, now: int, writers: list[str], c: int) -> Answer:
    writer = writers[c]
    return lane.commit(now, writer, f"w/{writer}", f"r{writer[1:]}", c, b"\x90")


def test_without_numbers_nothing_is_finished_and_nothing_lost(second: LuaLane) -> None:
    writers = pair(second, NOW, 1)
    write(second, NOW, writers, 0)
    before = second.read_room(NOW, writers[0], "r1")
    assert write(second, NOW, writers, 1).refusals == ["no_serials"]
    assert second.read_room(NOW, writers[0], "r1") == before
    assert second.indexes([]).counters == (0, 0)
    call(second.client, "add_serials", second.base, NOW, 5, 6, 0)
    (finished,) = write(second, NOW, writers, 1).transitions
    assert finished.kind == "completed"
    assert [hand.serial for hand in finished.hands] == [5, 6]
    assert write(second, NOW, writers, 1).transitions[0].hands == finished.hands


def test_a_block_that_is_old_is_given_up(second: LuaLane) -> None:
    call(second.client, "add_serials", second.base, NOW, 1, 8, 0)
    writers = pair(second, NOW, 1)
    write(second, NOW, writers, 0)
    assert write(second, NOW + STALE_MS + 1, writers, 1).refusals == ["no_serials"]
    call(second.client, "add_serials", second.base, NOW + STALE_MS + 1, 9, 10, 0)
    (finished,) = write(second, NOW + STALE_MS + 1, writers, 1).transitions
    assert [hand.serial for hand in finished.hands] == [9, 10]


def test_a_block_is_as_old_as_its_grant(second: LuaLane) -> None:
    call(second.client, "add_serials", second.base, NOW, 1, 8, STALE_MS)
    writers = pair(second, NOW, 1)
    write(second, NOW, writers, 0)
    assert write(second, NOW + 1, writers, 1).refusals == ["no_serials"]


def test_a_block_that_comes_too_late_is_not_used(second: LuaLane) -> None:
    assert call(second.client, "add_serials", second.base, NOW, 9, 16, 0) == 1
    assert call(second.client, "add_serials", second.base, NOW, 1, 8, 0) == 0


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # it is emptied each time
)
@given(
    steps=st.lists(
        st.tuples(st.sampled_from([0, 1]), st.integers(1, 6), st.sampled_from([0, 10, 3_000])),
        min_size=1,
        max_size=25,
    )
)
def test_numbers_ascend_over_all_lanes(lua: LuaLane, steps: list[tuple[int, int, int]]) -> None:
    lua.empty()
    lanes = [lua, LuaLane(lua.client, keys.lane(keys.campaign_of(lua.base), 1))]
    lanes[1].reconcile()
    now, told = NOW, []
    for number, (which, block, passes) in enumerate(steps):
        now += passes
        lane = lanes[which]
        writers = pair(lane, now, number)
        write(lane, now, writers, 0)
        answer = write(lane, now, writers, 1)
        while answer.refusals:
            last = int(call(lua.client, "grant_serials", lua.base, block))  # type: ignore[call-overload]
            call(lua.client, "add_serials", lane.base, now, last - block + 1, last, 0)
            answer = write(lane, now, writers, 1)
        told.append((which, now, [hand.serial for hand in answer.transitions[0].hands]))
    everything = [serial for _, _, serials in told for serial in serials]
    assert len(set(everything)) == len(everything)
    for lane_number in (0, 1):
        own = [serial for which, _, serials in told for serial in serials if which == lane_number]
        assert own == sorted(own)
    for index, (_, early, serials) in enumerate(told):
        for _, late, others in told[index + 1 :]:
            assert late <= early + STALE_MS or min(others) > max(serials)
    counted = [lane.indexes([]).counters for lane in lanes]
    assert [sum(figures) for figures in zip(*counted, strict=True)] == [len(told), 2 * len(told)]


def test_last_partners_are_known_in_every_lane(second: LuaLane) -> None:
    """The ticket tells of partners met elsewhere, so they are not met again here."""
    for seed in range(1, 30):
        second.empty()
        friends = [
            Ticket("ann", "w/ann", "r1", PHRASES[2], 2, recent="bob cid"),
            Ticket("bob", "w/bob", "r2", PHRASES[2], 2, recent="ann"),
            Ticket("cid", "w/cid", "r3", PHRASES[2], 2, recent="ann"),
            Ticket("dan", "w/dan", "r4", PHRASES[2], 2),
        ]
        answer = second.join(NOW, seed, "w", friends)
        met = {frozenset(seat.participant for seat in t.view.seats) for t in answer.transitions}
        assert met == {frozenset({"ann", "dan"}), frozenset({"bob", "cid"})}


class ScaleLanes:
    """Lane 0's view of the rate."""

    def __init__(self, client: redis.Redis, base: str) -> None:
        client.flushall()
        self._client, self._base = client, base

    def __call__(self, at: int, rate: float, worker: str = "w", most: int = 16) -> tuple[int, int]:
        """Lanes open and known, when a worker tells of `rate` tickets a second; 100 a lane."""
        answer = call(self._client, "scale_lanes", self._base, NOW + at, worker, rate, 100, most)
        assert isinstance(answer, list)
        return answer[0], answer[1]


@pytest.fixture
def scale_lanes(lua: LuaLane) -> ScaleLanes:
    return ScaleLanes(lua.client, lua.base)


def test_lanes_open_when_every_worker_has_heard_of_them(scale_lanes: ScaleLanes) -> None:
    assert scale_lanes(0, 100) == (1, 1)
    assert scale_lanes(1_000, 101) == (1, 2)
    assert scale_lanes(1_000 + READY_MS - 1, 101) == (1, 2)
    assert scale_lanes(1_000 + READY_MS, 101) == (2, 2)
    assert scale_lanes(8_000, 300) == (2, 4)
    assert scale_lanes(8_000 + READY_MS, 10_000) == (2, 16)
    assert scale_lanes(8_000 + 2 * READY_MS, 10_000) == (16, 16)


def test_rates_of_workers_add_up_while_they_live(scale_lanes: ScaleLanes) -> None:
    assert scale_lanes(0, 80, "one") == (1, 1)
    assert scale_lanes(10, 80, "two") == (1, 2)
    assert scale_lanes(READY_MS + 10, 80, "two")[0] == 1, "the first worker has fallen silent"


def test_lanes_close_after_a_calm_minute_and_open_again_at_once(scale_lanes: ScaleLanes) -> None:
    scale_lanes(0, 350)
    assert scale_lanes(READY_MS, 350) == (4, 4)
    assert scale_lanes(7_000, 0) == (4, 4)
    assert scale_lanes(8_000, 350) == (4, 4)
    assert scale_lanes(9_000, 0) == (4, 4)
    assert scale_lanes(9_000 + CALM_MS - 1, 0) == (4, 4)
    assert scale_lanes(9_000 + CALM_MS, 150) == (2, 4)
    assert scale_lanes(10_000 + CALM_MS, 350) == (4, 4)


def test_there_are_never_more_lanes_than_allowed(scale_lanes: ScaleLanes) -> None:
    scale_lanes(0, 1_000_000, most=1)
    assert scale_lanes(READY_MS, 1_000_000, most=1) == (1, 1)
    scale_lanes(READY_MS, 1_000_000, most=5)
    assert scale_lanes(2 * READY_MS, 1_000_000, most=5) == (4, 4)
