"""What the store's users see when Valkey dies, stands still, comes back or loses the library."""

from __future__ import annotations

import asyncio
import time

import pytest
from structlog.testing import capture_logs

from server.store import reconnect, shard
from server.store.errors import StoreAwayError
from tests.integration.store import LANE, RULES, Store, plain
from tests.integration.valkey import Valkey
from tests.polling import eventually

BACK_SECONDS = 2.0
"""Everything is whole this long after the server's return."""

AT_ONCE_SECONDS = 1.0
"""On a busy machine; a call that waits has more patience than that."""

LIMIT = 10.0
"""Nothing in these tests takes longer; what does, hangs."""


async def seated(store: Store) -> tuple[str, str, str]:
    """A room with two in it: its id, and who sits in seat 0 and in seat 1."""
    await join_somehow(store, "ann", "bob")
    view = store.delivered[-1].view
    return view.room, view.seats[0].participant, view.seats[1].participant


async def join_somehow(store: Store, *names: str) -> None:
    """Join as a session does: again, when the store is away."""
    async with asyncio.timeout(LIMIT):
        while True:
            try:
                await store.join(*names)
                return
            except StoreAwayError:
                await asyncio.sleep(0.05)


async def until_away(store: Store) -> None:
    """The store notices an outage by a call; here by a join that fails."""
    async with asyncio.timeout(LIMIT):
        with pytest.raises(StoreAwayError):
            await store.join("notices")
    assert store.shards.away


async def test_an_outage_is_warned_of_once(store: Store, valkey: Valkey) -> None:
    await join_somehow(store, "ann", "bob")
    attempts: list[tuple[str, str]] = []
    with capture_logs() as said:
        valkey.kill()

        async def tried_often() -> bool:
            attempts[:] = [
                (line["error"], line["log_level"])
                for line in said
                if line["event"] == "redis cannot be reached"
            ]
            return len(attempts) >= 5

        await eventually(tried_often)
    before = ["", *(error for error, _ in attempts)]
    assert [level for _, level in attempts] == [
        "debug" if error == last else "warning"
        for (error, _), last in zip(attempts, before, strict=False)
    ]
    assert "debug" in {level for _, level in attempts}


async def test_the_first_call_brings_the_library(store: Store, valkey: Valkey) -> None:
    await join_somehow(store, "ann", "bob")
    assert store.delivered[-1].kind == "matched"
    assert len(plain(valkey).function_list()) == 1


async def test_the_store_can_be_left_at_any_moment_of_its_start(valkey: Valkey) -> None:
    for step in range(40):
        store = Store(valkey.url)
        await asyncio.sleep(step * 0.000_2)
        closing = asyncio.create_task(store.close())
        done, _ = await asyncio.wait({closing}, timeout=LIMIT)
        assert done, f"it was lost that the store was to end, {step * 0.2:.1f} ms after its start"


async def test_a_join_fails_at_once_while_the_store_is_away(store: Store, valkey: Valkey) -> None:
    await seated(store)
    valkey.kill()
    await until_away(store)
    began = time.monotonic()
    with pytest.raises(StoreAwayError) as caught:
        await store.join("cy")
    assert time.monotonic() - began < AT_ONCE_SECONDS
    assert caught.value.retry_ms > 0


async def test_a_commit_sent_while_the_store_is_away_is_answered_after_its_return(
    store: Store, valkey: Valkey
) -> None:
    room, first, second = await seated(store)
    async with asyncio.timeout(LIMIT):
        await store.commit(first, room, 0)
    valkey.kill()
    commit = asyncio.create_task(store.commit(second, room, 1))
    await asyncio.sleep(0.7)
    assert store.shards.away
    assert not commit.done()
    await asyncio.to_thread(valkey.start)
    async with asyncio.timeout(BACK_SECONDS):
        done = await commit
    assert (done.kind, done.relays, done.participants) == ("completed", 1, 2)
    assert store.returns >= 1


async def test_everything_is_whole_within_two_seconds_of_the_return(
    store: Store, valkey: Valkey
) -> None:
    room, first, second = await seated(store)
    async with asyncio.timeout(LIMIT):
        await store.commit(first, room, 0)
        before = await store.rooms.read(LANE, RULES, second, room)
    valkey.kill()
    await until_away(store)
    await asyncio.sleep(1.5)
    await asyncio.to_thread(valkey.start)
    async with asyncio.timeout(BACK_SECONDS):
        await join_somehow(store, "cy", "dan")
        after = await store.rooms.read(LANE, RULES, second, room)
        resumed = await store.rooms.resume(LANE, RULES, second, "w/elsewhere", 0)
    assert {seat.participant for seat in store.delivered[-1].view.seats} == {"cy", "dan"}
    assert after.view.seats == before.view.seats
    assert after.view.version == before.view.version
    assert [bytes(ink) for ink in after.view.ink] == [bytes(ink) for ink in before.view.ink]
    assert [transition.kind for transition in resumed.transitions] == ["moved"]


async def test_a_second_outage_is_survived_as_the_first(store: Store, valkey: Valkey) -> None:
    room, first, second = await seated(store)
    for c, writer in enumerate((first, second)):
        valkey.kill()
        commit = asyncio.create_task(store.commit(writer, room, c))
        await asyncio.sleep(0.2)
        await asyncio.to_thread(valkey.start)
        async with asyncio.timeout(BACK_SECONDS):
            assert (await commit).kind in {"committed", "completed"}


