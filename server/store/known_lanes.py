"""How many lanes each campaign has, for a process that sends no heartbeats."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import redis.asyncio
import structlog
from redis.exceptions import RedisError

from server.store import keys
from server.store.deployment import Deployment
from server.store.lanes import Lanes

log = structlog.get_logger()

READ_SECONDS = 1.0
"""A lane is announced 6 s before it opens (`LANES_ANNOUNCED` in the Lua library)."""


class KnownLanes:
    """Reads from lane 0 of each campaign which lanes there are."""

    def __init__(self, deployment: Deployment, campaigns: Sequence[Lanes]) -> None:
        """Keep these up to date."""
        self._deployment = deployment
        self._campaigns = campaigns
        self._clients: dict[str, redis.asyncio.Redis] = {}

    async def run(self) -> None:
        """Read once a second, until cancelled; while Redis is away, the last lanes stay."""
        try:
            while True:
                try:
                    await self.read()
                except (RedisError, OSError) as error:
                    log.debug("no lanes: redis is away", error=str(error))
                    await self.close()
                await asyncio.sleep(READ_SECONDS)
        finally:
            await self.close()

    async def read(self) -> None:
        """Read them now.

        Raises:
            RedisError, OSError: one of them cannot be read.
        """
        for lanes in self._campaigns:
            await self.read_lanes(lanes)

    async def read_lanes(self, lanes: Lanes) -> None:
        """Read now which lanes one campaign has.

        Raises:
            RedisError, OSError: they cannot be read.
        """
        if lanes.first not in self._clients:
            await self._deployment.refresh()
            self._clients[lanes.first] = self._deployment.client(lanes.first)
        known = await self._clients[lanes.first].hget(keys.lanes(lanes.first), "known")
        lanes.update(lanes.open, int(known or 1))

    async def close(self) -> None:
        """Close the connections."""
        clients, self._clients = self._clients, {}
        for client in clients.values():
            await client.aclose()
