"""What becomes of a lane that is compared with the archive: SQLite and PostgreSQL, real Valkey."""

from __future__ import annotations

import asyncio
import random

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from structlog.testing import capture_logs

from server.archive.database import Database
from server.archive.review import Review
from server.archive.review_state import ReviewState
from server.archive.works import Works
from server.relay.transition import Hand
from server.store import keys
from server.store.deployment import deployment
from server.store.durability import Guarantee
from server.store.lanes import lane_bases
from server.store.reconciliation import SKIPPED_SERIALS, Reconciler
from server.store.shards import Shards
from server.store.works import WorksStream
from tests.integration.finished_works import make_work
from tests.integration.store import CAMPAIGN, IN_MEMORY, LANE, RULES, Store, plain
from tests.integration.valkey import Valkey
from tests.polling import eventually

LIMIT = 30.0
LANES = lane_bases(CAMPAIGN, 2)


@pytest.fixture
def works(database: Database) -> Works:
    return Works(database)


class Redis:
    """A Valkey that is compared with an archive and loses things."""

    def __init__(self, valkey: Valkey, works: Works) -> None:
        self.client = plain(valkey)
        self.url = valkey.url
        self._works = works

    async def compare(self, reconciler: Reconciler | None = None) -> None:
        """As a worker does that connects; a new one, unless it is named."""
        there = deployment(self.url)
        client = there.client(LANE)
        await (reconciler or Reconciler(there, self._works)).reconcile(client, LANES)
        await client.aclose()

    def is_another_run(self) -> None:
        """As after a restart."""
        for base in LANES:
            self.client.set(keys.generation(base), "earlier")

    async def archive(self, base: str) -> None:
        """Move what is in the stream."""
        stream = WorksStream(deployment(self.url), Guarantee(), base, "reader")
        await stream.open()
        if self.client.xlen(keys.works(base)):
            entries = await stream.next()
            relays = await self._works.store(
                CAMPAIGN, [work for _, work in entries], ReviewState.PUBLIC
            )
            await stream.acknowledge(entries, relays)
        await stream.close()

    def counters(self, base: str = LANE) -> dict[str, int]:
        found = self.client.hgetall(keys.counters(base))
        return {name.decode(): int(value) for name, value in found.items()}


@pytest.fixture
def lost(valkey: Valkey, works: Works, store: Store) -> Redis:
    """It has the library."""
    return Redis(valkey, works)


async def finish(store: Store, number: int, base: str = LANE) -> list[int]:
    """A work by two strangers in a lane; their serials."""
    one, two = f"a{number}", f"b{number}"
    await asyncio.gather(*(store.seat(store.ticket(name), base=base) for name in (one, two)))
    view = store.delivered[-1].view
    first, second = (seat.participant for seat in view.seats)
    await store.commit(first, view.room, 0)
    done = await store.commit(second, view.room, 1)
    return [hand.serial for hand in done.hands]


async def test_nothing_changes_when_nothing_was_lost(lost: Redis, store: Store) -> None:
    serials = [*await finish(store, 1), *await finish(store, 2)]
    await lost.archive(LANE)
    serials += await finish(store, 3)
    before = lost.counters()
    lost.is_another_run()
    for _ in range(2):
        await lost.compare()
    assert lost.counters() == before
    serials += await finish(store, 4)
    assert serials == list(range(1, 9)), "dense"


async def test_counters_and_serials_are_raised_above_all_that_is_archived(
    lost: Redis, works: Works, store: Store
) -> None:
    stored = [make_work(number) for number in range(600)]
    assert await works.store(CAMPAIGN, stored, ReviewState.PUBLIC) == 600
    assert await works.store(CAMPAIGN, stored[:10], ReviewState.PUBLIC) == 600, "once each"
    hands = [hand for work in stored for hand in work.hands]
    highest = max(hand.serial for hand in hands)
    lost.is_another_run()
    with capture_logs() as said:
        await asyncio.gather(*(lost.compare() for _ in range(4)))
        await lost.compare()
    counted = lost.counters()
    assert (counted["relays"], counted["participants"]) == (600, len(hands))
    assert counted["serial"] == highest + SKIPPED_SERIALS
    assert len([line for line in said if line["log_level"] == "error"]) == 1
    assert min(await finish(store, 1)) > highest


async def test_a_work_that_waits_in_the_stream_is_counted_once(
    lost: Redis, works: Works, store: Store
) -> None:
    await finish(store, 1)
    await lost.archive(LANE)
    await finish(store, 2)
    stream = lost.client.xrange(keys.works(LANE))
    await lost.archive(LANE)
    serials = await finish(store, 3)
    for _, fields in stream:
        lost.client.xadd(keys.works(LANE), fields)  # from an older copy: it is archived already
    lost.client.delete(keys.counters(LANE))
    lost.is_another_run()
    await lost.compare()
    counted = lost.counters()
    assert (counted["relays"], counted["participants"]) == (3, 6)
    assert counted["serial"] == max(serials) + SKIPPED_SERIALS
    await lost.archive(LANE)
    assert min(await finish(store, 4)) > max(serials)


