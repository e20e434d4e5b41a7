"""What readers, and those who report a work, notice of a database that is away."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec
import pytest

from server.archive import database as database_module
from server.archive.archiver import Archiver
from server.archive.database import ArchiveAwayError, Database
from server.archive.reader import WorkReader
from server.archive.review_state import ReviewState
from server.archive.works import Works
from server.store import keys
from server.store.deployment import deployment
from server.store.durability import Guarantee
from server.store.errors import StoreAwayError
from server.store.works import WorksStream
from tests.finish_work import finish_work
from tests.integration.finished_works import make_work
from tests.integration.http import error_of, get, get_json
from tests.integration.protocol_client import open_session
from tests.integration.relays import finish, meet
from tests.integration.store import CAMPAIGN, LANE, plain
from tests.integration.valkey import Valkey
from tests.polling import eventually
from tests.service import Service

LIMIT = 10.0

TAKEN_OVER_SECONDS = 30.0
"""Works that could not be stored are tried again some 10 s later."""


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "works.sqlite"


@pytest.fixture
async def connections(database: Path) -> AsyncIterator[Database]:
    """To an archive in a file of its own; a test that hangs on it fails."""
    connections = Database(f"sqlite+aiosqlite:///{database}")
    await connections.open()
    async with asyncio.timeout(LIMIT):
        yield connections
    await connections.close()


@pytest.fixture
def archive(connections: Database) -> Works:
    """The works in it."""
    return Works(connections)


@contextmanager
def broken(database: Path) -> Iterator[None]:
    """A table is missing meanwhile."""
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("ALTER TABLE works RENAME TO other")
        yield
        connection.execute("ALTER TABLE other RENAME TO works")


async def is_stored(service: Service) -> bool:
    """Whether a work has come into the service's database."""
    with closing(sqlite3.connect(service.data / "works.sqlite")) as connection:
        return bool(connection.execute("SELECT * FROM works").fetchall())


async def test_a_reader_does_not_wait_for_long(
    archive: Works, connections: Database, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await connections.close()
    monkeypatch.setattr(database_module, "READ_SECONDS", 0.2)
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("PRAGMA locking_mode=EXCLUSIVE")
        connection.execute("BEGIN EXCLUSIVE")
        asked = [archive.newest("default", 20) for _ in range(100)]
        answers = await asyncio.gather(*asked, return_exceptions=True)
        assert {type(answer) for answer in answers} == {ArchiveAwayError}
    assert await archive.newest("default", 20) == []


async def test_a_report_is_not_taken_while_the_database_is_away(
    archive: Works, database: Path
) -> None:
    work = make_work(1)
    await archive.store("default", [work], ReviewState.PUBLIC)
    room = WorkReader(archive, {}, lambda _: ReviewState.PUBLIC)
    with broken(database), pytest.raises(StoreAwayError):
        await room.hold(work.id, work.hands[0].participant, "obscene")
    assert await room.find(work.id) == ("default", work, ReviewState.PUBLIC)
    assert await room.hold(work.id, work.hands[0].participant, "obscene")
    held = msgspec.structs.replace(work, held=1)
    assert await room.find(work.id) == ("default", held, ReviewState.WAITING)


async def test_who_reports_a_work_while_the_database_is_away_is_told_to_try_again(
    serve: Callable[..., Service],
) -> None:
    service = serve()
    seats = await open_session(service), await open_session(service)
    await meet(seats)
    work = (await finish(seats, 0, 2))[0]["work"]
    await eventually(lambda: is_stored(service))
    with broken(service.data / "works.sqlite"):
        await seats[0].send("report", room=work, why="obscene")
        assert (await seats[0].expect("error", code="busy", re="report"))["retry_ms"] > 0
    await seats[0].send("report", room=work, why="obscene")

    async def is_held_back() -> bool:
        return (await get(service, f"/api/works/{work}"))[0] == 404

    await eventually(is_held_back)
    await seats[0].expect_silence()


@pytest.mark.parametrize("work_id", ["", "nonsense", "\0", "0" * 16 + "z", "0" * 18, "接" * 17])
async def test_an_id_that_cannot_be_is_not_looked_for(
    archive: Works, database: Path, work_id: str
) -> None:
    room = WorkReader(archive, {}, lambda _: ReviewState.PUBLIC)
    with broken(database):
        assert await room.find(work_id) is None
        assert not await room.hold(work_id, "somebody", "obscene")


async def test_works_wait_and_readers_are_told_so_while_the_database_is_away(
    serve: Callable[..., Service],
) -> None:
    service = serve()
    with broken(service.data / "works.sqlite"):
        work = await finish_work(service)
        assert await error_of(service, "/api/works", 503) == "busy"
        assert await error_of(service, f"/api/works/{work}", 503) == "busy"
        assert await error_of(service, f"/w/{work}", 503) == "busy"

    async def is_listed() -> bool:
        found = await get_json(service, "/api/works")
        return [listed["id"] for listed in found["works"]] == [work]

    assert await is_listed()
    await eventually(lambda: is_stored(service), TAKEN_OVER_SECONDS)
    assert await is_listed()


async def test_how_many_wait_is_known_until_they_are_stored(archive: Works, valkey: Valkey) -> None:
    stream = WorksStream(deployment(valkey.url), Guarantee(), LANE, "reader")
    await stream.open()
    with plain(valkey) as client:
        for number in range(3):
            client.xadd(keys.works(LANE), {"work": msgspec.msgpack.encode(make_work(number))})
    entries = await stream.next()
    assert stream.waiting == 3
    await stream.acknowledge(entries[:2], 0)
    assert stream.waiting == 1
    await stream.abandoned()
    assert stream.waiting == 1
    await stream.close()


async def test_a_work_that_cannot_be_read_keeps_no_other_from_the_archive(
    archive: Works, valkey: Valkey
) -> None:
    stream = WorksStream(deployment(valkey.url), Guarantee(), LANE, "reader")
    room = WorkReader(archive, {CAMPAIGN: [stream]}, lambda _: ReviewState.PUBLIC)
    works = [make_work(number) for number in range(3)]
    with plain(valkey) as client:
        key = keys.works(LANE)
        client.xadd(key, {"work": msgspec.msgpack.encode(works[0])})
        strange = client.xadd(key, {"work": msgspec.msgpack.encode(["of", "another", "version"])})
        stranger = client.xadd(key, {"other": b""})
        client.xadd(key, {"work": msgspec.msgpack.encode(works[1])})
        assert (await room.newest(CAMPAIGN, 20, None))[0] == [works[1], works[0]]
        archiving = asyncio.create_task(
            Archiver(stream, archive, lambda _: ReviewState.PUBLIC).run()
        )

        async def are_stored(count: int) -> bool:
            assert not archiving.done()
            return await archive.newest(CAMPAIGN, 20) == works[:count][::-1]

        await eventually(lambda: are_stored(2))
        client.xadd(key, {"work": msgspec.msgpack.encode(works[2])})
        await eventually(lambda: are_stored(3))
        archiving.cancel()
        await asyncio.wait([archiving])
        await stream.close()
        assert [entry for entry, _ in client.xrange(key)] == [strange, stranger]
