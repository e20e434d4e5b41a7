"""Workers of the last release and of this version call their own Lua libraries on one lane."""

from __future__ import annotations

import asyncio
import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from server.store import library
from server.store.embedded import EmbeddedServer
from tests.model.lua_lane import LuaLane
from tests.model.machine import Machine
from tests.upgrade.versions import RECORDED

LAST_RELEASE = (RECORDED / "0.1.0" / "library.lua").read_text(encoding="utf-8")
BASE = "jl:{upgrade:0}"
SOME = settings(
    max_examples=15,
    stateful_step_count=40,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


class TwoVersions(LuaLane):
    """A lane that is called in turn by a worker of the last release and by one of this version."""

    def __init__(self, client: redis.Redis, base: str) -> None:
        super().__init__(client, base)
        found = re.match(r"#!lua name=(\S+)", LAST_RELEASE)
        assert found
        self._last = found[1]
        self._names = itertools.cycle((self._last, library.NAME))
        self.calls = 0

    def _call(self, name: str, *arguments: str | int | bytes) -> Any:
        self.calls += 1
        library_name = next(self._names)
        if f"'{self._last}_{name}'" not in LAST_RELEASE:
            library_name = library.NAME  # a call that only workers of this version make
        return self.client.fcall(f"{library_name}_{name}", 1, self.base, *arguments)


@pytest.fixture
def lane(tmp_path: Path) -> Iterator[TwoVersions]:
    """An empty lane of a Valkey that has both libraries."""
    server = EmbeddedServer(tmp_path)
    asyncio.run(server.start())
    client = redis.Redis.from_url(server.url, socket_timeout=10)
    for code in (LAST_RELEASE, library.CODE):
        client.function_load(code, replace=True)
    yield TwoVersions(client, BASE)
    client.close()
    asyncio.run(server.stop())


class MachineOfBoth(Machine):
    """What workers of both versions can do."""

    keeps_apart = False


def test_rooms_in_progress_go_on_in_both_versions_by_the_same_rules(lane: TwoVersions) -> None:
    run_state_machine_as_test(lambda: MachineOfBoth(lane), settings=SOME)
    assert lane.calls > 300
