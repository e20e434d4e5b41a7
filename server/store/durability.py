"""How durable a change is before it is answered: in memory, on disk, or on a replica."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any

import redis.asyncio
import structlog
from redis.exceptions import RedisError

from server.store import keys
from server.store.deployment import Deployment
from server.store.errors import DeploymentError

log = structlog.get_logger()

WAIT_MS = 1_500
"""Longest wait for a disk or a replica; then the call is sent again, which changes nothing."""


Command = tuple[str | int, ...]


class Durability(enum.Enum):
    """How far a write has come before it counts as done."""

    MEMORY = "memory"
    """In the memory of the master: survives every worker, and Redis if it stops in good order."""

    AOF = "aof"
    """In the append-only file, on disk: survives the death of Redis and of its machine."""

    REPLICA = "replica"
    """In the memory of a replica: survives the loss of the master's machine."""


@dataclass(frozen=True)
class Guarantee:
    """A level of durability.

    Attributes:
        replicas: how many must have a write, for `REPLICA`; all that may take over, to be safe.
    """

    level: Durability = Durability.MEMORY
    replicas: int = 1

    def commands(self, base: str) -> tuple[Command, ...]:
        """Commands to send behind a batch for the lane `base`; one wait serves the whole batch.

        Redis waits for what the same connection wrote. So the first command writes an empty value:
        without it, a call that only read could be answered with what another worker has just
        written, and what a failover may still undo.
        """
        fence = ("SET", keys.fence(base), "")
        match self.level:
            case Durability.MEMORY:
                return ()
            case Durability.AOF:
                return fence, ("WAITAOF", 1, 0, WAIT_MS)
            case Durability.REPLICA:
                return fence, ("WAIT", self.replicas, WAIT_MS)

    def reached(self, replies: list[Any]) -> bool:
        """Whether the answers to `commands` say that the writes are so durable."""
        if any(isinstance(reply, Exception) for reply in replies):
            return False
        reply = replies[-1] if replies else None
        match self.level:
            case Durability.MEMORY:
                return True
            case Durability.AOF:
                return isinstance(reply, list) and bool(reply[0] >= 1)
            case Durability.REPLICA:
                return isinstance(reply, int) and reply >= self.replicas


async def require(guarantee: Guarantee, deployment: Deployment) -> None:
    """Check that every node can provide the guarantee. A replica may still be missing.

    Raises:
        DeploymentError: a node cannot; the message says what is missing.
    """
    if guarantee.level is Durability.MEMORY:
        return
    level = guarantee.level.value
    *wait, _ = guarantee.commands("")[-1]

    async def ask(client: redis.asyncio.Redis) -> None:
        reply = await client.execute_command(*wait, 1)  # type: ignore[no-untyped-call]
        if not guarantee.reached([reply]):
            log.warning("nothing is answered until writes are durable", durability=level, now=reply)

    try:
        await deployment.on_every_node(ask)
    except RedisError as error:
        raise DeploymentError(
            f"JIELONG_DURABILITY={level} is not possible with this Redis: {error}"
        ) from error
