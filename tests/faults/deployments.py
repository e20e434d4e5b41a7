"""The three Redis deployments that the service runs on, and the faults of each."""

from __future__ import annotations

import abc
import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from redis.crc import key_slot
from redis.exceptions import RedisError

from server.store import keys
from tests.faults.schedule import Weights
from tests.faults.valkey import Valkey
from tests.service import reserve_port
from tests.settable_clock import SettableClock

WHOLE_SECONDS = 30.0
LANE = keys.lane("default")
"""The lane that exists from the start."""


class Deployment(abc.ABC):
    """A Redis deployment with its files in a folder.

    Attributes:
        fault_weights: how often each fault comes.
        fault_gap: seconds that it needs to recover from a fault.
        may_lose_writes: whether a failover may lose writes that only the master has.
        shards: the number of masters.
        replicas_each: the number of replicas of each master.
    """

    name: str
    fault_weights: Weights
    fault_gap: float
    may_lose_writes: bool
    shards = 1
    replicas_each = 1
    nodes: list[Valkey]

    @property
    @abc.abstractmethod
    def url(self) -> str:
        """The address for the service."""

    @abc.abstractmethod
    async def start(self) -> None:
        """Start all servers and wait until all have met."""

    def end(self) -> None:
        """Kill all servers, stopped ones too."""
        for node in self.nodes:
            node.kill()

    @abc.abstractmethod
    async def masters(self) -> list[Valkey]:
        """The masters; the one that serves `LANE` is the first."""

    async def master_of(self, base: str) -> Valkey:
        """The master that serves a lane."""
        return (await self.masters())[0]

    @abc.abstractmethod
    async def replicas(self) -> list[Valkey]:
        """The replicas; those of `LANE` are the first."""

    async def order_failover(self) -> None:
        """Let a replica of the lane's master take over, and wait until it has.

        Raises:
            RedisError: the failover is refused.
        """
        before = await self.masters()
        await self._order_failover()

        async def taken_over() -> bool:
            try:
                return await self.masters() != before
            except (RedisError, OSError, StopIteration):
                return False

        await _until(taken_over)

    async def _order_failover(self) -> None:
        raise NotImplementedError

    async def revive(self, node: Valkey) -> None:
        """Start a server again."""
        await node.start()

    async def fully_replicated(self) -> None:
        """Wait until every master has all its replicas."""
        await _until(self._has_all_replicas)

    async def _has_all_replicas(self) -> bool:
        try:
            infos = [await node.client().info("replication") for node in await self.masters()]
        except (RedisError, OSError, StopIteration):
            return False
        return len(infos) == self.shards and all(
            info["role"] == "master" and _online(info) >= self.replicas_each for info in infos
        )

    @property
    def sentinels(self) -> list[Valkey]:
        """The Sentinels."""
        return []


class Single(Deployment):
    """One server with an append-only file."""

    name = "single"
    fault_weights: Weights = {  # noqa: RUF012
        "store killed": 3,
        "store stopped": 2,
        "store link cut": 2,
        "store link frozen": 1,
        "store link slowed": 1,
        "clock set back": 2,
    }
    fault_gap = 9.0
    may_lose_writes = False

    def __init__(self, folder: Path, durability: str) -> None:
        """In `folder`; every write is on disk at once when `durability` is `aof`."""
        fsync = "always" if durability == "aof" else "everysec"
        options: dict[str, object] = {"appendonly": "yes", "appendfsync": fsync}
        self.nodes = [Valkey(folder / "valkey", options, clock=SettableClock(folder / "clock"))]

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.nodes[0].port}"

    async def start(self) -> None:
        await self.nodes[0].start()

    async def masters(self) -> list[Valkey]:
        return self.nodes

    async def replicas(self) -> list[Valkey]:
        return []


