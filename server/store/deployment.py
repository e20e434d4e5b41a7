"""Which Redis there is, and which of its nodes serves a key: one server, Sentinel, or a Cluster.

    redis://[user:password@]host:port[/db]            one server; rediss:// with TLS
    unix:///path/to/socket                            one server
    redis+sentinel://host:port,host:port/service      the master that Sentinel names
    redis+cluster://host:port,host:port               a Cluster; its nodes are asked for the rest

The last two take credentials in the same way; with TLS they are `rediss+sentinel` and
`rediss+cluster`. TLS options are those of redis-py, in the query: `?ssl_ca_certs=/path`.

A client belongs to one node. After a failover its owner calls `refresh` and asks for a new one.
"""

from __future__ import annotations

import abc
import random
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

import redis.asyncio
from redis.asyncio.connection import parse_url
from redis.asyncio.sentinel import MasterNotFoundError, Sentinel
from redis.backoff import NoBackoff
from redis.crc import key_slot
from redis.exceptions import RedisError
from redis.retry import Retry

from server.store.errors import DeploymentError
from server.store.lost_connections import report_lost_connections

CALL_SECONDS = 2.0
"""Longest wait for an answer; after it the connection counts as lost."""

_T = TypeVar("_T")


class Deployment(abc.ABC):
    """A Redis of any kind."""

    @abc.abstractmethod
    async def refresh(self) -> None:
        """Find out which nodes there are now.

        Raises:
            RedisError, OSError: none of them answers.
        """

    @abc.abstractmethod
    def client(self, key: str, *, seconds: float | None = CALL_SECONDS) -> redis.asyncio.Redis:
        """A client of the node that serves `key`; it connects when first used.

        Args:
            key: a key or channel.
            seconds: longest wait for an answer; None for no limit.
        """

    @property
    @abc.abstractmethod
    def spread(self) -> bool:
        """Whether different keys may be on different nodes."""

    @abc.abstractmethod
    async def on_every_node(self, action: Callable[[redis.asyncio.Redis], Awaitable[None]]) -> None:
        """Do something on every node that may be written."""


class OneServer(Deployment):
    """A single server."""

    spread = False

    def __init__(self, url: str) -> None:
        """The server at `url`."""
        self._url = url

    async def refresh(self) -> None:
        """Nothing to do."""

    def client(self, key: str, *, seconds: float | None = CALL_SECONDS) -> redis.asyncio.Redis:
        """A client of the server."""
        return _from_url(self._url, seconds)

    async def on_every_node(self, action: Callable[[redis.asyncio.Redis], Awaitable[None]]) -> None:
        """Do it on the server."""
        await _do_with(self.client(""), action)


class _Sentinel(Sentinel):
    """redis-py's, with a short message when it finds no master."""

    async def discover_master(self, service_name: str) -> tuple[str, int]:
        """Where the master is.

        Raises:
            MasterNotFoundError: no Sentinel names one.
        """
        try:
            host, port = await super().discover_master(service_name)
        except MasterNotFoundError as error:
            places = ", ".join(f"{host}:{port}" for host, port in self._places)
            raise MasterNotFoundError(
                f"no Sentinel at {places} names a master {service_name!r} that can be reached"
            ) from error
        return host, port

    @property
    def _places(self) -> list[tuple[str, int]]:
        options = [client.connection_pool.connection_kwargs for client in self.sentinels]
        return [(option["host"], option["port"]) for option in options]


class SentinelDeployment(Deployment):
    """A master that Sentinel watches; it is looked up for every new connection."""

    spread = False

    def __init__(self, url: str) -> None:
        """The service named by the path of `url`."""
        parts = urlsplit(url)
        self._service, _, database = parts.path.lstrip("/").partition("/")
        if not self._service:
            raise DeploymentError("redis+sentinel:// needs the service's name as its path")
        self._hosts = _hosts(url, default_port=26_379)
        self._options = _options(url) | ({"db": int(database)} if database else {})

    async def refresh(self) -> None:
        """Nothing to do: a new connection asks Sentinel."""

    def client(self, key: str, *, seconds: float | None = CALL_SECONDS) -> redis.asyncio.Redis:
        """A client of the master."""
        tls = {name: value for name, value in self._options.items() if name.startswith("ssl")}
        sentinel = _Sentinel(  # type: ignore[no-untyped-call]
            self._hosts, sentinel_kwargs={"socket_timeout": CALL_SECONDS, **tls}
        )
        for client in sentinel.sentinels:
            report_lost_connections(client)
        return report_lost_connections(
            sentinel.master_for(self._service, **self._options, **_time_limits(seconds))
        )

    async def on_every_node(self, action: Callable[[redis.asyncio.Redis], Awaitable[None]]) -> None:
        """Do it on the master; replicas get functions from it."""
        await _do_with(self.client(""), action)


