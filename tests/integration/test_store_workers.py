"""Leases of workers: who beats lives, who does not is given up once and for all."""

from __future__ import annotations

import pytest
import redis

from server.store import library
from server.store.answers import RefusedError
from server.store.workers import Workers
from tests.integration.store import LANE, RULES, Store, end_pause, plain
from tests.integration.valkey import Valkey

NOW = 1_700_000_000_000
LEASE = 5_000
SLACK_MS = 2_000
"""Of the clock, while the machine is busy."""


class Heartbeats:
    """Heartbeats at times of the test's choice."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client

    def send(self, ms: int, worker: str, *, first: bool = False) -> tuple[int, int, bool, set[str]]:
        """One heartbeat, `ms` after the start: online, writing, fenced and the dead."""
        answer = self._client.execute_command(
            *("FCALL", library.function("heartbeat"), 1, LANE),
            *(NOW + ms, worker, 10, 4, int(first)),
        )
        online, writing, fenced, dead, _ = answer
        return online, writing, bool(fenced), {name.decode() for name in dead}


@pytest.fixture
def heartbeats(valkey: Valkey) -> Heartbeats:
    """Two workers, "one" and "two", that have just begun."""
    client = plain(valkey)
    client.function_load(library.CODE)
    heartbeats = Heartbeats(client)
    heartbeats.send(0, "one", first=True)
    heartbeats.send(0, "two", first=True)
    end_pause(valkey)
    return heartbeats


def test_the_gauges_of_all_living_workers_are_added_up(heartbeats: Heartbeats) -> None:
    assert heartbeats.send(1_000, "one") == (20, 8, False, set())


def test_many_workers_take_the_word_of_one_that_looked_round(
    heartbeats: Heartbeats, valkey: Valkey
) -> None:
    names = ["one", "two", *(f"more-{number}" for number in range(38))]
    for name in names:
        heartbeats.send(100, name, first=True)
    plain(valkey).delete(f"{LANE}:worker_summary")
    assert heartbeats.send(200, "one") == (400, 160, False, set())
    for ms in range(1_000, LEASE + 1, 1_000):
        for name in names[:-1]:
            heartbeats.send(ms, name)
    assert heartbeats.send(LEASE + 200, "one") == (400, 160, False, set()), (
        "heard of within a second"
    )
    plain(valkey).delete(f"{LANE}:worker_summary")
    assert heartbeats.send(LEASE + 300, "one") == (390, 156, False, {names[-1]})
    assert heartbeats.send(LEASE + 300, "two") == (390, 156, False, {names[-1]})
    assert heartbeats.send(LEASE + 400, names[-1])[2], "it is fenced at once all the same"


def test_a_worker_whose_lease_is_over_is_given_up_by_the_others(heartbeats: Heartbeats) -> None:
    for ms in range(1_000, LEASE, 1_000):
        assert heartbeats.send(ms, "one") == (20, 8, False, set())
    assert heartbeats.send(LEASE, "one") == (10, 4, False, {"two"})
    assert heartbeats.send(LEASE + 1_000, "one") == (10, 4, False, {"two"})


def test_a_worker_that_was_given_up_hears_of_it_and_does_not_come_back(
    heartbeats: Heartbeats,
) -> None:
    for ms in range(1_000, LEASE + 1, 1_000):
        heartbeats.send(ms, "one")
    for ms in (LEASE + 500, LEASE + 1_500):
        online, _, fenced, _ = heartbeats.send(ms, "two")
        assert (online, fenced) == (10, True)


def test_a_worker_is_not_named_dead_for_ever(heartbeats: Heartbeats) -> None:
    for ms in range(1_000, LEASE + 1, 1_000):
        heartbeats.send(ms, "one")
    for ms in range(LEASE + 1_000, 3 * LEASE + 1, 1_000):
        _, _, _, dead = heartbeats.send(ms, "one")
    assert dead == set()
    assert heartbeats.send(3 * LEASE + 500, "two")[2], "it is fenced all the same"


def test_nobody_is_given_up_right_after_an_outage_in_which_nobody_beat(
    heartbeats: Heartbeats,
) -> None:
    assert heartbeats.send(60_000, "one") == (10, 4, False, set())
    assert heartbeats.send(60_500, "two") == (20, 8, False, set())


@pytest.mark.parametrize(("outage", "pause"), [(4_000, LEASE), (12_000, 12_000), (600_000, 30_000)])
def test_after_an_outage_one_has_as_long_as_it_lasted_to_come_back(
    heartbeats: Heartbeats, valkey: Valkey, outage: int, pause: int
) -> None:
    heartbeats.send(outage, "one")
    assert pause - SLACK_MS < plain(valkey).pttl(f"{LANE}:expiry_pause") <= pause
    heartbeats.send(outage + 1_000, "one")
    assert plain(valkey).pttl(f"{LANE}:expiry_pause") <= pause, "it is over some time"


def test_a_pause_of_expiry_makes_no_longer_one_shorter(
    heartbeats: Heartbeats, valkey: Valkey
) -> None:
    client, pause = plain(valkey), ("FCALL", library.function("pause_expiry"), 1, LANE, NOW)
    client.execute_command(*pause)
    assert LEASE - SLACK_MS < client.pttl(f"{LANE}:expiry_pause") <= LEASE
    heartbeats.send(20_000, "one")
    client.execute_command(*pause)
    assert client.pttl(f"{LANE}:expiry_pause") > 20_000 - SLACK_MS


def test_a_worker_that_departed_is_neither_counted_nor_dead(
    heartbeats: Heartbeats, valkey: Valkey
) -> None:
    plain(valkey).execute_command("FCALL", library.function("release_lease"), 1, LANE, "two")
    for ms in range(1_000, 2 * LEASE, 1_000):
        assert heartbeats.send(ms, "one") == (10, 4, False, set())


async def test_a_given_up_worker_is_told_by_every_call(store: Store, valkey: Valkey) -> None:
    matched = await store.join("ann", "bob")
    room = matched.view.room
    first = matched.view.seats[0].participant
    plain(valkey).hset(f"{LANE}:workers", "w", "dead 1")
    workers = Workers(store.shards)
    reaped = await workers.reap(LANE, RULES, "w", await workers.live_rooms(LANE))
    assert [(transition.kind, transition.seat) for transition in reaped] == [
        ("away", 0),
        ("away", 1),
    ]
    assert await workers.reap(LANE, RULES, "w", await workers.live_rooms(LANE)) == []
    for call in (
        store.commit(first, room, 0),
        store.rooms.leave(LANE, RULES, first, f"w/{first}", room),
        store.join("cy"),
    ):
        with pytest.raises(RefusedError) as caught:
            await call
        assert caught.value.code == "fenced"


async def test_a_call_sent_twice_after_a_lost_connection_does_not_fence_a_healthy_worker(
    store: Store,
) -> None:
    """As when the answer was lost with the connection to the store, and the call sent again."""
    matched = await store.join("ann", "bob")
    room, first = matched.view.room, matched.view.seats[0].participant
    await store.rooms.disconnect(LANE, RULES, first, f"w/{first}", room)
    for call in (
        store.rooms.disconnect(LANE, RULES, first, f"w/{first}", room),
        store.commit(first, room, 0),
    ):
        with pytest.raises(RefusedError) as caught:
            await call
        assert caught.value.code == "elsewhere"


@pytest.mark.parametrize("what", ["waiting", "invited", "full", "kept by one"])
async def test_every_room_with_somebody_in_it_is_found_for_reaping(store: Store, what: str) -> None:
    if what == "full":
        room = (await store.join("ann", "bob")).view.room
    else:
        room = (await store.join("ann")).view.room
    if what == "invited":
        await store.rooms.invite(LANE, "ann", "w/ann", room, "code")
    if what == "kept by one":
        await store.commit("ann", room, 0)
        await store.join("bob")
        await store.rooms.leave(LANE, RULES, "bob", "w/bob", room)
    assert await Workers(store.shards).live_rooms(LANE) == [room]
