"""Keeps a connection to the node that serves a key: opens it again whenever it is lost."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

import redis.asyncio
import structlog
from redis.exceptions import RedisError

from server.store import cancellation
from server.store.deployment import CALL_SECONDS, Deployment
from server.store.errors import ArchiveUnreachableError, StoreError
from server.store.raw_connection import RawConnection

log = structlog.get_logger()

FIRST_PAUSE, LAST_PAUSE = 0.05, 0.5
"""Seconds between attempts to connect; a connection that lasts shorter than the last counts as a
failed attempt."""

PREPARE_SECONDS = 60.0
"""Longest preparation; each call to Redis in it has its own, shorter limit."""

Prepare = Callable[[redis.asyncio.Redis], Awaitable[None]]


async def _nothing(_: redis.asyncio.Redis) -> None:
    """Prepare nothing."""


class ReconnectingConnection:
    """One connection at a time, for as long as `run` runs.

    Attributes:
        connection: the open connection, or None.
        failure: why the last attempt failed; None when it did not.
        on_connect: called when a connection is open.
        on_disconnect: called when it is lost.
        on_failure: called after every attempt that failed.
    """

    def __init__(
        self,
        deployment: Deployment,
        key: str,
        on_reply: Callable[[Any], None],
        prepare: Prepare = _nothing,
    ) -> None:
        """To the node of `key`; `prepare` is awaited before each connection is used."""
        self._deployment = deployment
        self._key = key
        self._on_reply = on_reply
        self._prepare = prepare
        self._gone = asyncio.Event()
        self.failure: Exception | None = None
        self.connection: RawConnection | None = None
        self.on_connect: Callable[[], None] = lambda: None
        self.on_disconnect: Callable[[], None] = lambda: None
        self.on_failure: Callable[[], None] = lambda: None

    async def run(self) -> None:
        """Keep a connection open until cancelled; then cut it."""
        loop = asyncio.get_running_loop()
        pause = FIRST_PAUSE
        try:
            while True:
                opened = await self._open()
                cancellation.raise_if_cancelled()
                if opened:
                    began = loop.time()
                    self.on_connect()
                    await self._gone.wait()
                    if loop.time() - began > LAST_PAUSE:
                        pause = FIRST_PAUSE
                    self.on_disconnect()
                else:
                    self.on_failure()
                await asyncio.sleep(pause)
                pause = min(pause * 2, LAST_PAUSE)
                with contextlib.suppress(RedisError, StoreError, OSError, TimeoutError):
                    async with asyncio.timeout(CALL_SECONDS):
                        await self._deployment.refresh()
        finally:
            self.cut()

    def cut(self) -> None:
        """Close the connection; a new one is opened."""
        if self.connection is not None:
            self.connection.close()

    async def _open(self) -> bool:
        client = self._deployment.client(self._key)
        self._gone.clear()
        try:
            async with asyncio.timeout(PREPARE_SECONDS):
                await self._prepare(client)
            async with asyncio.timeout(CALL_SECONDS):
                self.connection = await RawConnection.open(client, self._on_reply, self._lost)
        except (RedisError, StoreError, OSError, TimeoutError) as error:
            self._failed(error)
            return False
        finally:
            with contextlib.suppress(RedisError, OSError):
                await client.aclose()
        self.failure = None
        return True

    def _failed(self, failure: Exception) -> None:
        """Warn of a new failure only: in an outage several attempts a second fail alike."""
        words = _words(failure)
        same = self.failure is not None and _words(self.failure) == words
        self.failure = failure
        say = log.debug if same else log.warning
        if isinstance(failure, ArchiveUnreachableError):
            say("redis is there, and waits to be compared with the archive", error=words)
        else:
            say("redis cannot be reached", error=words)

    def _lost(self, error: Exception | None) -> None:
        self.connection = None
        if error is not None:
            log.info("a connection to redis is lost", error=str(error))
        self._gone.set()


def _words(failure: Exception) -> str:
    return str(failure) or type(failure).__name__