class ClusterDeployment(Deployment):
    """A Cluster, known by the map of its slots."""

    spread = True

    def __init__(self, url: str) -> None:
        """The Cluster that any of the hosts of `url` belongs to."""
        self._seeds = _hosts(url, default_port=6_379)
        self._options = _options(url)
        self._ranges: list[tuple[int, int, tuple[str, int]]] = []

    async def refresh(self) -> None:
        """Read the map of slots from any node that answers."""
        known = [node for _, _, node in self._ranges]
        hosts = list(dict.fromkeys([*random.sample(known, len(known)), *self._seeds]))
        error: Exception = DeploymentError("no node of the Cluster is known")
        for host in hosts:
            client = self._node(host, CALL_SECONDS)
            try:
                slots: Any = await client.execute_command("CLUSTER SLOTS")  # type: ignore[no-untyped-call]
                self._ranges = [_range(entry, host) for entry in _raw_slots(slots)]
                return
            except (RedisError, OSError) as failure:
                error = failure
            finally:
                await client.aclose()
        raise error

    def client(self, key: str, *, seconds: float | None = CALL_SECONDS) -> redis.asyncio.Redis:
        """A client of the master that serves the key's slot."""
        return self._node(self._node_of(key), seconds)

    async def on_every_node(self, action: Callable[[redis.asyncio.Redis], Awaitable[None]]) -> None:
        """Do it on every master."""
        for host in dict.fromkeys(node for _, _, node in self._ranges):
            await _do_with(self._node(host, CALL_SECONDS), action)

    def _node_of(self, key: str) -> tuple[str, int]:
        slot = key_slot(key.encode())
        for first, last, node in self._ranges:
            if first <= slot <= last:
                return node
        return self._seeds[0]

    def _node(self, host: tuple[str, int], seconds: float | None) -> redis.asyncio.Redis:
        options = self._options | _time_limits(seconds)
        return report_lost_connections(redis.asyncio.Redis(host=host[0], port=host[1], **options))


def deployment(url: str) -> Deployment:
    """The deployment that a URL names.

    Raises:
        DeploymentError: it names none.
    """
    try:
        named = _named(url)
        # Only a connection looks at all the options; this one is not opened.
        named.client("").connection_pool.make_connection()  # type: ignore[no-untyped-call]
    except (ValueError, TypeError) as error:
        raise DeploymentError(f"JIELONG_REDIS_URL cannot be read: {error}") from error
    return named


def _named(url: str) -> Deployment:
    scheme = urlsplit(url).scheme
    if scheme in {"redis", "rediss", "unix"}:
        return OneServer(url)
    if scheme in {"redis+sentinel", "rediss+sentinel"}:
        return SentinelDeployment(url)
    if scheme in {"redis+cluster", "rediss+cluster"}:
        return ClusterDeployment(url)
    raise DeploymentError(
        f"{scheme or url!r} is no Redis URL: redis://, rediss://, unix://, "
        "redis+sentinel:// or redis+cluster://"
    )


def _time_limits(seconds: float | None) -> dict[str, Any]:
    return {
        "socket_connect_timeout": CALL_SECONDS,
        "socket_timeout": seconds,
        "retry": Retry(NoBackoff(), 0),
        "protocol": 2,
    }


def _from_url(url: str, seconds: float | None) -> redis.asyncio.Redis:
    return report_lost_connections(redis.asyncio.Redis.from_url(url, **_time_limits(seconds)))


async def _do_with(
    client: redis.asyncio.Redis, action: Callable[[redis.asyncio.Redis], Awaitable[_T]]
) -> _T:
    try:
        return await action(client)
    finally:
        await client.aclose()


def _hosts(url: str, *, default_port: int) -> list[tuple[str, int]]:
    netloc = urlsplit(url).netloc.rpartition("@")[2]
    hosts = []
    for entry in netloc.split(","):
        try:
            parts = urlsplit(f"//{entry}")
            hosts.append((parts.hostname or "127.0.0.1", parts.port or default_port))
        except ValueError as error:
            raise DeploymentError(f"{entry!r} is no host and port") from error
    return hosts


def _options(url: str) -> dict[str, Any]:
    """Credentials and query options of a URL with several hosts, as redis-py reads them."""
    parts = urlsplit(url)
    credentials = parts.netloc.rpartition("@")[0]
    netloc = f"{credentials}@host" if credentials else "host"
    scheme = parts.scheme.partition("+")[0]
    plain = urlunsplit((scheme, netloc, "", parts.query, ""))
    options: dict[str, Any] = dict(parse_url(plain))
    for name in ("host", "port", "connection_class"):
        options.pop(name, None)
    if scheme == "rediss":
        options["ssl"] = True
    return options


def _raw_slots(slots: Any) -> list[Any]:
    """`CLUSTER SLOTS` as the server sent it, or as redis-py has parsed it."""
    if isinstance(slots, dict):
        return [[first, last, node["primary"]] for (first, last), node in slots.items()]
    return list(slots)


def _range(entry: Any, asked: tuple[str, int]) -> tuple[int, int, tuple[str, int]]:
    first, last, (host, port, *_) = entry[0], entry[1], entry[2]
    name = host.decode() if isinstance(host, bytes) else host
    return int(first), int(last), (name or asked[0], int(port))
