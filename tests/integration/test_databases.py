"""Finished works in each database that can hold them: SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from server.archive.database import ArchiveAwayError, ArchiveError, Database
from server.archive.review_state import ReviewState
from server.archive.works import Cursor, Works
from server.doctor.database_check import check_database
from server.doctor.finding import Level
from server.settings import Settings
from server.store.works import FinishedWork
from tests.docs.blocks import block, commands_of, inline_code
from tests.finish_work import finish_work
from tests.integration.command import jielong
from tests.integration.finished_works import make_work
from tests.integration.http import error_of, get, get_json
from tests.integration.postgresql import PostgreSQL, find_program
from tests.polling import eventually
from tests.service import Service

LIMIT = 20.0

TAKEN_OVER_SECONDS = 30.0
"""Works that could not be stored are tried again some 10 s later."""

WORKERS = 8


@pytest.fixture
async def works(url: str) -> AsyncIterator[Works]:
    """The archive in it; a test that hangs on it fails."""
    database = Database(url)
    await database.open()
    async with asyncio.timeout(LIMIT):
        yield Works(database)
    await database.close()


async def test_the_doctor_looks_at_it_and_changes_nothing(url: str) -> None:
    settings = Settings(database_url=url)
    before = await check_database(settings)
    assert {it.level for it in before} <= {Level.OK, Level.WARNING}
    assert await check_database(settings) == before
    database = Database(url)
    await database.open()
    await database.close()
    after = await check_database(settings)
    assert {it.level for it in after} == {Level.OK}, after
    if "postgresql" in url:
        (few,) = (
            it for it in await check_database(Settings(database_url=url, workers=8)) if it.cure
        )
        assert "max_connections" in few.cure
        (away,) = await check_database(Settings(database_url=f"{url}_missing"))
        assert (away.level, "createdb" in away.cure) == (Level.PROBLEM, True)


async def test_several_workers_may_begin_at_once(url: str) -> None:
    databases = [Database(url) for _ in range(WORKERS)]
    await asyncio.gather(*(database.open() for database in databases))
    await Works(databases[0]).store("default", [make_work(1)], ReviewState.PUBLIC)
    assert await Works(databases[-1]).newest("default", 20) == [make_work(1)]
    for database in databases:
        await database.close()


async def test_a_work_is_stored_once_and_found_as_it_was(works: Works) -> None:
    stored = [make_work(number) for number in range(30)]
    for _ in range(2):
        await works.store("default", stored, ReviewState.PUBLIC)
    assert await works.newest("default", 20) == stored[:9:-1]
    assert await works.find(stored[7].id) == ("default", stored[7], ReviewState.PUBLIC)
    assert await works.find("1" * 17) is None


async def test_a_crowd_of_works_is_stored_beside_those_that_are_there(works: Works) -> None:
    stored = [make_work(number) for number in range(1_250)]
    await works.store("default", stored[100:700], ReviewState.PUBLIC)
    await works.store("default", stored, ReviewState.PUBLIC)
    assert await works.newest("default", 2_000) == stored[::-1]


async def test_pages_follow_each_other_without_a_gap(works: Works) -> None:
    stored = [make_work(number, "加油" if number % 3 else "平安") for number in range(30)]
    await works.store("default", stored, ReviewState.PUBLIC)
    await works.store(
        "another", [make_work(number) for number in range(30, 35)], ReviewState.PUBLIC
    )
    for phrase, expected in (
        (None, stored),
        (stored[0].phrase, [work for work in stored if work.phrase == stored[0].phrase]),
    ):
        found: list[FinishedWork] = []
        while page := await works.newest(
            "default",
            4,
            Cursor(found[-1].completed_at, found[-1].id) if found else None,
            phrase,
        ):
            found += page
        assert found == expected[::-1]


async def test_a_reported_work_is_held_until_somebody_has_looked_at_it(
    works: Works, url: str, tmp_path: Path
) -> None:
    stored = [make_work(number) for number in range(5)]
    stored[0] = msgspec.structs.replace(stored[0], held=1)
    await works.store("default", stored, ReviewState.PUBLIC)
    for work in stored[1:3]:
        for hand in work.hands:
            await works.report(work.id, hand.participant, "obscene")
    assert await works.newest("default", 20) == [stored[4], stored[3]]
    pictures = tmp_path / "pictures"
    listed = jielong("works", "held", "--pictures", pictures, "--database-url", url)
    *lines, total = listed.stdout.splitlines()
    assert [line.split()[0] for line in lines] == [work.id for work in stored[:3]]
    assert "reported while it was written" in lines[0]
    assert lines[1].endswith("加油  obscene, obscene, obscene")
    assert total == "3 held"
    assert {path.stem for path in pictures.iterdir()} == {work.id for work in stored[:3]}
    assert all(path.read_text().startswith("<svg") for path in pictures.iterdir())
    short = jielong("works", "held", "--most", 2, "--database-url", url).stdout
    assert short.splitlines()[-1] == "3 held, the first 2 shown"
    released = jielong("works", "release", stored[0].id, stored[1].id, "--database-url", url)
    assert released.stdout.splitlines() == [f"{work.id} released" for work in stored[:2]]
    drawn = tmp_path / "data" / "pictures" / "style"
    drawn.mkdir(parents=True)
    for work in stored[2:]:
        (drawn / f"{work.id}.png").write_bytes(b"")
    both = stored[2].id, stored[3].id
    removed = jielong("works", "remove", *both, "--database-url", url, "--data", tmp_path / "data")
    assert [path.stem for path in drawn.iterdir()] == [stored[4].id]
    assert removed.stdout.splitlines() == [f"{work.id} removed" for work in stored[2:4]]
    assert jielong("works", "held", "--database-url", url).stdout == "0 held\n"
    shown = await works.newest("default", 20)
    assert shown == [stored[4], stored[1], msgspec.structs.replace(stored[0], held=0)]
    assert await works.find(stored[2].id) is None


@pytest.mark.parametrize("what", ["release", "remove"])
async def test_what_is_no_work_is_named(works: Works, url: str, what: str) -> None:
    await works.store("default", [make_work(1)], ReviewState.PUBLIC)
    missing = f"-{make_work(2).id[1:]}"  # as one in 64 begins
    done = jielong("works", what, missing, make_work(1).id, "--database-url", url)
    assert done.returncode == 1
    assert missing in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert make_work(1).id in done.stdout


async def test_all_works_that_are_shown_are_exported(
    works: Works, url: str, tmp_path: Path
) -> None:
    stored = [make_work(number) for number in range(1_203)]
    stored[5] = msgspec.structs.replace(stored[5], held=1)
    await works.store("default", stored, ReviewState.PUBLIC)
    await works.store("another", [make_work(2_000)], ReviewState.PUBLIC)
    done = jielong("works", "export", "--database-url", url)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["id"] for line in lines] == [
        work.id for number, work in reversed(list(enumerate(stored))) if number != 5
    ]
    assert done.stderr == "1202 works of default\n"
    out = tmp_path / "works.jsonl"
    words = ("--campaign", "another", "--output", out, "--database-url", url)
    assert jielong("works", "export", *words).stdout == ""
    (line,) = out.read_text().splitlines()
    assert json.loads(line)["hands"] == [{"serial": hand.serial} for hand in make_work(2_000).hands]


async def test_an_exported_work_is_as_the_api_has_it(service: Service) -> None:
    work = await finish_work(service)
    found = await get_json(service, f"/api/works/{work}")
    url = f"sqlite+aiosqlite:///{service.data / 'works.sqlite'}"
    await eventually(lambda: is_stored(url, work), TAKEN_OVER_SECONDS)
    exported = jielong("works", "export", "--data", service.data).stdout
    assert [json.loads(line) for line in exported.splitlines()] == [found]


def test_where_there_is_no_database_none_is_made(tmp_path: Path) -> None:
    done = jielong("works", "held", "--data", tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert "works.sqlite" in done.stderr
    assert list(tmp_path.iterdir()) == []


async def test_works_of_a_service_are_kept_in_postgresql(
    serve: Callable[..., Service], postgresql: PostgreSQL
) -> None:
    url = postgresql.new_database()
    service = serve(database_url=url, workers=2)
    work = await finish_work(service)
    await eventually(lambda: is_stored(url, work), TAKEN_OVER_SECONDS)
    assert (await get_json(service, f"/api/works/{work}"))["phrase"]["text"] == "加油"
    assert (await get(service, f"/w/{work}"))[0] == 200
    assert not (service.data / "works.sqlite").exists()
    assert jielong("works", "remove", work, "--database-url", url).returncode == 0
    assert await error_of(service, f"/api/works/{work}", 404) == "no_such_work"


async def test_a_dump_of_postgresql_is_restored_as_the_documentation_says(
    postgresql: PostgreSQL, tmp_path: Path
) -> None:
    (dump,) = commands_of(block("operate/backup.md: pg_dump").code)
    restore = next(code for _, code in inline_code() if code.startswith("pg_restore"))
    one, other = postgresql.new_database(), postgresql.new_database()
    database = Database(one)
    await database.open()
    await Works(database).store("default", [make_work(1)], ReviewState.PUBLIC)
    await database.close()
    address = "postgresql://jielong:PASSWORD@HOST/jielong"
    programs = Path(find_program("pg_dump")).parent
    for command, word, url in ((dump, address, one), (restore, "ADDRESS", other)):
        assert word in command
        typed = command.replace(word, url.replace("+asyncpg", ""))
        await asyncio.to_thread(
            subprocess.run, ["sh", "-euc", f"{programs}/{typed}"], cwd=tmp_path, check=True
        )
    database = Database(other)
    await database.open()
    assert await Works(database).newest("default", 20) == [make_work(1)]
    await database.close()


async def test_works_wait_while_postgresql_is_away(
    serve: Callable[..., Service], postgresql: PostgreSQL
) -> None:
    url = postgresql.new_database()
    service = serve(database_url=url)
    first = await finish_work(service)
    await eventually(lambda: is_stored(url, first), TAKEN_OVER_SECONDS)
    await asyncio.to_thread(postgresql.stop)
    try:
        second = await finish_work(service)
        assert await error_of(service, f"/api/works/{second}", 503) == "busy"

        async def it_is_told() -> bool:
            figures = (await get(service, "/metrics"))[2]
            return 'jielong_database_away{use="write",worker="0"} 1' in figures

        await eventually(it_is_told)
    finally:
        await asyncio.to_thread(postgresql.start)
    await eventually(lambda: is_stored(url, second), TAKEN_OVER_SECONDS)

    async def both_are_listed() -> bool:
        status, _, body = await get(service, "/api/works")
        return status == 200 and first in body and second in body

    await eventually(both_are_listed)
    lines = [line for line in service.log.read_text().splitlines() if "cannot be written" in line]
    assert len(lines) == 1, "once, however often it was tried"
    assert f"pg_isready -h 127.0.0.1 -p {postgresql.port}" in lines[0]


async def is_stored(url: str, work: str) -> bool:
    """Whether SQL has it."""
    database = Database(url)
    try:
        return await Works(database).find(work) is not None
    except ArchiveAwayError:
        return False
    finally:
        await database.close()


async def reopened(url: str) -> None:
    database = Database(url)
    try:
        await database.open()
    finally:
        await database.close()


async def shell(command: str, **environment: str) -> None:
    """Run a command that an error message has named."""
    process = await asyncio.create_subprocess_shell(command, env=os.environ | environment)
    assert await process.wait() == 0, command


async def test_a_damaged_sqlite_file_comes_with_the_command_that_mends_it(tmp_path: Path) -> None:
    path = tmp_path / "works.sqlite"
    url = f"sqlite+aiosqlite:///{path}"
    database = Database(url)
    await database.open()
    stored = [make_work(number) for number in range(300)]
    await Works(database).store("default", stored, ReviewState.PUBLIC)
    await database.close()
    content = bytearray(path.read_bytes())
    content[100:4_096] = bytes(3_996)  # the schema
    path.write_bytes(content)
    with pytest.raises(ArchiveError, match="mend it with the sqlite3 command: ") as caught:
        await reopened(url)
    await shell(str(caught.value).partition("sqlite3 command: ")[2])
    await reopened(url)


async def test_a_schema_that_this_user_may_not_change_comes_with_the_grant(
    postgresql: PostgreSQL,
) -> None:
    owner = postgresql.new_database()
    guest = owner.replace("://jielong@", "://guest@")
    server = owner.rpartition("/")[0].rpartition("@")[2]
    host, port = server.split(":")
    psql = {"PGHOST": host, "PGPORT": port, "PGUSER": "jielong"}
    await shell('psql -d postgres -c "CREATE ROLE guest LOGIN"', **psql)
    with pytest.raises(ArchiveError, match="as its owner: ") as caught:
        await reopened(guest)
    await shell(str(caught.value).partition("as its owner: ")[2], **psql)
    await reopened(guest)


async def test_a_table_that_lacks_a_column_comes_with_the_statement_that_adds_it(url: str) -> None:
    await reopened(url)
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.execute(text("ALTER TABLE reports DROP COLUMN why"))
    with pytest.raises(ArchiveError, match="add them: ALTER TABLE reports") as caught:
        await reopened(url)
    statement = str(caught.value).partition("add them: ")[2]
    async with engine.begin() as connection:
        await connection.execute(text(f"{statement} DEFAULT ''"))
    await reopened(url)
    await engine.dispose()


async def test_a_database_of_a_later_version_is_said_to_be_one(url: str) -> None:
    await reopened(url)
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    await engine.dispose()
    with pytest.raises(ArchiveError, match="revision 9999, which this jielong does not know"):
        await reopened(url)
