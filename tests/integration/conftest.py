"""Fixtures of the tests that talk to the real service over its wire."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from server.store import library
from tests.integration.store import Store, plain
from tests.integration.valkey import Valkey
from tests.integration.wire import MSGPACK, Peer, greet
from tests.service import Service, start_service

STORE_SECONDS = 30.0

Connect = Callable[..., Awaitable[Peer]]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """Settings of the module's service; a module with wishes has its own."""
    return {}


@pytest.fixture(scope="module")
def shared(
    settings: dict[str, object], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """One service for all tests of a module, which must not have failed inside by their end."""
    folder: Path = tmp_path_factory.mktemp("service")
    service = start_service(folder / "data", **settings)  # type: ignore[arg-type]
    yield service
    assert service.stop() == 0
    assert "Traceback" not in service.log.read_text()


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[Valkey]:
    """A Valkey of one's own."""
    server = Valkey(tmp_path / "valkey")
    server.start()
    yield server
    server.kill()


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
        peer = await greet(shared, wire, **hello)
        peers.append(peer)
        return peer

    yield open_one
    for peer in peers:
        await peer.quit()
