"""Keeps a link to the node that serves a key: opens it, sees it lost, and opens it again."""

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
from server.store.errors import StoreError
from server.store.raw_connection import Link

log = structlog.get_logger()

FIRST_PAUSE, LAST_PAUSE = 0.05, 0.5
"""Seconds between attempts to reach Redis again; a link that lasts shorter was such an attempt."""

Prepare = Callable[[redis.asyncio.Redis], Awaitable[None]]


async def _nothing(_: redis.asyncio.Redis) -> None:
    """Prepare nothing."""


class ReconnectingConnection:
    """One link at a time, for as long as `run` runs.

    Attributes:
        link: the open link, or None.
        on_up: called when a link is open.
        on_down: called when it is lost.
        on_failure: called after every attempt that failed.
    """

    def __init__(
        self,
        deployment: Deployment,
        key: str,
        on_reply: Callable[[Any], None],
        prepare: Prepare = _nothing,
    ) -> None:
        """To the node of `key`; `prepare` is done before each link is used."""
        self._deployment = deployment
        self._key = key
        self._on_reply = on_reply
        self._prepare = prepare
        self._gone = asyncio.Event()
        self._failure = ""
        self.link: Link | None = None
        self.on_up: Callable[[], None] = lambda: None
        self.on_down: Callable[[], None] = lambda: None
        self.on_failure: Callable[[], None] = lambda: None

    async def run(self) -> None:
        """Keep a link open until cancelled; it is cut then."""
        loop = asyncio.get_running_loop()
        pause = FIRST_PAUSE
        try:
            while True:
                opened = await self._open()
                cancellation.obey()
                if opened:
                    began = loop.time()
                    self.on_up()
                    await self._gone.wait()
                    if loop.time() - began > LAST_PAUSE:
                        pause = FIRST_PAUSE
                    self.on_down()
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
        """Give the link up; a new one is opened."""
        if self.link is not None:
            self.link.close()

    async def _open(self) -> bool:
        client = self._deployment.client(self._key)
        self._gone.clear()
        try:
            async with asyncio.timeout(CALL_SECONDS):
                await self._prepare(client)
                self.link = await Link.open(client, self._on_reply, self._lost)
        except (RedisError, StoreError, OSError, TimeoutError) as error:
            self._say(str(error) or type(error).__name__)
            return False
        finally:
            with contextlib.suppress(RedisError, OSError):
                await client.aclose()
        self._failure = ""
        return True

    def _say(self, failure: str) -> None:
        """Warn of what is new; an outage has several attempts a second that fail alike."""
        tell = log.debug if failure == self._failure else log.warning
        self._failure = failure
        tell("redis cannot be reached", error=failure)

    def _lost(self, error: Exception | None) -> None:
        self.link = None
        if error is not None:
            log.info("a link to redis is lost", error=str(error))
        self._gone.set()
