"""The funnel of a campaign in Redis, where the figures of all workers meet.

Lane 0 has a hash, `jl:{campaign:0}:funnel`, from the name of each step (`session/funnel.py`) to the
number of visits that ever reached it. Workers add to it every second. It is a figure and not a
promise: a worker that dies takes a second's worth with it, and a Redis that is lost begins at zero.
Whoever has a client of Redis, like the console, reads it with `read_funnel`.
"""

from __future__ import annotations

from typing import Any

import redis.asyncio

from server.store import keys
from server.store.call import AwaitedCall
from server.store.errors import StoreAwayError, StoreError
from server.store.library import function
from server.store.raw_connection import Argument
from server.store.shards import Shards

_ADD = function("add_funnel")


class FunnelStore:
    """Adds what this worker counted."""

    def __init__(self, shards: Shards) -> None:
        """Calls go out over `shards`."""
        self._shards = shards

    async def add(self, base: str, counts: dict[str, int]) -> dict[str, int]:
        """Add to the steps of the campaign with the lane 0 `base`; the totals of all workers.

        Raises:
            StoreAwayError: Redis is away; nothing was counted.
            StoreError: it is not known whether anything was counted.
        """
        arguments: list[Argument] = [part for step in counts.items() for part in step]
        call = AwaitedCall(_ADD, base, arguments, repeatable=False)
        self._shards.send(call)
        try:
            return _totals(await call.future)
        except StoreAwayError as error:
            raise StoreError("the answer was lost") from error


async def read_funnel(client: redis.asyncio.Redis, campaign: str) -> dict[str, int]:
    """How many visits of a campaign ever reached each step, by the step's name.

    Steps that nobody reached are missing. `client` is one of the node that serves lane 0: for
    instance `deployment.client(keys.lane(campaign))`.

    Raises:
        RedisError, OSError: Redis cannot be read.
    """
    found: Any = await client.hgetall(keys.funnel(keys.lane(campaign)))
    return {name.decode(): int(count) for name, count in found.items()}


def _totals(reply: list[bytes]) -> dict[str, int]:
    return {name.decode(): int(count) for name, count in zip(reply[::2], reply[1::2], strict=True)}
