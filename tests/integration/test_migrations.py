"""The tables of every earlier form become those of this version, with what is in them."""

from __future__ import annotations

import asyncio

import msgspec
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from server.archive.database import ArchiveError, Database
from server.archive.review_state import ReviewState
from server.archive.works import Works
from server.console.schema import metadata
from server.store.works import FinishedWork
from tests.integration.finished_works import make_work

UNSTAMPED = (
    "CREATE TABLE works (id VARCHAR(32) NOT NULL PRIMARY KEY, campaign VARCHAR(64) NOT NULL,"
    " phrase {blob} NOT NULL, writers {blob} NOT NULL, ink {blob} NOT NULL,"
    " completed_at BIGINT NOT NULL, held BOOLEAN NOT NULL)",
    "CREATE INDEX works_newest ON works (campaign, completed_at, id)",
    "CREATE INDEX works_of_phrase ON works (campaign, phrase, completed_at, id)",
    "CREATE TABLE hands (work VARCHAR(32) NOT NULL REFERENCES works (id),"
    " number SMALLINT NOT NULL, participant VARCHAR(64) NOT NULL, serial BIGINT NOT NULL,"
    " PRIMARY KEY (work, number))",
    "CREATE TABLE reports (work VARCHAR(32) NOT NULL, participant VARCHAR(64) NOT NULL,"
    " why VARCHAR(16) NOT NULL, reported_at BIGINT NOT NULL, PRIMARY KEY (work, participant))",
    "CREATE TABLE lane_totals (campaign VARCHAR(64) NOT NULL, lane SMALLINT NOT NULL,"
    " relays BIGINT NOT NULL, participants BIGINT NOT NULL, serial BIGINT NOT NULL,"
    " PRIMARY KEY (campaign, lane))",
    "CREATE TABLE schema_version (version INTEGER NOT NULL PRIMARY KEY)",
    "INSERT INTO schema_version VALUES (1)",
)
"""What the last version without migrations made."""

REVIEWED = (
    "ALTER TABLE works ADD COLUMN review SMALLINT DEFAULT '1' NOT NULL",
    "ALTER TABLE works ADD COLUMN verdicts {blob}",
    "CREATE INDEX works_public ON works (campaign, completed_at, id) WHERE review = 1",
    "CREATE INDEX works_unjudged ON works (completed_at, id) WHERE review = 0",
    "CREATE TABLE barred (participant VARCHAR(64) NOT NULL PRIMARY KEY, barred_at BIGINT NOT NULL)",
)
"""What one with the check made beside it."""

OPENERS = 6
"""Processes that open a database at once."""


async def make_unstamped(
    url: str, works: list[FinishedWork], *, totals: bool = True, reviewed: bool = False
) -> None:
    """A database as the last version without migrations left it, with these works.

    Without `totals`, as an earlier one did; `reviewed`, as one with the check did.
    """
    engine = create_async_engine(url)
    blob = "BLOB" if url.startswith("sqlite") else "BYTEA"
    async with engine.begin() as connection:
        for statement in UNSTAMPED:
            if "lane_totals" in statement and not totals:
                continue
            await connection.execute(text(statement.format(blob=blob)))
        for work in works:
            await insert(connection, work)
        if totals:
            counted = {
                "relays": len(works),
                "hands": sum(len(work.hands) for work in works),
                "serial": max(hand.serial for work in works for hand in work.hands),
            }
            values = "('default', 0, :relays, :hands, :serial)"
            await connection.execute(text(f"INSERT INTO lane_totals VALUES {values}"), counted)
        for statement in REVIEWED if reviewed else ():
            await connection.execute(text(statement.format(blob=blob)))
    await engine.dispose()


async def insert(connection: AsyncConnection, work: FinishedWork) -> None:
    row = msgspec.structs.asdict(work) | {
        "phrase": msgspec.msgpack.encode(work.phrase),
        "writers": bytes(work.writers),
        "ink": msgspec.msgpack.encode(work.ink),
        "held": bool(work.held),
    }
    columns = ":id, 'default', :phrase, :writers, :ink, :completed_at, :held"
    await connection.execute(text(f"INSERT INTO works VALUES ({columns})"), row)
    for number, hand in enumerate(work.hands):
        row = {"id": work.id, "number": number, "who": hand.participant, "serial": hand.serial}
        values = ":id, :number, :who, :serial"
        await connection.execute(text(f"INSERT INTO hands VALUES ({values})"), row)


async def opened_at_once(url: str) -> list[Database]:
    databases = [Database(url) for _ in range(OPENERS)]
    await asyncio.gather(*(database.open() for database in databases))
    return databases


@pytest.mark.parametrize("totals", [True, False])
async def test_a_database_from_before_migrations_is_taken_over_with_its_works(
    url: str, totals: bool
) -> None:
    stored = [make_work(number) for number in range(40)]
    await make_unstamped(url, stored, totals=totals)
    databases = await opened_at_once(url)
    works = Works(databases[0])
    assert await works.newest("default", 100) == stored[::-1]
    assert await works.store("default", [make_work(40)], ReviewState.UNJUDGED) == 41
    async with databases[0].reading() as connection:
        counted = (await connection.execute(text("SELECT * FROM lane_totals"))).one()
        hands = [hand for number in range(41) for hand in make_work(number).hands]
        serial = max(hand.serial for hand in hands)
        assert tuple(counted) == ("default", 0, 41, len(hands), serial)
    assert await works.newest("default", 100) == stored[::-1]
    for database in databases:
        await database.close()


async def test_works_from_before_the_check_are_public_unless_they_are_held(url: str) -> None:
    free, held = make_work(1), msgspec.structs.replace(make_work(2), held=1)
    await make_unstamped(url, [free, held])
    databases = await opened_at_once(url)
    works = Works(databases[0])
    assert await works.newest("default", 9) == [free]
    states = await works.states([free.id, held.id])
    assert states == {free.id: ReviewState.PUBLIC, held.id: ReviewState.WAITING}
    for database in databases:
        await database.close()


@pytest.mark.parametrize("before", ["nothing", "works", "reviewed works"])
async def test_migrations_make_the_tables_that_the_code_uses(url: str, before: str) -> None:
    if before != "nothing":
        await make_unstamped(url, [make_work(1)], reviewed=before == "reviewed works")
    (database, *others) = await opened_at_once(url)
    async with database.reading() as connection:
        assert await connection.run_sync(differences) == []
    for one in (database, *others):
        await one.close()


async def test_a_migration_that_fails_changes_nothing(url: str) -> None:
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE works (id VARCHAR(32) PRIMARY KEY)"))
    database = Database(url)
    with pytest.raises(ArchiveError):
        await database.open()
    await database.close()
    async with engine.begin() as connection:
        names = await connection.run_sync(table_names)
    assert names == {"works"}
    await engine.dispose()


def table_names(connection: Connection) -> set[str]:
    return set(connection.dialect.get_table_names(connection))


def differences(connection: Connection) -> list[object]:
    """How the tables differ from those of the code; comments are not compared."""
    context = MigrationContext.configure(connection)
    found = compare_metadata(context, metadata)
    return [one for one in found if "comment" not in str(one[0])]
