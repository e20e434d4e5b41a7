"""With a replica that lags: nobody is told what a failover could still undo."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import redis
from structlog.testing import capture_logs

from server.relay.room import Rules
from server.store import durability, entry_stream, library
from server.store.answers import RefusedError
from server.store.deployment import deployment
from server.store.durability import Durability, Guarantee, require
from server.store.errors import StoreAwayError
from server.store.works import WorksStream
from tests.integration.store import LANE, RULES, Store, end_pause
from tests.integration.valkey import Valkey

LIMIT = 20.0
REPLICA = Guarantee(Durability.REPLICA, 1)

WAIT_MS = 200
"""Of one call of Redis for the replica; several of them are in vain in each test."""

STILL_SECONDS = 0.7
"""What is not told in this time waits for the replica; otherwise it takes a millisecond."""

Pair = tuple[Valkey, Valkey]


@pytest.fixture
def pair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pair]:
    """A master and its replica."""
    monkeypatch.setattr(durability, "WAIT_MS", WAIT_MS)
    master = Valkey(tmp_path / "master")
    master.start()
    replica = Valkey(tmp_path / "replica", master)
    replica.start()
    with redis.Redis.from_url(master.url, socket_timeout=LIMIT) as client:
        client.function_load(library.CODE)
        assert client.wait(1, int(LIMIT * 1_000)) == 1
    yield master, replica
    replica.kill()
    master.kill()


@pytest.fixture
async def hasty(pair: Pair) -> AsyncIterator[Store]:
    """A worker that does not wait, so that the test can do what another has just done."""
    store = Store(pair[0].url)
    async with asyncio.timeout(LIMIT):
        yield store
    await store.close()


@pytest.fixture
async def careful(pair: Pair, hasty: Store) -> AsyncIterator[Store]:
    """A worker that tells nothing before the replica has it."""
    store = Store(pair[0].url, REPLICA)
    yield store
    await store.close()


async def finish(store: Store) -> tuple[str, str]:
    """A whole relay: the room, and one who was in it."""
    matched = await store.join("ann", "bob")
    room = matched.view.room
    seat0, seat1 = matched.view.seats
    await store.commit(seat0.participant, room, 0)
    await store.commit(seat1.participant, room, 1)
    return room, seat0.participant


async def waits(task: asyncio.Task[object]) -> bool:
    """Whether it is not done for a while."""
    return not (await asyncio.wait({task}, timeout=STILL_SECONDS))[0]


async def test_a_commit_is_answered_when_the_replica_has_it(
    pair: Pair, hasty: Store, careful: Store
) -> None:
    matched = await hasty.join("ann", "bob")
    first = matched.view.seats[0].participant
    pair[1].freeze()
    commit = asyncio.create_task(careful.commit(first, matched.view.room, 0))
    assert await waits(commit)
    pair[1].thaw()
    assert (await commit).kind in {"committed", "repeated"}


async def test_whoever_is_matched_late_is_told_what_is_left_of_the_turn(
    pair: Pair, careful: Store
) -> None:
    pair[1].freeze()
    join = asyncio.create_task(careful.join("ann", "bob"))
    assert await waits(join)
    pair[1].thaw()
    left = (await join).view.turn_ms
    assert 0 < left <= RULES.turn_ms - STILL_SECONDS * 1_000 * 0.9


@pytest.mark.parametrize("how", ["read_room", "resume"])
async def test_what_another_worker_has_just_written_is_not_told_before(
    pair: Pair, hasty: Store, careful: Store, how: str
) -> None:
    pair[1].freeze()
    room, name = await finish(hasty)
    asked = asyncio.create_task(
        careful.rooms.read(LANE, RULES, name, room)
        if how == "read_room"
        else careful.rooms.resume(LANE, RULES, name, f"w/{name}", 0)
    )
    assert await waits(asked)
    pair[1].thaw()
    await asked


@pytest.mark.parametrize("then", [1_001, 3_000], ids=["at the same moment", "seconds apart"])
async def test_an_earlier_hello_asked_again_takes_nothing_over_from_a_later_one(
    pair: Pair, hasty: Store, careful: Store, then: int
) -> None:
    await hasty.join("ann")
    pair[1].freeze()
    earlier = asyncio.create_task(careful.rooms.resume(LANE, RULES, "ann", "w/earlier", 1_000))
    assert await waits(earlier)
    later = await hasty.rooms.resume(LANE, RULES, "ann", "w/later", then)
    assert later.previous == "w/earlier"
    assert await waits(earlier)
    pair[1].thaw()
    with pytest.raises(RefusedError, match="elsewhere"):
        await earlier
    (there,) = (await careful.rooms.resume(LANE, RULES, "ann", "w/later", then)).transitions
    assert (there.kind, there.address) == ("seated", "w/later")


async def test_whom_one_took_over_from_is_told_again_with_the_answer(
    pair: Pair, hasty: Store, careful: Store
) -> None:
    await hasty.join("ann")
    pair[1].freeze()
    asked = asyncio.create_task(careful.rooms.resume(LANE, RULES, "ann", "w/new", 1_000))
    assert await waits(asked)
    pair[1].thaw()
    assert (await asked).previous == "w/ann"


async def test_a_work_is_not_archived_before(
    pair: Pair, hasty: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entry_stream, "ABANDONED_MS", 0)
    stream = WorksStream(deployment(pair[0].url), REPLICA, LANE, "reader")
    await stream.open()
    pair[1].freeze()
    room, _ = await finish(hasty)
    with pytest.raises(StoreAwayError):
        await stream.next()
    pair[1].thaw()
    assert [work.id for _, work in await stream.abandoned()] == [room]
    await stream.close()


async def test_it_is_said_once_that_a_replica_is_missing(pair: Pair) -> None:
    with capture_logs() as said:
        await require(REPLICA, deployment(pair[0].url))
        assert said == []
        await require(Guarantee(Durability.REPLICA, 2), deployment(pair[0].url))
    assert [(line["log_level"], line["durability"], line["now"]) for line in said] == [
        ("warning", "replica", 1)
    ]


async def test_nobody_is_seated_before(pair: Pair, careful: Store) -> None:
    pair[1].freeze()
    joined = asyncio.create_task(careful.join("ann", "bob"))
    assert await waits(joined)
    assert careful.delivered == []
    pair[1].thaw()
    assert (await joined).kind == "matched"


async def test_no_turn_runs_out_while_nobody_can_be_told(
    pair: Pair, hasty: Store, careful: Store
) -> None:
    hurried = Rules(turn_ms=1)
    tickets = (hasty.ticket(name) for name in ("ann", "bob"))
    await asyncio.gather(*(hasty.seat(ticket, rules=hurried) for ticket in tickets))
    view = hasty.delivered[-1].view
    pair[1].freeze()
    asked = asyncio.create_task(
        careful.rooms.read(LANE, hurried, view.seats[0].participant, view.room)
    )
    assert await waits(asked)
    assert (await hasty.rooms.expire(LANE, hurried)).transitions == []
    pair[1].thaw()
    await asked
    assert (await hasty.rooms.expire(LANE, hurried)).transitions == [], "nor at once after it"
    end_pause(pair[0])
    ran_out = (await hasty.rooms.expire(LANE, hurried)).transitions
    assert [transition.kind for transition in ran_out] == ["idle"]
