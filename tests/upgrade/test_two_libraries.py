"""Workers of an earlier release and of this version call their own Lua libraries on one lane."""

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

RELEASES = sorted(path.parent.name for path in RECORDED.glob("*/library.lua"))
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
    """A lane that is called in turn by workers of an earlier release and of this version."""

    def __init__(self, client: redis.Redis, base: str, earlier: str) -> None:
        """`earlier` is the library of the earlier release."""
        super().__init__(client, base)
        found = re.match(r"#!lua name=(\S+)", earlier)
        assert found
        self._earlier, self._earlier_name = earlier, found[1]
        self._names = itertools.cycle((self._earlier_name, library.NAME))
        self.calls = 0

    def _call(self, name: str, *arguments: str | int | bytes) -> Any:
        self.calls += 1
        library_name = next(self._names)
        if f"'{self._earlier_name}_{name}'" not in self._earlier:
            library_name = library.NAME  # a call that only workers of this version make
        return self.client.fcall(f"{library_name}_{name}", 1, self.base, *arguments)


@pytest.fixture(params=RELEASES)
def lane(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TwoVersions]:
    """An empty lane of a Valkey that has both libraries."""
    earlier = (RECORDED / request.param / "library.lua").read_text(encoding="utf-8")
    server = EmbeddedServer(tmp_path)
    asyncio.run(server.start())
    client = redis.Redis.from_url(server.url, socket_timeout=10)
    for code in (earlier, library.CODE):
        client.function_load(code, replace=True)
    yield TwoVersions(client, BASE, earlier)
    client.close()
    asyncio.run(server.stop())


class MachineOfBoth(Machine):
    """What workers of both versions can do."""

    keeps_apart = False


def test_rooms_in_progress_go_on_in_both_versions_by_the_same_rules(lane: TwoVersions) -> None:
    run_state_machine_as_test(lambda: MachineOfBoth(lane), settings=SOME)
    assert lane.calls > 300
