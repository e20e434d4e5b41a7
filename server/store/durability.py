"""What a change survives before it is answered: nothing more, a power cut, or a lost master."""

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
    """A level, and for `replica` how many of them: as many as may take over, to be safe."""

    level: Durability = Durability.MEMORY
    replicas: int = 1

    def commands(self, base: str) -> tuple[tuple[str | int, ...], ...]:
        """What is sent behind a batch for the lane `base`; one wait serves all in it.

        Redis waits for what the same connection wrote. So there is a write first, of nothing:
        without it, an answer that only read could tell what another worker wrote a moment ago and
        what a failover still undoes.
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
        """Whether the answers to `commands` say that the writes have come so far."""
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
    """See that every node can do what is asked of it; one that lacks a replica now may get it.

    Raises:
        DeploymentError: one cannot; the message says what is missing.
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
