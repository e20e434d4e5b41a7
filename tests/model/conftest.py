"""The Lua library on a Valkey of its own, for the tests that hold the model against it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from hypothesis import HealthCheck, settings

from server.store import library
from server.store.embedded import EmbeddedServer
from tests.model.lua_lane import LuaLane

BASE = "jl:{model:0}"

_CALM = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]

# The ordinary run is the same every time; JIELONG_TEST_PROFILE=long looks further, at random.
settings.register_profile(
    "ordinary",
    max_examples=400,
    stateful_step_count=50,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=_CALM,
)
settings.register_profile(
    "long",
    max_examples=5_000,
    stateful_step_count=100,
    deadline=None,
    print_blob=True,
    suppress_health_check=_CALM,
)


@pytest.fixture(scope="session")
def profile() -> settings:
    """How much the state machines do; named by JIELONG_TEST_PROFILE."""
    return settings.get_profile(os.environ.get("JIELONG_TEST_PROFILE", "ordinary"))


@pytest.fixture(scope="session")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[redis.Redis]:
    """A client of an empty Valkey that has the library."""
    folder: Path = tmp_path_factory.mktemp("valkey")
    server = EmbeddedServer(folder)
    asyncio.run(server.start())
    client = redis.Redis.from_url(server.url, socket_timeout=10)
    try:
        client.function_load(library.CODE)
        yield client
    finally:
        client.close()
        asyncio.run(server.stop())


@pytest.fixture
def lua(client: redis.Redis) -> LuaLane:
    """An empty lane of the Lua library."""
    lane = LuaLane(client, BASE)
    lane.empty()
    return lane
