"""Whether a worker can take joiners, and if not, why."""

from __future__ import annotations

from server.store.backplane import Backplane
from server.store.durability import Durability
from server.store.shards import Shards
from server.transport.descriptors import Descriptors
from server.worker.registry import Registry


class Readiness:
    """The readiness of one worker.

    Attributes:
        draining: whether the worker is stopping.
    """

    def __init__(
        self,
        shards: Shards,
        backplane: Backplane,
        registry: Registry,
        durability: Durability,
        descriptors: Descriptors,
        max_connections: int,
    ) -> None:
        """`durability` and `max_connections` are the settings."""
        self.draining = False
        self._shards = shards
        self._backplane = backplane
        self._registry = registry
        self._durability = durability
        self._descriptors = descriptors
        self._max_connections = max_connections

    def why_not(self) -> str | None:
        """None when the worker can take joiners, else the reason in a few words."""
        if self.draining:
            return "stopping"
        if trouble := self._shards.trouble:
            return trouble
        if not self._shards.durable:
            return f"writes are not durable: {self._durability.value}"
        if not self._backplane.ready.is_set():
            return "cut off from other workers"
        if len(self._registry) >= self._max_connections:
            return "full"
        if self._descriptors.few:
            return "few file descriptors"
        return None
