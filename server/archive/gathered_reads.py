"""Gathers the keys that are asked for while a read is under way into the next read."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Generic, TypeVar

from server.archive.shared_task import start_shared

K = TypeVar("K")
V = TypeVar("V")


class _Batch(Generic[K, V]):
    """The keys of the next read, and the task that reads them."""

    def __init__(self) -> None:
        self.keys: set[K] = set()
        self.task: asyncio.Task[Mapping[K, V]]


class GatheredReads(Generic[K, V]):
    """Reads values by their keys, so that thousands who ask at once cost one read.

    Every answer is read after it was asked for: a change that was made before is in it.
    """

    def __init__(
        self,
        read: Callable[[set[K]], Awaitable[Mapping[K, V]]],
        name: str,
        pause_seconds: float = 0.0,
    ) -> None:
        """Nothing is read yet.

        Args:
            read: finds the values of these keys, within a time limit of its own.
            name: of the reading tasks.
            pause_seconds: between the beginnings of two reads at least. Keys are gathered
                meanwhile; when nobody else asks, a read begins at once.
        """
        self._read = read
        self._name = name
        self._pause = pause_seconds
        self._turn = asyncio.Lock()
        self._not_before = 0.0
        self._next: _Batch[K, V] | None = None

    async def of(self, keys: Iterable[K]) -> dict[K, V]:
        """The values of these keys; those that have none are left out.

        Raises:
            Exception: what `read` raises.
        """
        wanted = tuple(keys)
        if not wanted:
            return {}
        batch = self._next
        if batch is None:
            batch = self._next = _Batch()
            batch.task = start_shared(self._run(batch), self._name)
        batch.keys.update(wanted)
        found = await asyncio.shield(batch.task)
        return {key: found[key] for key in wanted if key in found}

    async def _run(self, batch: _Batch[K, V]) -> Mapping[K, V]:
        loop = asyncio.get_running_loop()
        async with self._turn:
            wait = self._not_before - loop.time()
            if wait > 0:
                await asyncio.sleep(wait)
            self._next = None  # who asks from now on is in the next read
            self._not_before = loop.time() + self._pause
            return await self._read(batch.keys)
