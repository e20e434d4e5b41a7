"""Serial numbers for lanes other than 0: blocks that lane 0 grants, where they all ascend."""

from __future__ import annotations

import asyncio
from time import monotonic

from server.store import keys
from server.store.call import AwaitedCall
from server.store.library import function
from server.store.shards import Shards

LEAST, MOST = 8, 512
"""Numbers in a block: it doubles while blocks are used up quickly."""

QUICK_SECONDS = 1.0

_GRANT, _SUPPLY = function("grant"), function("supply")


class _Supply(AwaitedCall):
    """Tells how old the block is by the time at which it is sent."""

    __slots__ = ("_block",)

    def __init__(self, base: str, first: int, last: int) -> None:
        super().__init__(_SUPPLY, base, [], repeatable=True)
        self._block = first, last

    def started(self) -> None:
        age_ms = round((monotonic() - self.since) * 1_000)
        self.arguments = [0, *self._block, age_ms]


class Serials:
    """Supplies lanes that have run out; however many works wait for it, one block is fetched."""

    def __init__(self, connections: Shards) -> None:
        """Calls go out over `connections`."""
        self._connections = connections
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._sizes: dict[str, tuple[int, float]] = {}

    def supply(self, base: str) -> asyncio.Task[None]:
        """Give the lane a block; the task fails with `StoreError` when Redis is away."""
        task = self._under_way.get(base)
        if task is None:
            task = asyncio.get_running_loop().create_task(self._fetch(base))
            self._under_way[base] = task
            task.add_done_callback(lambda _: self._under_way.pop(base, None))
        return task

    async def _fetch(self, base: str) -> None:
        size = self._next_size(base)
        last = await self._send(
            AwaitedCall(_GRANT, keys.first_lane_of(base), [size], repeatable=True, durable=True)
        )
        await self._send(_Supply(base, last - size + 1, last))

    def _next_size(self, base: str) -> int:
        now = monotonic()
        size, at = self._sizes.get(base, (LEAST, 0.0))
        size = min(2 * size, MOST) if now - at < QUICK_SECONDS else LEAST
        self._sizes[base] = size, now
        return size

    async def _send(self, call: AwaitedCall) -> int:
        self._connections.send(call)
        return int(await call.future)