async def test_calls_that_waited_go_out_in_their_order(store: Store, valkey: Valkey) -> None:
    room, first, second = await seated(store)
    valkey.kill()
    await until_away(store)
    calls = [
        asyncio.create_task(store.commit(first, room, 0)),
        asyncio.create_task(store.commit(second, room, 1)),
    ]
    await asyncio.to_thread(valkey.start)
    async with asyncio.timeout(BACK_SECONDS):
        answers = await asyncio.gather(*calls)
    assert [answer.kind for answer in answers] == ["committed", "completed"]


async def test_a_commit_whose_answer_was_lost_is_answered_and_counts_once(
    store: Store, valkey: Valkey
) -> None:
    room, first, second = await seated(store)
    async with asyncio.timeout(LIMIT):
        await store.commit(first, room, 0)
    valkey.freeze()
    commit = asyncio.create_task(store.commit(second, room, 1))
    async with asyncio.timeout(LIMIT):
        while not store.shards.away:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    valkey.thaw()
    async with asyncio.timeout(BACK_SECONDS):
        answer = await commit
    assert answer.kind in {"completed", "repeated"}
    assert (answer.relays, answer.participants) == (1, 2)
    assert plain(valkey).xlen(f"{LANE}:works") == 1


async def test_joins_go_on_after_one_that_had_not_been_sent_when_the_store_went_away(
    store: Store, valkey: Valkey
) -> None:
    """A join that is queued behind a call on its way fails with it, and the next one is sent."""
    room, first, _ = await seated(store)
    valkey.freeze()
    commit = asyncio.create_task(store.commit(first, room, 0))
    await asyncio.sleep(0.1)
    async with asyncio.timeout(LIMIT):
        with pytest.raises(StoreAwayError):
            await store.join("cy")
        valkey.thaw()
        await commit
    async with asyncio.timeout(BACK_SECONDS):
        await join_somehow(store, "cy", "dan")


async def test_a_call_does_not_wait_longer_than_its_patience(
    store: Store, valkey: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    room, first, _ = await seated(store)
    monkeypatch.setattr(shard, "WAITING_SECONDS", 0.3)
    valkey.kill()
    began = time.monotonic()
    async with asyncio.timeout(LIMIT):
        with pytest.raises(StoreAwayError):
            await store.commit(first, room, 0)
    assert 0.3 <= time.monotonic() - began < 0.3 + 2 * reconnect.LAST_PAUSE


async def test_no_more_calls_wait_than_there_is_room_for(
    store: Store, valkey: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    room, first, _ = await seated(store)
    monkeypatch.setattr(shard, "MAX_WAITING", 3)
    valkey.kill()
    await until_away(store)
    waiting = [asyncio.create_task(store.commit(first, room, 0)) for _ in range(3)]
    await asyncio.sleep(0.01)
    with pytest.raises(StoreAwayError):
        await store.commit(first, room, 0)
    await asyncio.to_thread(valkey.start)
    async with asyncio.timeout(BACK_SECONDS):
        answers = await asyncio.gather(*waiting)
    assert [answer.kind for answer in answers] == ["committed", "repeated", "repeated"]


async def test_no_more_bytes_wait_for_a_slow_store_than_there_is_room_for(
    store: Store, valkey: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    room, first, _ = await seated(store)
    monkeypatch.setattr(shard, "WAITING_BYTES", 3_000)
    monkeypatch.setattr(shard, "IN_FLIGHT", 4)
    valkey.freeze()
    waiting = [asyncio.create_task(store.commit(first, room, 0)) for _ in range(20)]
    done, _ = await asyncio.wait(waiting, timeout=0.1)
    assert not store.shards.away
    assert 0 < len(done) < len(waiting)
    for refused in done:
        with pytest.raises(StoreAwayError):
            await refused
    valkey.thaw()
    async with asyncio.timeout(BACK_SECONDS):
        answers = await asyncio.gather(*(set(waiting) - done))
    assert sorted({answer.kind for answer in answers}) == ["committed", "repeated"]


async def test_the_library_is_loaded_again_by_the_next_call_that_misses_it(
    store: Store, valkey: Valkey
) -> None:
    room, first, _ = await seated(store)
    plain(valkey).function_flush("SYNC")
    async with asyncio.timeout(BACK_SECONDS):
        assert (await store.commit(first, room, 0)).kind == "committed"
        assert len(plain(valkey).function_list()) == 1


async def test_a_join_that_misses_the_library_is_done_when_it_is_back(
    store: Store, valkey: Valkey
) -> None:
    await seated(store)
    plain(valkey).function_flush("SYNC")
    async with asyncio.timeout(BACK_SECONDS):
        matched = await store.join("cy", "dan")
    assert {seat.participant for seat in matched.view.seats} == {"cy", "dan"}
    assert len(plain(valkey).function_list()) == 1


async def test_a_server_that_lost_its_data_serves_newcomers(store: Store, valkey: Valkey) -> None:
    await seated(store)
    plain(valkey).flushall()
    plain(valkey).function_flush("SYNC")
    async with asyncio.timeout(BACK_SECONDS):
        await join_somehow(store, "ann", "bob")
    assert store.delivered[-1].kind == "matched"