async def test_a_room_that_is_archived_as_a_work_is_over_and_its_hands_hear_of_it(
    lost: Redis, store: Store
) -> None:
    matched = await store.join("ann", "bob")
    room = matched.view.room
    first, second = (seat.participant for seat in matched.view.seats)
    await store.commit(first, room, 0)
    unfinished = lost.client.dump(keys.room(LANE, room))
    done = await store.commit(second, room, 1)
    await lost.archive(LANE)
    for key in lost.client.keys(f"{LANE}:unacknowledged:*"):
        lost.client.delete(key)
    lost.client.delete(keys.counters(LANE))
    lost.client.restore(keys.room(LANE, room), 0, unfinished, replace=True)
    lost.client.zadd(f"{LANE}:deadlines", {room: 1})
    lost.is_another_run()
    await lost.compare()
    assert not lost.client.exists(keys.room(LANE, room))
    assert not lost.client.zcard(f"{LANE}:deadlines")
    for hand in done.hands:
        resumed = await store.rooms.resume(LANE, RULES, hand.participant, "w/again", 1)
        assert resumed.transitions == []
        heard = [(it.work, it.serial) for it in resumed.unacknowledged]
        assert heard == [(room, hand.serial)]


async def test_a_work_that_an_operator_removed_stays_counted(
    lost: Redis, works: Works, database: Database
) -> None:
    stored = [make_work(number) for number in range(4)]
    await works.store(CAMPAIGN, stored, ReviewState.PUBLIC)
    await Review(database).remove([work.id for work in stored])
    lost.is_another_run()
    await lost.compare()
    assert lost.counters()["relays"] == 4
    assert lost.counters()["serial"] > max(hand.serial for work in stored for hand in work.hands)


async def test_counters_that_were_lost_alone_are_noticed_with_the_next_work(
    lost: Redis, store: Store
) -> None:
    told = [*await finish(store, 1), *await finish(store, 2)]
    await lost.archive(LANE)
    lost.client.delete(keys.counters(LANE))
    await finish(store, 3)
    with capture_logs() as said:
        await lost.archive(LANE)
    assert "fewer" in said[-1]["event"]
    await lost.compare()
    assert lost.counters()["relays"] == 3
    assert min(await finish(store, 4)) > max(told)


async def test_a_serial_that_a_worker_has_seen_is_not_given_again_though_nobody_has_the_work(
    store: Store, valkey: Valkey
) -> None:
    """Redis is emptied before the work is archived; the worker is there all the time."""
    told = [*await finish(store, 1), *await finish(store, 2)]
    plain(valkey).flushall()
    assert min(await finish(store, 3)) > max(told)


async def test_nobody_is_seated_while_the_archive_cannot_be_asked(
    valkey: Valkey, database: Database, works: Works, url: str
) -> None:
    engine = create_async_engine(url)
    there = deployment(valkey.url)
    shards = Shards(there, IN_MEMORY, Reconciler(there, works))
    shards.add(LANE)
    async with engine.begin() as connection:
        await connection.execute(text("ALTER TABLE lane_totals RENAME TO other"))
    running = asyncio.create_task(shards.run())

    async def says_why() -> bool:
        return shards.trouble == "redis is away: the archive is away"

    await eventually(says_why, LIMIT)
    async with engine.begin() as connection:
        await connection.execute(text("ALTER TABLE other RENAME TO lane_totals"))

    async def is_well() -> bool:
        return shards.trouble is None and plain(valkey).exists(keys.generation(LANE)) == 1

    await eventually(is_well, LIMIT)
    running.cancel()
    await asyncio.wait([running])
    await shards.close()
    await engine.dispose()


@pytest.mark.parametrize("seed", range(3))
async def test_no_serial_is_given_twice_and_no_total_falls_whatever_is_lost(
    lost: Redis, store: Store, works: Works, seed: int
) -> None:
    """Two lanes; some works are lost with Redis, of which an earlier copy may come back."""
    store.lanes.update(1, 2)
    reconciler = Reconciler(deployment(lost.url), works)
    dice = random.Random(seed)
    told: list[int] = []
    copy: dict[bytes, bytes] = {}
    for number in range(40):
        step = dice.choice(["finish", "finish", "finish", "archive", "copy", "empty", "restore"])
        if step == "finish":
            hands = await finish(store, number, dice.choice(LANES))
            told += hands
            reconciler.saw(LANE, [Hand("", serial) for serial in hands])
        elif step == "archive":
            await lost.archive(dice.choice(LANES))
        elif step == "copy":
            copy = {key: lost.client.dump(key) for key in lost.client.keys("*")}
        else:
            lost.client.flushall()
            for key, value in copy.items() if step == "restore" else ():
                lost.client.restore(key, 0, value)
            lost.is_another_run()
            await lost.compare(reconciler)
        archived = [await works.compare(CAMPAIGN, lane, [], []) for lane in range(len(LANES))]
        for base, lane in zip(LANES, archived, strict=True):
            assert lost.counters(base).get("relays", 0) >= lane.relays
            assert lost.counters(base).get("participants", 0) >= lane.participants
    assert len(set(told)) == len(told)
    for lane, base in enumerate(LANES):
        await lost.archive(base)
        stored = await works.compare(CAMPAIGN, lane, [], [])
        assert lost.counters(base).get("relays", 0) == stored.relays
