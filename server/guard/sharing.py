"""Shares the counts of busy networks with the other workers once a second."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from time import time

import structlog

from server.guard.networks import Networks
from server.guard.rates import NetworkRate
from server.guard.windows import Counted
from server.store.errors import StoreAwayError
from server.store.guard import GuardStore

log = structlog.get_logger()

SHARE_SECONDS = 1.0
DAY_SECONDS = 86_400

NETWORKS_A_CALL = 64
"""So few that neither Redis nor this worker is held up."""

CALLS_A_ROUND = 32
"""For each kind of event: a worker under attack shares at most 2,048 networks a second."""


class Sharing:
    """The exchange of one worker with the others, through Redis."""

    def __init__(self, rates: Sequence[NetworkRate], networks: Networks, store: GuardStore) -> None:
        """Share `rates`, and give `networks` the key of each day."""
        self._rates = rates
        self._networks = networks
        self._store = store
        self._day = -1

    async def run(self) -> None:
        """Share for as long as the worker lives; while Redis is away, limits are this worker's."""
        while True:
            try:
                await self.share()
            except StoreAwayError as error:
                log.debug("counts of networks are not shared: the store is away", error=str(error))
            await asyncio.sleep(SHARE_SECONDS)

    async def share(self) -> None:
        """Share once.

        Raises:
            StoreAwayError: Redis cannot be reached; what was taken for it is lost.
        """
        await self._renew_key()
        for rate in self._rates:
            for _ in range(CALLS_A_ROUND):
                if not await self._share_some(rate):
                    break

    async def _renew_key(self) -> None:
        """Take the key of a new day; counts under the key of yesterday are of no use any more."""
        day = int(time() // DAY_SECONDS)
        if day != self._day:
            self._networks.key = await self._store.day_key(day)
            self._day = day

    async def _share_some(self, rate: NetworkRate) -> bool:
        """Share the counts of some networks; whether there may be more."""
        index, networks = rate.take_unsent(time(), NETWORKS_A_CALL)
        if not networks:
            return False
        totals = await self._store.count(rate.event, index, rate.seconds, networks)
        keys = (key for key, _ in networks)
        counted = (Counted(key, *of_key) for key, of_key in zip(keys, totals, strict=True))
        rate.merge(index, counted)
        return True
