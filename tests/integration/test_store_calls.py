"""The store's classes against a real Valkey: what each call sends and what it answers."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from server.relay.room import Rules
from server.relay.transition import Transition
from server.store.answers import RefusedError
from server.store.counters import Counters
from tests.integration.store import INK, LANE, RULES, Store, plain
from tests.integration.valkey import Valkey
from tests.polling import eventually


def writers(transition: Transition) -> tuple[str, str]:
    """Who sits in seat 0 and in seat 1."""
    seat0, seat1 = transition.view.seats
    return seat0.participant, seat1.participant


async def test_tickets_of_one_moment_go_in_one_call_and_meet(store: Store, valkey: Valkey) -> None:
    await store.rooms.expire(LANE, RULES)
    plain(valkey).config_resetstat()
    await store.join(*(f"n{number}" for number in range(10)))
    assert [transition.kind for transition in store.delivered] == ["matched"] * 5
    assert plain(valkey).info("commandstats")["cmdstat_fcall"]["calls"] == 1


async def test_tickets_under_way_do_not_hold_up_later_ones(store: Store) -> None:
    early = asyncio.create_task(store.join("ann"))
    await asyncio.sleep(0)
    await asyncio.gather(early, store.join("bob"))
    assert store.delivered[-1].kind == "matched"


async def test_a_return_goes_out_before_the_join_that_follows_it(store: Store) -> None:
    await store.join("ann", "bob")
    ticket = msgspec.structs.replace(store.ticket("ann"), address="w/new")
    returning = asyncio.create_task(store.rooms.resume(LANE, RULES, "ann", "w/new", 1_000))
    await asyncio.sleep(0)
    await asyncio.gather(returning, store.seat(ticket))
    assert store.delivered[-1].kind == "seated"


async def test_two_write_a_phrase_and_it_is_counted_and_told(store: Store) -> None:
    matched = await store.join("ann", "bob")
    room = matched.view.room
    first, second = writers(matched)
    assert 0 < matched.view.turn_ms <= RULES.turn_ms
    committed = await store.commit(first, room, 0)
    assert (committed.kind, committed.seat, committed.c) == ("committed", 0, 0)
    assert [bytes(ink) for ink in committed.view.ink] == [INK]
    completed = await store.commit(second, room, 1)
    assert completed.kind == "completed"
    assert [(hand.participant, hand.serial) for hand in completed.hands] == [
        (first, 1),
        (second, 2),
    ]
    missed = await store.rooms.resume(LANE, RULES, first, "w/new", 0)
    assert (missed.previous, missed.transitions) == (f"w/{first}", [])
    assert [(work.work, work.serial) for work in missed.unacknowledged] == [(room, 1)]
    for work in missed.unacknowledged:
        store.acknowledgements.add(LANE, first, work)

    async def knows() -> bool:
        return (await store.rooms.resume(LANE, RULES, first, "w/new", 0)).unacknowledged == []

    await eventually(knows)
    assert (await store.rooms.resume(LANE, RULES, second, f"w/{second}", 0)).unacknowledged != []


async def test_receipts_of_one_moment_go_in_one_call(store: Store, valkey: Valkey) -> None:
    everybody = [f"n{number}" for number in range(6)]
    await store.join(*everybody)
    for transition in list(store.delivered):
        first, second = writers(transition)
        await store.commit(first, transition.view.room, 0)
        await store.commit(second, transition.view.room, 1)
    missed = {
        name: (await store.rooms.resume(LANE, RULES, name, f"w/{name}", 0)).unacknowledged
        for name in everybody
    }
    plain(valkey).config_resetstat()
    for name, works in missed.items():
        for work in works:
            store.acknowledgements.add(LANE, name, work)
    await store.shards.drained()
    assert plain(valkey).info("commandstats")["cmdstat_fcall"]["calls"] == 1
    assert not any(plain(valkey).exists(f"{LANE}:unacknowledged:{name}") for name in everybody)


async def test_a_refusal_is_an_error_with_the_protocols_code(store: Store) -> None:
    matched = await store.join("ann", "bob")
    first, second = writers(matched)
    room = matched.view.room
    with pytest.raises(RefusedError) as caught:
        await store.commit(second, room, 0)
    assert caught.value.code == "not_your_turn"
    with pytest.raises(RefusedError) as caught:
        await store.commit(first, "nowhere", 0)
    assert caught.value.code == "no_such_room"
    with pytest.raises(RefusedError) as caught:
        await store.rooms.leave(LANE, RULES, first, "w/stale", room)
    assert caught.value.code == "elsewhere"


async def test_one_refused_ticket_does_not_concern_the_others_of_its_call(store: Store) -> None:
    refused, _ = await asyncio.gather(
        store.seat(store.ticket("cy", invite="unknown")), store.join("ann"), return_exceptions=True
    )
    assert isinstance(refused, RefusedError)
    assert refused.code == "no_such_room"
    assert [transition.kind for transition in store.delivered] == ["waiting"]


async def test_a_fault_in_what_is_done_with_one_answer_does_not_concern_the_others(
    store: Store,
) -> None:
    def fail(_: Exception | None) -> None:
        raise AssertionError

    store.pool.join(store.lanes, RULES, store.ticket("ann"), "w", fail)
    await store.join("bob")
    assert [transition.kind for transition in store.delivered] == ["matched"]


async def test_a_friend_comes_by_code_and_nobody_else(store: Store) -> None:
    waiting = await store.join("ann")
    room = waiting.view.room
    assert await store.rooms.invite(LANE, "ann", "w/ann", room, "code") == "code"
    assert await store.rooms.invite(LANE, "ann", "w/ann", room, "other") == "code"
    assert (await store.join("stranger")).kind == "waiting"
    await store.seat(store.ticket("friend", invite="code"))
    assert writers(store.delivered[-1]) == ("ann", "friend")
    with pytest.raises(RefusedError):
        await store.rooms.invite(LANE, "ann", "w/ann", room, "late")


async def test_a_kept_character_waits_for_a_stranger(store: Store) -> None:
    room = (await store.join("ann")).view.room
    await store.commit("ann", room, 0)
    left = await store.rooms.leave(LANE, RULES, "ann", "w/ann", room, keep=True)
    assert left.kind == "left"
    matched = await store.join("bob")
    assert (matched.kind, matched.view.room, matched.seat) == ("matched", room, 1)
    assert matched.view.seats[0].last == "ann"
    assert (await store.commit("bob", room, 1)).kind == "completed"


async def test_a_reported_work_is_held_back(store: Store, valkey: Valkey) -> None:
    matched = await store.join("ann", "bob")
    room = matched.view.room
    first, second = writers(matched)
    await store.commit(first, room, 0)
    await store.rooms.leave(LANE, RULES, first, f"w/{first}", room, report=True)
    await store.commit(second, room, 1)
    ((_, fields),) = plain(valkey).xrange(f"{LANE}:works")
    *_, held = msgspec.msgpack.decode(fields[b"work"])
    assert held


async def test_a_lost_connection_is_waited_for_by_the_servers_clock(store: Store) -> None:
    rules = Rules(turn_ms=60_000, grace_ms=200)
    matched = await store.join("ann", "bob")
    room = matched.view.room
    away = await store.rooms.disconnect(LANE, rules, "ann", "w/ann", room)
    assert (away.kind, away.ms) == ("away", 200)
    assert (await store.rooms.expire(LANE, rules)).transitions == []
    await asyncio.sleep(0.25)
    (left,) = (await store.rooms.expire(LANE, rules)).transitions
    assert (left.kind, left.view.seats[left.seat].last) == ("left", "ann")
    assert (await store.rooms.expire(LANE, rules)).transitions == []


async def test_a_room_looked_at_is_as_its_participant_finds_it(store: Store) -> None:
    matched = await store.join("ann", "bob")
    seen = await store.rooms.read(LANE, RULES, "ann", matched.view.room)
    assert (seen.kind, seen.view.version, seen.address) == (
        "seated",
        matched.view.version,
        "w/ann",
    )
    with pytest.raises(RefusedError):
        await store.rooms.read(LANE, RULES, "stranger", matched.view.room)


async def test_a_work_told_while_totals_are_read_is_not_taken_back(store: Store) -> None:
    counters = Counters(store.shards)
    reading = asyncio.create_task(counters.read(store.lanes.campaign, [LANE]))
    await asyncio.sleep(0)
    counters.advance(LANE, 5, 9)
    assert (await reading).relays == 5
    assert (await counters.read(store.lanes.campaign, [LANE])).relays == 0, "a new reading counts"
