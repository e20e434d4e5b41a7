"""A Redis that refuses every call: the service says so, once, and recovers by itself."""

from __future__ import annotations

import asyncio
import json
import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
import redis

from tests.integration.protocol_client import Peer, open_session
from tests.integration.relays import finish, sit_down
from tests.integration.store import plain
from tests.integration.valkey import Valkey
from tests.polling import eventually
from tests.service import Service, free_port

LIMIT = 30.0

Fault = Callable[[redis.Redis, Path], AbstractContextManager[None]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("refusing") / "valkey"


@pytest.fixture(scope="module")
def valkey(folder: Path) -> Iterator[Valkey]:
    """The Valkey of the module's service."""
    server = Valkey(folder)
    server.start()
    yield server
    server.kill()


@pytest.fixture(scope="module")
def settings(valkey: Valkey) -> dict[str, object]:
    return {"redis_url": valkey.url}


@contextmanager
def out_of_memory(client: redis.Redis, _: Path) -> Iterator[None]:
    client.config_set("maxmemory", 1)
    try:
        yield
    finally:
        client.config_set("maxmemory", 0)


@contextmanager
def disk_full(client: redis.Redis, folder: Path) -> Iterator[None]:
    away = folder.rename(folder.with_name("renamed"))
    shutil.rmtree(away)  # what it has open it can write, but no new file
    client.config_set("stop-writes-on-bgsave-error", "yes")
    client.config_set("save", "3600 1")
    client.bgsave()
    deadline = time.monotonic() + LIMIT
    while client.info("persistence")["rdb_last_bgsave_status"] != "err":
        assert time.monotonic() < deadline
        time.sleep(0.02)
    try:
        yield
    finally:
        client.config_set("stop-writes-on-bgsave-error", "no")


@contextmanager
def read_only(client: redis.Redis, _: Path) -> Iterator[None]:
    client.replicaof("127.0.0.1", free_port())
    try:
        yield
    finally:
        client.replicaof("NO", "ONE")


@contextmanager
def too_few_replicas(client: redis.Redis, _: Path) -> Iterator[None]:
    client.config_set("min-replicas-to-write", 1)
    try:
        yield
    finally:
        client.config_set("min-replicas-to-write", 0)


@contextmanager
def no_calls_permitted(client: redis.Redis, _: Path) -> Iterator[None]:
    client.execute_command("ACL", "SETUSER", "default", "-fcall")
    try:
        yield
    finally:
        client.execute_command("ACL", "SETUSER", "default", "+@all")


def why_not_ready(service: Service) -> str | None:
    """The reason that `/readyz` gives; None when it says ready."""
    try:
        with urllib.request.urlopen(f"{service.url}/readyz", timeout=10):
            return None
    except urllib.error.HTTPError as error:
        assert error.code == 503
        why = json.load(error)["why"]
        assert isinstance(why, str)
        return why


def refusing(service: Service) -> dict[str, float]:
    """The gauge of refusals by reason."""
    with urllib.request.urlopen(f"{service.url}/metrics", timeout=10) as answer:
        lines = answer.read().decode().splitlines()
    name = 'jielong_store_refusing{reason="'
    rows = (line.removeprefix(name).split('"') for line in lines if line.startswith(name))
    return {row[0]: float(row[-1].removeprefix("} ")) for row in rows}


async def until_not_ready(service: Service, reason: str) -> None:
    async def says_why() -> bool:
        return reason in (await asyncio.to_thread(why_not_ready, service) or "")

    await eventually(says_why, LIMIT)


async def until_ready(service: Service) -> None:
    async def is_ready() -> bool:
        return await asyncio.to_thread(why_not_ready, service) is None

    await eventually(is_ready, LIMIT)


async def relay(service: Service) -> None:
    """Two strangers are seated and finish a work."""

    async def connect() -> Peer:
        return await open_session(service)

    await finish(await sit_down(connect), 0, 2)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (out_of_memory, "out of memory"),
        (too_few_replicas, "too few replicas"),
        (read_only, "read-only"),
        (no_calls_permitted, "not permitted"),
        (disk_full, "disk full"),
    ],
)
async def test_it_is_not_ready_with_the_reason_and_ready_again_by_itself(
    shared: Service, valkey: Valkey, folder: Path, fault: Fault, reason: str
) -> None:
    await until_ready(shared)
    assert set(refusing(shared).values()) == {0.0}
    with plain(valkey) as client, fault(client, folder):
        peer = await open_session(shared)
        await peer.send("join")
        assert (await peer.expect("error", code="busy", re="join"))["retry_ms"] > 0
        await until_not_ready(shared, reason)
        assert refusing(shared)[reason] == 1.0
    await until_ready(shared)
    assert set(refusing(shared).values()) == {0.0}
    assert "refused the subscription" not in shared.log.read_text()
    await peer.send("join")
    await peer.expect("waiting")
    await peer.quit()
    await relay(shared)


async def test_it_is_logged_once_when_it_begins_and_once_when_it_ends(
    serve: Callable[..., Service], valkey: Valkey
) -> None:
    service = serve(redis_url=valkey.url)
    peers = [await open_session(service) for _ in range(4)]
    with plain(valkey) as client:
        before = service.log.read_text().count("\n")
        with out_of_memory(client, Path()):
            for _ in range(10):
                for peer in peers:
                    await peer.send("join")
                    await peer.expect("error", code="busy")
            await until_not_ready(service, "out of memory")

        async def ended() -> bool:
            return "redis serves calls again" in service.log.read_text()

        await eventually(ended, LIMIT)
    lines = service.log.read_text().splitlines()[before:]
    said = [line for line in lines if "refuses calls" in line or "serves calls again" in line]
    assert len(said) == 2, said
    assert "redis refuses calls" in said[0]
    assert "reason='out of memory'" in said[0]
    refused = int(said[1].partition("refused=")[2].split()[0])
    assert refused >= 40


async def test_a_user_that_may_not_add_to_the_stream_finishes_no_work_by_half(
    serve: Callable[..., Service], valkey: Valkey
) -> None:
    """Without this check the counters would go up with every attempt."""
    service = serve(redis_url=valkey.url)
    with plain(valkey) as client:
        counted = client.hgetall("jl:{default:0}:counters")
        client.execute_command("ACL", "SETUSER", "default", "-xadd")
        client.client_kill_filter(_type="normal", skipme=True)
        await until_not_ready(service, "not permitted")
        assert "XADD" in service.log.read_text()
        assert client.hgetall("jl:{default:0}:counters") == counted
        client.execute_command("ACL", "SETUSER", "default", "+@all")
    await until_ready(service)
    await relay(service)