class Cluster(Deployment):
    """Three masters, each with a replica."""

    name = "cluster"
    fault_weights: Weights = {  # noqa: RUF012
        "master killed": 3,
        "master stopped": 1,
        "master stopped shortly": 1,
        "failover ordered": 1,
        "replica killed": 1,
    }
    fault_gap = 16.0
    may_lose_writes = True
    shards = 3

    def __init__(self, folder: Path, durability: str, full_coverage: str = "no") -> None:
        """In `folder`; with `full_coverage`, "yes" as by default, all serve or none."""
        fsync = "always" if durability == "aof" else "everysec"
        self.nodes = []
        self._bus: dict[int, int] = {}
        for number in range(2 * self.shards):
            bus = reserve_port(self)
            options = {
                "appendonly": "yes",
                "appendfsync": fsync,
                "cluster-enabled": "yes",
                "cluster-port": bus,
                "cluster-node-timeout": 2_000,
                "cluster-replica-validity-factor": 0,
                "cluster-require-full-coverage": full_coverage,
                "repl-diskless-sync-delay": 0,
            }
            node = Valkey(folder / f"node-{number}", options)
            self.nodes.append(node)
            self._bus[node.port] = bus

    @property
    def url(self) -> str:
        return "redis+cluster://" + ",".join(f"127.0.0.1:{node.port}" for node in self.nodes)

    async def start(self) -> None:
        await asyncio.gather(*(node.start() for node in self.nodes))
        first = self.nodes[0]
        for epoch, node in enumerate(self.nodes, 1):
            await node.ask("CLUSTER", "SET-CONFIG-EPOCH", epoch)
        for node in self.nodes[1:]:
            await node.ask("CLUSTER", "MEET", "127.0.0.1", first.port, self._bus[first.port])
        await _until(self._all_met)
        ids = [str(await node.ask("CLUSTER", "MYID"), "ascii") for node in self.nodes]
        edges = [round(16_384 * shard / self.shards) for shard in range(self.shards + 1)]
        for shard in range(self.shards):
            master = self.nodes[shard]
            await master.ask("CLUSTER", "ADDSLOTSRANGE", edges[shard], edges[shard + 1] - 1)
        for shard in range(self.shards):
            await self.nodes[self.shards + shard].ask("CLUSTER", "REPLICATE", ids[shard])
        await _until(self._whole)

    async def masters(self) -> list[Valkey]:
        return [self._by_port(entry[2]) for entry in await self._slots()]

    async def replicas(self) -> list[Valkey]:
        return [self._by_port(host) for entry in await self._slots() for host in entry[3:]]

    async def _order_failover(self) -> None:
        for replica in (await self.replicas())[:1]:
            await replica.ask("CLUSTER", "FAILOVER")

    def _by_port(self, host: Any) -> Valkey:
        return next(node for node in self.nodes if node.port == int(host[1]))

    async def master_of(self, base: str) -> Valkey:
        return self._by_port((await self._slots(base))[0][2])

    async def _slots(self, base: str = LANE) -> list[list[Any]]:
        """First slot, last slot, master and replicas of every shard; the lane's comes first."""
        slot = key_slot(base.encode())
        shards = await self._shards()
        return sorted(shards, key=lambda shard: not shard[0] <= slot <= shard[1])

    async def _shards(self) -> list[list[Any]]:
        for node in self.nodes:
            if not node.alive:
                continue
            try:
                answer = await node.ask("CLUSTER", "SLOTS")
            except (RedisError, OSError):
                continue
            if isinstance(answer, dict):
                return [
                    [first, last, entry["primary"], *entry["replicas"]]
                    for (first, last), entry in answer.items()
                ]
            assert isinstance(answer, list)
            return [list(entry) for entry in answer]
        raise AssertionError("no node of the Cluster answers")

    async def _all_met(self) -> bool:
        infos = [await node.client().cluster("INFO") for node in self.nodes]
        return all(int(info["cluster_known_nodes"]) == len(self.nodes) for info in infos)

    async def _whole(self) -> bool:
        infos = [await node.client().cluster("INFO") for node in self.nodes]
        if not all(info["cluster_state"] == "ok" for info in infos):
            return False
        if any(len(shard) != 4 for shard in await self._shards()):
            return False
        roles = [await node.ask("ROLE") for node in self.nodes[self.shards :]]
        return all(role[0] == b"slave" and role[3] == b"connected" for role in roles)  # type: ignore[index]


