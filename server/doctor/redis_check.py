"""Redis: whether it answers, is new enough, permits what we need, and keeps what it is given."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import redis.asyncio
from redis.exceptions import AuthenticationError, MovedError, RedisError, ResponseError
from redis.exceptions import ConnectionError as LostError
from redis.exceptions import TimeoutError as LateError

from server.doctor.finding import Finding, advice, ok, problem, warning
from server.settings import Settings
from server.store import keys, library
from server.store.deployment import Deployment, deployment
from server.store.durability import Durability
from server.store.embedded import EmbeddedError, EmbeddedServer, find_server
from server.store.errors import StoreError
from server.store.refusals import Reason, reason_of_exception

OLDEST, OLDEST_WITH_WAITAOF = (7, 0), (7, 2)
SMALL_MEMORY = 256 * 1024 * 1024
FULL_SHARE = 0.8
CLOCK_SECONDS, CLOCK_WRONG_SECONDS = 1.0, 60.0
FAR_SECONDS = 0.005
PINGS = 5

TRIED_KEYS = 200
"""Until one is of the node's slots."""

REFUSED = {
    Reason.OUT_OF_MEMORY: "give Redis more memory: raise maxmemory",
    Reason.DISK_FULL: "make room on Redis' disk; its log has its own words",
    Reason.READ_ONLY: "name the master in JIELONG_REDIS_URL",
    Reason.TOO_FEW_REPLICAS: "bring a replica back, or lower min-replicas-to-write",
    Reason.LOADING: "wait until it has read its files",
}
"""What to do when Redis answers and refuses every call, whatever our rights are."""


async def check_redis(settings: Settings) -> list[Finding]:
    """Look at every node of the Redis that the settings name."""
    if not settings.redis_url:
        return await _check_embedded(settings)
    try:
        named = deployment(settings.redis_url)
    except StoreError as error:
        return [
            problem("redis", str(error), "see docs/operate/redis.md for the forms of its address")
        ]
    return [*_transport(settings.redis_url), *await _check_nodes(named, settings)]


async def _check_embedded(settings: Settings) -> list[Finding]:
    try:
        program = find_server()
    except EmbeddedError as error:
        return [problem("redis", str(error), "set JIELONG_REDIS_URL, or install valkey-server")]
    server = EmbeddedServer(settings.data.resolve(), settings.durability)
    named = deployment(server.url)
    client = named.client(keys.lane("doctor"))
    try:
        with contextlib.suppress(ResponseError):  # it refuses a ping while its disk is full
            await client.ping()
    except (LostError, LateError, OSError):
        return [ok("redis", f"the embedded Valkey does not run now; it will be {program}")]
    finally:
        await client.aclose()
    return await _check_nodes(named, settings)


async def _check_nodes(named: Deployment, settings: Settings) -> list[Finding]:
    found: list[Finding] = []

    async def check(client: redis.asyncio.Redis) -> None:
        found.extend(await _check_node(client, settings))

    try:
        await named.refresh()
        await named.on_every_node(check)
    except AuthenticationError as error:
        return [
            problem(
                "redis",
                f"it refuses our user: {error}",
                "mend user and password in JIELONG_REDIS_URL",
            )
        ]
    except (RedisError, OSError, StoreError) as error:
        return [
            *found,
            problem(
                "redis",
                f"it cannot be used: {error or type(error).__name__}",
                "start it, and check JIELONG_REDIS_URL, the firewall and its `bind`",
            ),
        ]
    return found


async def _check_node(client: redis.asyncio.Redis, settings: Settings) -> list[Finding]:
    found = [*await _clock_and_distance(client)]
    try:
        info: dict[str, Any] = await client.info()
    except RedisError as error:
        cure = "allow it: ACL SETUSER <user> +info"
        found.append(warning("redis", f"it does not tell about itself: {error}", cure))
    else:
        found += _version(info, settings)
        found += _memory(info)
        found += _persistence(info, settings)
        found += _replication(info, settings)
    return [*found, await _rights(client)]


