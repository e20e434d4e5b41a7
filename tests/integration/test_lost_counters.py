"""Redis is emptied, or is back from an older copy: no serial is given twice, no total falls."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import create_async_engine

from server.archive import schema
from server.store import keys
from tests.integration.http import get_json
from tests.integration.postgresql import PostgreSQL
from tests.integration.protocol_client import Message, Peer, open_session
from tests.integration.relays import finish, meet, write
from tests.integration.store import plain
from tests.integration.valkey import Valkey
from tests.polling import eventually
from tests.service import Service

LIMIT = 30.0
LANES = 4
RETRY_SECONDS = 0.3
"""A participant may not send more messages than a few a second for long."""

DEFAULT = keys.lane("default")


class Relays:
    """Finishes works one after another, and keeps the serials that were told."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.told: list[int] = []
        self.works: list[str] = []

    async def finish(self, count: int) -> None:
        for _ in range(count):
            seats = await open_session(self.service), await open_session(self.service)
            try:
                await self._seat(seats)
                for message in await finish(seats, 0, 2):
                    self.told.append(message["serial"])
                    self.works.append(message["work"])
            finally:
                for peer in seats:
                    await peer.quit()

    async def _seat(self, seats: tuple[Peer, Peer]) -> None:
        """Seat both in one room.

        The guest tries again until its worker knows in which of several lanes the host waits.
        """
        host, guest = seats
        async with asyncio.timeout(LIMIT):
            await self._join(host)
            while (await self._join(guest))["t"] == "waiting":
                await guest.leave()
                await asyncio.sleep(RETRY_SECONDS)
        await host.expect("matched", room=guest.room)

    async def _join(self, peer: Peer) -> Message:
        """Join, when the service is not busy any more."""
        while True:
            await peer.send("join", phrase="jiayou")
            message = await peer.next()
            if message["t"] != "error":
                return message
            assert message["code"] in {"busy", "slow_down"}, message
            await asyncio.sleep(message.get("retry_ms", 100) / 1_000)

    async def counters(self) -> dict[str, int]:
        campaign = await get_json(self.service, "/api/campaigns/default")
        return {name: campaign["counters"][name] for name in ("relays", "participants")}

    async def until_counted(self, works: int) -> None:
        """The counters are those of so many works by two hands."""

        async def counted() -> bool:
            return await self.counters() == {"relays": works, "participants": 2 * works}

        await eventually(counted, LIMIT)


async def until_archived(url: str, works: int) -> None:
    engine = create_async_engine(url)

    async def archived() -> bool:
        async with engine.connect() as connection:
            count = await connection.scalar(select(func.count()).select_from(schema.works))
        return count == works

    await eventually(archived, LIMIT)
    await engine.dispose()


def sqlite(service: Service) -> str:
    return f"sqlite+aiosqlite:///{service.data / 'works.sqlite'}"


def ascending(serials: list[int]) -> bool:
    return serials == sorted(set(serials))


async def test_redis_is_emptied_under_a_running_service(
    serve: Callable[..., Service], valkey: Valkey
) -> None:
    relays = Relays(serve(redis_url=valkey.url))
    await relays.finish(3)
    await until_archived(sqlite(relays.service), 3)
    waiting = await open_session(relays.service)
    await waiting.send("join")
    with plain(valkey) as client:
        client.flushall()
    await relays.until_counted(3)
    await relays.finish(2)
    assert ascending(relays.told)
    await relays.until_counted(5)
    await until_archived(sqlite(relays.service), 5)
    await waiting.close()


async def test_redis_is_back_from_an_older_copy(
    serve: Callable[..., Service], valkey: Valkey, tmp_path: Path
) -> None:
    """The copy has a room that was finished later: it is not finished again."""
    relays = Relays(serve(redis_url=valkey.url))
    await relays.finish(1)
    await until_archived(sqlite(relays.service), 1)
    seats = await open_session(relays.service), await open_session(relays.service)
    await meet(seats)
    await write(seats, 0)
    files = tmp_path / "valkey" / "appendonlydir"
    shutil.copytree(files, tmp_path / "copy")
    told = await finish(seats, 1, 2)
    relays.told += [message["serial"] for message in told]
    await relays.finish(2)
    await until_archived(sqlite(relays.service), 4)
    valkey.kill()
    shutil.rmtree(files)
    shutil.copytree(tmp_path / "copy", files)
    await asyncio.to_thread(valkey.start)
    await relays.until_counted(4)
    again = await open_session(relays.service, token=seats[1].welcome["token"])
    assert again.welcome.get("resume") is None
    assert [work["serial"] for work in again.welcome["finished"]] == [told[1]["serial"]]
    await relays.finish(1)
    assert ascending(relays.told)
    await relays.until_counted(5)
    await until_archived(sqlite(relays.service), 5)


@pytest.fixture
def database() -> Iterator[str]:
    server = PostgreSQL()
    server.start()
    yield server.new_database()
    server.remove()


async def test_redis_is_emptied_before_a_start_with_several_lanes_and_workers(
    serve: Callable[..., Service], valkey: Valkey, database: str
) -> None:
    settings = {"redis_url": valkey.url, "database_url": database, "lanes": LANES, "workers": 2}
    with plain(valkey) as client:
        state = {"open": LANES, "known": LANES, "known_at": 1, "low_at": 0}
        client.hset(keys.lanes(DEFAULT), mapping=state)
        before = Relays(serve(**settings))
        await before.finish(6)
        while len({work[-1] for work in before.works}) < 2:
            await before.finish(1)
        finished = len(set(before.works))
        await until_archived(database, finished)
        before.service.stop()
        client.flushall()
        after = Relays(serve(**settings))
        await after.until_counted(finished)
        await after.finish(3)
        assert min(after.told) > max(before.told)
        assert ascending(after.told)
        await after.until_counted(finished + 3)
        await until_archived(database, finished + 3)
