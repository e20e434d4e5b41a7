"""Fixtures of the tests that talk to the real service over its wire."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from server.archive.database import Database
from server.store import library
from tests.integration.console import ConsoleClient
from tests.integration.postgresql import PostgreSQL
from tests.integration.protocol_client import MSGPACK, Peer, open_session
from tests.integration.store import Store, plain
from tests.integration.valkey import Valkey
from tests.service import Service

STORE_SECONDS, DATABASE_SECONDS = 30.0, 60.0

Connect = Callable[..., Awaitable[Peer]]


@pytest.fixture(scope="module")
def postgresql() -> Iterator[PostgreSQL]:
    """The PostgreSQL of a module; each test makes a database of its own."""
    server = PostgreSQL()
    server.start()
    yield server
    server.remove()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'works.sqlite'}"
    server: PostgreSQL = request.getfixturevalue("postgresql")
    return server.new_database()


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    """It is open; a test that hangs on it fails."""
    database = Database(url)
    await database.open()
    async with asyncio.timeout(DATABASE_SECONDS):
        yield database
    await database.close()


@pytest.fixture
async def store(valkey: Valkey) -> AsyncIterator[Store]:
    """The store's classes on it, with the library loaded; a test that hangs on them fails."""
    with plain(valkey) as client:
        client.function_load(library.CODE, replace=True)
    store = Store(valkey.url)
    async with asyncio.timeout(STORE_SECONDS):
        yield store
    await store.close()


@pytest.fixture
async def connect(shared: Service) -> AsyncIterator[Connect]:
    """Greets the module's service; at the end everybody gives up the seat and goes."""
    peers: list[Peer] = []

    async def open_one(wire: str | None = MSGPACK, **hello: object) -> Peer:
        peer = await open_session(shared, wire, **hello)
        peers.append(peer)
        return peer

    yield open_one
    for peer in peers:
        await peer.quit()


@pytest.fixture
async def owner(shared: Service) -> AsyncIterator[ConsoleClient]:
    """The owner of the setting, signed in to the console of the module's service."""
    async with ConsoleClient(shared) as client:
        assert (await client.sign_in()).status_code == 303
        yield client
