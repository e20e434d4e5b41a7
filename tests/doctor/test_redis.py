"""What the doctor says of a Redis that is not as the service needs it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis

from server.doctor.finding import Finding, Level
from server.doctor.redis_check import check_redis
from server.settings import Settings
from server.store.embedded import EmbeddedServer
from tests.integration.valkey import Valkey
from tests.service import free_port


@pytest.fixture(scope="module")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    """One server for all tests; each sets right what it has set wrong."""
    valkey = Valkey(tmp_path_factory.mktemp("valkey"))
    valkey.start()
    yield valkey
    valkey.kill()


@pytest.fixture
def admin(valkey: Valkey) -> Iterator[redis.Redis]:
    """Changes the configuration, and takes every change back."""
    with redis.Redis(port=valkey.port) as client:
        before = {
            name: client.config_get(name)[name]
            for name in ("maxmemory", "maxmemory-policy", "appendonly", "min-replicas-to-write")
        }
        yield client
        for name, value in before.items():
            client.config_set(name, value)


async def look(url: str, **settings: Any) -> dict[str, Finding]:
    """The worst finding of each subject."""
    found = await check_redis(Settings(redis_url=url, **settings))
    return {it.subject: it for it in sorted(found, key=lambda it: it.level)}


async def test_a_sound_one_is_found_sound(valkey: Valkey) -> None:
    found = await look(valkey.url, durability="aof")
    assert {it.level for it in found.values()} == {Level.OK}, found
    assert set(found) == {"redis", "clock", "memory", "persistence", "rights"}


async def test_one_that_throws_keys_away_is_a_problem(valkey: Valkey, admin: redis.Redis) -> None:
    admin.config_set("maxmemory-policy", "allkeys-lru")
    memory = (await look(valkey.url))["memory"]
    assert memory.level is Level.PROBLEM
    assert "allkeys-lru" in memory.found
    assert "noeviction" in memory.cure


async def test_one_with_little_memory_will_be_full(valkey: Valkey, admin: redis.Redis) -> None:
    admin.config_set("maxmemory", "100mb")
    assert (await look(valkey.url))["memory"].level is Level.WARNING
    admin.config_set("maxmemory", str(int(admin.info("memory")["used_memory"] * 1.1)))
    memory = (await look(valkey.url))["memory"]
    assert memory.level is Level.WARNING
    assert "in use" in memory.found


async def test_without_an_append_only_file_it_is_as_bad_as_what_was_asked_for(
    valkey: Valkey, admin: redis.Redis
) -> None:
    admin.config_set("appendonly", "no")
    kept = (await look(valkey.url))["persistence"]
    assert (kept.level, "token" in kept.found) == (Level.WARNING, True)
    assert "token" not in (await look(valkey.url, secret="x" * 40))["persistence"].found
    kept = (await look(valkey.url, durability="aof"))["persistence"]
    assert (kept.level, kept.cure) == (
        Level.PROBLEM,
        "set `appendonly yes` in its configuration",
    )


async def test_missing_replicas_are_a_problem_where_they_are_waited_for(valkey: Valkey) -> None:
    found = await look(valkey.url, durability="replica", replicas=2)
    assert found["replicas"].level is Level.PROBLEM
    assert "0 of JIELONG_REPLICAS=2" in found["replicas"].found


async def test_an_embedded_one_whose_disk_is_full_still_runs(tmp_path: Path) -> None:
    server = EmbeddedServer(tmp_path)
    await server.start()
    try:
        with redis.Redis(unix_socket_path=server.url.removeprefix("unix://")) as client:
            client.execute_command("ACL", "SETUSER", "default", "-ping")  # as a full disk does
        found = await look("", data=tmp_path)
    finally:
        await server.stop()
    assert "Valkey" in found["redis"].found
    assert "rights" in found


@pytest.mark.parametrize(
    ("rights", "cure"),
    [
        (("+@all", "-xadd"), "+xadd"),
        (("+@all", "-function"), "docs/operate/redis.md"),
    ],
)
async def test_a_user_without_rights_is_told_which(
    valkey: Valkey, admin: redis.Redis, rights: tuple[str, ...], cure: str
) -> None:
    admin.execute_command(
        "ACL", "SETUSER", "poor", "reset", "on", ">word", "~jl:*", "&jl:*", *rights
    )
    found = await look(f"redis://poor:word@127.0.0.1:{valkey.port}")
    assert found["rights"].level is Level.PROBLEM
    assert cure in found["rights"].cure, found["rights"]


async def test_a_redis_that_is_full_is_not_taken_for_one_without_rights(
    valkey: Valkey, admin: redis.Redis
) -> None:
    admin.config_set("maxmemory", 1)
    found = await look(valkey.url)
    assert "rights" not in found
    assert found["calls"].level is Level.PROBLEM
    assert "maxmemory" in found["calls"].cure


async def test_a_user_who_may_not_ask_for_figures_is_looked_at_all_the_same(
    valkey: Valkey, admin: redis.Redis
) -> None:
    admin.execute_command(
        *("ACL", "SETUSER", "mute", "reset", "on", ">word", "~jl:*", "&jl:*", "+@all", "-info")
    )
    found = await look(f"redis://mute:word@127.0.0.1:{valkey.port}")
    assert (found["redis"].level, found["rights"].level) == (Level.WARNING, Level.OK)


async def test_a_wrong_password_and_a_wrong_address_are_problems(valkey: Valkey) -> None:
    for url in (
        f"redis://poor:wrong@127.0.0.1:{valkey.port}",
        f"redis://127.0.0.1:{free_port()}",
        "http://127.0.0.1",
    ):
        found = await look(url)
        assert set(found) == {"redis"}
        assert found["redis"].level is Level.PROBLEM
        assert found["redis"].cure