async def _clock_and_distance(client: redis.asyncio.Redis) -> list[Finding]:
    times = []
    for _ in range(PINGS):
        began = time.perf_counter()
        seconds, micros = await client.time()
        times.append(time.perf_counter() - began)
    away = sorted(times)[len(times) // 2]
    ahead = seconds + micros / 1e6 - time.time()
    cure = "let both machines follow a time server (chrony, systemd-timesyncd)"
    said = (
        f"the clock of Redis is {abs(ahead):.1f} s {'ahead of' if ahead > 0 else 'behind'} this one"
    )
    if abs(ahead) > CLOCK_WRONG_SECONDS:
        clock = problem("clock", said, cure)
    elif abs(ahead) > CLOCK_SECONDS:
        clock = warning("clock", said, cure)
    else:
        clock = ok("clock", "Redis and this machine agree")
    said = f"an answer takes {away * 1_000:.1f} ms"
    cure = "put Redis and the workers into one data centre: each commit waits for it"
    return [clock, warning("redis", said, cure) if away > FAR_SECONDS else ok("redis", said)]


def _version(info: dict[str, Any], settings: Settings) -> Iterator[Finding]:
    name = "Valkey" if "valkey_version" in info else "Redis"
    version = str(info.get("valkey_version") or info["redis_version"])
    number = tuple(map(int, version.split(".")[:2]))
    if number < OLDEST:
        yield problem(
            "redis", f"this is {name} {version}, without functions", "install Redis 7 or Valkey"
        )
    elif number < OLDEST_WITH_WAITAOF and settings.durability is Durability.AOF:
        yield problem(
            "redis",
            f"{name} {version} has no WAITAOF",
            "install 7.2 or later, or lower JIELONG_DURABILITY",
        )
    else:
        yield ok("redis", f"this is {name} {version}")


def _memory(info: dict[str, Any]) -> Iterator[Finding]:
    most, used, policy = info["maxmemory"], info["used_memory"], info["maxmemory_policy"]
    if policy != "noeviction":
        yield problem(
            "memory",
            f"maxmemory-policy is {policy}: a full Redis would throw rooms and counters away",
            "set `maxmemory-policy noeviction` in its configuration",
        )
    if not most:
        yield ok("memory", f"{_megabytes(used)} in use, without a limit")
    elif used > FULL_SHARE * most:
        yield warning(
            "memory",
            f"{_megabytes(used)} of {_megabytes(most)} are in use; when it is full nobody can join",
            "raise maxmemory",
        )
    elif most < SMALL_MEMORY:
        yield warning(
            "memory",
            f"maxmemory is {_megabytes(most)}; when it is full nobody can join",
            "give it a gigabyte: 10,000 rooms take about 50 MB, and a waiting work 1.2 KB",
        )
    else:
        yield ok("memory", f"{_megabytes(used)} of {_megabytes(most)} in use")


def _persistence(info: dict[str, Any], settings: Settings) -> Iterator[Finding]:
    if info.get("loading"):
        yield problem("persistence", "Redis still reads its files", "wait until it is done")
    if info.get("aof_enabled"):
        if info.get("aof_last_write_status", "ok") != "ok":
            yield problem(
                "persistence", "the append-only file cannot be written", "make room on Redis' disk"
            )
        else:
            yield ok("persistence", "the append-only file is on")
    elif settings.durability is Durability.AOF:
        yield problem(
            "persistence",
            "JIELONG_DURABILITY=aof, but Redis has no append-only file",
            "set `appendonly yes` in its configuration",
        )
    elif settings.durability is not Durability.REPLICA:
        yield warning(
            "persistence",
            "Redis keeps no append-only file: a restart loses open rooms, works not in SQL "
            "yet" + ("" if settings.secret else ", and the key of everybody's token"),
            "set `appendonly yes` in its configuration",
        )
    if info.get("rdb_last_bgsave_status", "ok") != "ok":
        yield warning(
            "persistence",
            "the last snapshot failed",
            "look into Redis' log; mostly the disk is full",
        )


def _replication(info: dict[str, Any], settings: Settings) -> Iterator[Finding]:
    if info.get("role") != "master":
        yield problem(
            "redis",
            "this is a replica, which cannot be written",
            "name the master in JIELONG_REDIS_URL",
        )
    there = int(info.get("connected_slaves", 0))
    if settings.durability is Durability.REPLICA and there < settings.replicas:
        yield problem(
            "replicas",
            f"{there} of JIELONG_REPLICAS={settings.replicas} replicas are connected, so "
            "nobody is told of anything",
            "bring them back, or lower JIELONG_REPLICAS",
        )


async def _rights(client: redis.asyncio.Redis) -> Finding:
    try:
        await library.load(client)
        await _probe(client)
    except StoreError as error:
        return problem(
            "rights",
            str(error).partition(";")[0],
            str(error).partition("; ")[2] or "see docs/operate/redis.md",
        )
    except RedisError as error:
        reason = reason_of_exception(error)
        if reason in REFUSED:
            return problem("calls", f"Redis refuses them: {reason.value}", REFUSED[reason])
        return problem(
            "rights",
            f"the functions cannot be loaded or called: {error}",
            "give the user the rights of docs/operate/redis.md",
        )
    return ok("rights", "our user may do all that is needed")


async def _probe(client: redis.asyncio.Redis) -> None:
    """Call a function on a key that the node serves: each node of a Cluster serves some only."""
    for number in range(TRIED_KEYS):
        try:
            await library.probe(client, keys.lane(f"doctor-{number}"))
            return
        except MovedError:
            if number == TRIED_KEYS - 1:
                raise


def _transport(url: str) -> Iterator[Finding]:
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2].partition(":")[0]
    if parts.scheme == "unix" or host in {"127.0.0.1", "localhost", ""}:
        return
    if "@" not in parts.netloc:
        yield advice(
            "redis", "it asks for no password", "give our user one: see docs/operate/redis.md"
        )
    elif not parts.scheme.startswith("rediss"):
        yield advice(
            "redis",
            "the password and all ink go over the network unencrypted",
            "use rediss:// unless the network is private",
        )


def _megabytes(number: int) -> str:
    return f"{number / 1024 / 1024:,.0f} MiB"
