"""A Cluster that requires full coverage, as is the default: while a shard lacks, no node serves."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable
from pathlib import Path

import pytest

from server.doctor.finding import Level
from server.doctor.redis_check import check_redis
from server.settings import Settings
from server.store import library, shard
from server.store.errors import StoreAwayError
from tests.faults.deployments import Cluster
from tests.integration.store import LANE, Store
from tests.polling import eventually

WAITING_SECONDS = 1.0

LIMIT = 20.0


@pytest.fixture
async def cluster(tmp_path: Path) -> AsyncIterator[Cluster]:
    cluster = Cluster(tmp_path, "memory", full_coverage="yes")
    try:
        await cluster.start()
        for master in await cluster.masters():
            await master.client().function_load(library.CODE)
        yield cluster
    finally:
        cluster.end()


@pytest.fixture
async def store(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Store]:
    monkeypatch.setattr(shard, "WAITING_SECONDS", WAITING_SECONDS)
    store = Store(cluster.url)
    async with asyncio.timeout(2 * LIMIT):
        await eventually(lambda: served(store.join("ann", "bob")))
        yield store
    await store.close()


async def served(call: Awaitable[object]) -> bool:
    """Whether the store is there to answer."""
    try:
        await call
    except StoreAwayError:
        return False
    return True


async def test_calls_end_in_time_while_no_node_serves_and_all_is_well_when_they_do(
    store: Store, cluster: Cluster
) -> None:
    settings = Settings(redis_url=cluster.url)
    found = await check_redis(settings)
    rights = [it.level for it in found if it.subject == "rights"]
    assert rights == [Level.OK] * len(await cluster.masters())
    assert Level.PROBLEM not in {it.level for it in found}, found
    view = store.delivered[-1].view
    first = view.seats[0].participant
    returns = store.returns
    lacking = [(await cluster.masters())[1], (await cluster.replicas())[1]]
    for node in lacking:
        node.kill()
    here = await cluster.master_of(LANE)

    async def down() -> bool:
        return (await here.client().cluster("INFO"))["cluster_state"] == "fail"

    await eventually(down, LIMIT)
    assert Level.PROBLEM in {it.level for it in await check_redis(settings)}
    for _ in range(3):
        began = time.monotonic()
        with pytest.raises(StoreAwayError):
            await store.commit(first, view.room, 0)
        assert time.monotonic() - began < 2 * (WAITING_SECONDS + shard.WATCH_SECONDS)
        assert store.shards.away
    assert store.returns == returns
    for node in lacking:
        await node.start()
    await eventually(lambda: served(store.commit(first, view.room, 0)), LIMIT)
    assert store.returns == returns + 1
    assert not store.shards.away
