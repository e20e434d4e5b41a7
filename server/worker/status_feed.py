"""Writes the status of this worker for the console, and drains it when the console asks."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
import time
from collections.abc import Callable

import structlog

from server import __version__
from server.store.errors import StoreAwayError
from server.store.shards import Shards
from server.store.worker_statuses import WRITE_SECONDS, WorkerStatus, WorkerStatuses
from server.worker.parts import Parts
from server.worker.web_process import WebProcess

log = structlog.get_logger()


class StatusFeed:
    """The status of one worker."""

    def __init__(
        self,
        statuses: WorkerStatuses,
        parts: Parts,
        shards: Shards,
        web: WebProcess,
        drain: Callable[[], None],
        supervised: bool,
    ) -> None:
        """`drain` begins the worker's end; `supervised`: another worker takes its place then."""
        self._statuses = statuses
        self._parts = parts
        self._shards = shards
        self._web = web
        self._drain = drain
        self._status = WorkerStatus(
            id=secrets.token_hex(6),
            host=socket.gethostname(),
            pid=os.getpid(),
            version=__version__,
            started_at=time.time_ns() // 1_000_000,
            supervised=supervised,
        )

    async def run(self) -> None:
        """Write the status every few seconds, for as long as the worker lives."""
        try:
            await self._forget_the_dead()
            while True:
                await self._write()
                await asyncio.sleep(WRITE_SECONDS)
        finally:
            await self._end()

    async def _forget_the_dead(self) -> None:
        """Remove workers that were killed; those that crash again and again would fill the list."""
        try:
            await self._statuses.all()
        except StoreAwayError as error:
            log.debug("workers of before are not forgotten yet", error=repr(error))

    async def _end(self) -> None:
        try:
            await self._statuses.forget(self._status.id)
        except StoreAwayError as error:
            log.debug("the console lists this worker for a while", error=repr(error))
        await self._statuses.close()

    async def _write(self) -> None:
        status, registry = self._status, self._parts.registry
        status.at = time.time_ns() // 1_000_000
        status.connections = len(registry)
        status.seated = sum(campaign.seated for campaign in registry.campaigns.values())
        status.cpu_seconds = time.process_time()
        status.web_pid = self._web.pid
        status.trouble = "redis is away" if self._shards.away else ""
        try:
            asked = await self._statuses.write(status)
        except StoreAwayError as error:
            log.debug("the console does not know how this worker is", error=repr(error))
            return
        if asked and not status.draining:
            log.warning("this worker drains, as the console asks")
            status.draining = True
            self._drain()
