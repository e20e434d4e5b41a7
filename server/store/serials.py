"""Serial numbers for lanes other than 0, in blocks that lane 0 grants."""

from __future__ import annotations

import asyncio
from time import monotonic

from server.store import keys
from server.store.call import AwaitedCall
from server.store.library import function
from server.store.shards import Shards

LEAST, MOST = 8, 512
"""Serials in a block: it doubles while blocks are used up quickly."""

QUICK_SECONDS = 1.0

_GRANT, _ADD = function("grant_serials"), function("add_serials")


class _AddSerials(AwaitedCall):
    """Its age argument is that of the block at the moment of sending."""

    __slots__ = ("_block",)

    def __init__(self, base: str, first: int, last: int) -> None:
        super().__init__(_ADD, base, [], repeatable=True)
        self._block = first, last

    def started(self) -> None:
        age_ms = round((monotonic() - self.since) * 1_000)
        self.arguments = [0, *self._block, age_ms]


class Serials:
    """Fetches blocks for lanes that have run out: one at a time, however many works wait for it."""

    def __init__(self, shards: Shards) -> None:
        """Calls go out over `shards`."""
        self._shards = shards
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._sizes: dict[str, tuple[int, float]] = {}

    def fetch(self, base: str) -> asyncio.Task[None]:
        """Give the lane a block of serials; the task fails with `StoreError` when Redis is away."""
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
        await self._send(_AddSerials(base, last - size + 1, last))

    def _next_size(self, base: str) -> int:
        now = monotonic()
        size, at = self._sizes.get(base, (LEAST, 0.0))
        size = min(2 * size, MOST) if now - at < QUICK_SECONDS else LEAST
        self._sizes[base] = size, now
        return size

    async def _send(self, call: AwaitedCall) -> int:
        self._shards.send(call)
        return int(await call.future)
