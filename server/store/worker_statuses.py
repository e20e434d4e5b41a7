"""The status of each worker in Redis, for the console; and which workers are to be drained.

All of it may be lost at any time: workers write it again within seconds.
"""

from __future__ import annotations

import time
from typing import Any

import msgspec

from server.store import keys
from server.store.deployment import Deployment
from server.store.own_client import OwnClient

WRITE_SECONDS = 2.0

FORGOTTEN_SECONDS = 30.0
"""A worker that has written nothing for so long is not listed any more."""


class WorkerStatus(msgspec.Struct, array_like=True):
    """The status of a worker, as it wrote it.

    Attributes:
        id: of the worker's process, new with every start.
        host, pid: where it runs.
        version: of the program.
        started_at, at: when it began and when it wrote this, in milliseconds since 1970.
        connections, seated: WebSockets, and participants with a seat.
        cpu_seconds: CPU time since it began.
        web_pid: its web process; 0 while that does not serve.
        trouble: why it cannot serve now; "" when it can.
        supervised: whether another worker takes its place when it ends.
        draining: whether it is about to end.
    """

    id: str
    host: str
    pid: int
    version: str
    started_at: int
    at: int = 0
    connections: int = 0
    seated: int = 0
    cpu_seconds: float = 0.0
    web_pid: int = 0
    trouble: str = ""
    supervised: bool = False
    draining: bool = False


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(WorkerStatus).decode


class WorkerStatuses:
    """The statuses in one Redis. Every method may raise StoreAwayError."""

    def __init__(self, deployment: Deployment) -> None:
        """It connects when it is first used."""
        self._own = OwnClient(deployment, keys.WORKER_STATUSES)

    async def write(self, status: WorkerStatus) -> bool:
        """Write the status of a worker; whether somebody asks it to drain."""
        pipe = self._own.redis.pipeline(transaction=False)
        pipe.hset(keys.WORKER_STATUSES, status.id, _encode(status))
        pipe.hexists(keys.DRAINS, status.id)
        _, asked = await self._own.answer(pipe.execute())
        return bool(asked)

    async def forget(self, worker: str) -> None:
        """Remove the status of a worker that has ended, or has written nothing for long."""
        pipe = self._own.redis.pipeline(transaction=False)
        pipe.hdel(keys.WORKER_STATUSES, worker)
        pipe.hdel(keys.DRAINS, worker)
        await self._own.answer(pipe.execute())

    async def ask_to_drain(self, worker: str) -> bool:
        """Ask a worker to drain; False when there is none of this id."""
        if not await self._own.answer(self._own.redis.hexists(keys.WORKER_STATUSES, worker)):
            return False
        await self._own.answer(self._own.redis.hset(keys.DRAINS, worker, b""))
        return True

    async def all(self) -> list[WorkerStatus]:
        """The status of every worker that has written one lately; the longest running one first."""
        found: Any = await self._own.answer(self._own.redis.hgetall(keys.WORKER_STATUSES))
        oldest = time.time_ns() // 1_000_000 - int(FORGOTTEN_SECONDS * 1_000)
        statuses = []
        for name, packed in found.items():
            status = _read(packed)
            if status is not None and status.at >= oldest:
                statuses.append(status)
            else:
                await self.forget(name.decode())
        return sorted(statuses, key=lambda status: (status.started_at, status.id))

    async def close(self) -> None:
        """Close the connection."""
        await self._own.close()


def _read(packed: bytes) -> WorkerStatus | None:
    """A status; None for one that another version has written."""
    try:
        return _decode(packed)
    except msgspec.DecodeError:
        return None