class Sentinels(Deployment):
    """A master, two replicas, and three Sentinels that watch them."""

    name = "sentinel"
    fault_weights: Weights = {  # noqa: RUF012
        "master killed": 3,
        "master stopped": 1,
        "master stopped shortly": 1,
        "failover ordered": 1,
        "replica killed": 1,
        "sentinel killed": 1,
    }
    fault_gap = 24.0
    may_lose_writes = True
    service = "jielong"
    replicas_each = 2

    def __init__(self, folder: Path, durability: str) -> None:
        """In `folder`."""
        fsync = "always" if durability == "aof" else "everysec"
        options: dict[str, object] = {
            "appendonly": "yes",
            "appendfsync": fsync,
            "repl-diskless-sync-delay": 0,
        }
        master = Valkey(folder / "node-0", options)
        following = options | {"replicaof": f"127.0.0.1 {master.port}"}
        self._servers = [master] + [
            Valkey(folder / f"node-{number}", following) for number in (1, 2)
        ]
        watch = "\n".join(
            (
                f"sentinel monitor {self.service} 127.0.0.1 {master.port} 2",
                f"sentinel down-after-milliseconds {self.service} 2000",
                f"sentinel failover-timeout {self.service} 6000",
                f"sentinel parallel-syncs {self.service} 2",
            )
        )
        self._sentinels = [
            Valkey(folder / f"sentinel-{number}", {}, sentinel=watch) for number in range(3)
        ]
        self.nodes = self._servers + self._sentinels

    @property
    def url(self) -> str:
        hosts = ",".join(f"127.0.0.1:{node.port}" for node in self._sentinels)
        return f"redis+sentinel://{hosts}/{self.service}"

    @property
    def sentinels(self) -> list[Valkey]:
        return self._sentinels

    async def start(self) -> None:
        await asyncio.gather(*(node.start() for node in self._servers))
        await asyncio.gather(*(node.start() for node in self._sentinels))
        await _until(self._whole)

    async def masters(self) -> list[Valkey]:
        port = int((await self._watched())["port"])
        return [node for node in self._servers if node.port == port]

    async def replicas(self) -> list[Valkey]:
        masters = await self.masters()
        return [node for node in self._servers if node not in masters]

    async def revive(self, node: Valkey) -> None:
        masters = await self.masters() if node in self._servers else []
        if masters and node not in masters:
            node.follow(masters[0])
        await node.start()

    async def _order_failover(self) -> None:
        await self._awake().client().sentinel_failover(self.service)

    async def _watched(self) -> dict:  # type: ignore[type-arg]
        return await self._awake().client().sentinel_master(self.service)  # type: ignore[no-any-return]

    def _awake(self) -> Valkey:
        return next(node for node in self._sentinels if node.alive)

    async def _whole(self) -> bool:
        for node in self._sentinels:
            seen = await node.client().sentinel_master(self.service)
            if (seen["num-slaves"], seen["num-other-sentinels"]) != (2, 2):
                return False
        roles = [await node.ask("ROLE") for node in self._servers[1:]]
        return all(role[0] == b"slave" and role[3] == b"connected" for role in roles)  # type: ignore[index]


DEPLOYMENTS: dict[str, Callable[[Path, str], Deployment]] = {
    "single": Single,
    "cluster": Cluster,
    "sentinel": Sentinels,
}


def _online(info: dict[str, Any]) -> int:
    """The number of replicas that a master reports as online."""
    replicas = (value for name, value in info.items() if re.fullmatch(r"slave\d+", name))
    return sum(replica["state"] == "online" for replica in replicas)


async def _until(true: Callable[[], Awaitable[bool]]) -> None:
    deadline = time.monotonic() + WHOLE_SECONDS
    while not await true():
        assert time.monotonic() < deadline, "the deployment does not become whole"
        await asyncio.sleep(0.05)
