"""Moves the entries of a stream into SQL; acknowledges an entry after the commit."""

from __future__ import annotations

import abc
import asyncio
from typing import Generic, TypeVar

import structlog
from redis.exceptions import ConnectionError as LostError
from redis.exceptions import ReadOnlyError, RedisError
from redis.exceptions import TimeoutError as LateError

from server.archive.database import ArchiveAwayError
from server.store import cancellation
from server.store.entry_stream import BATCH, EntryStream
from server.store.errors import StoreAwayError

log = structlog.get_logger()

FIRST_PAUSE, LAST_PAUSE = 0.1, 5.0
"""Seconds between attempts while Redis or the database is away."""

GATHER_SECONDS = 0.5
"""How long entries gather before the next ones are moved: a transaction costs as much as ten works.
Until then readers find them in the stream."""

TAKE_OVER_SECONDS = 5.0
"""How often entries that a lost worker left behind are looked for."""

_TOLD_ELSEWHERE = (
    ArchiveAwayError,
    StoreAwayError,
    ReadOnlyError,
    LostError,
    LateError,
    OSError,
)
"""The log has lines of the outages of Redis and of the database already."""

Content = TypeVar("Content")


class StreamArchiver(abc.ABC, Generic[Content]):
    """Drains one stream. Any number of them may run at once, in any number of workers.

    Attributes:
        stored: how many entries it stored.
    """

    def __init__(self, stream: EntryStream[Content]) -> None:
        """Drain `stream`."""
        self._stream = stream
        self._failure = ""
        self.stored = 0

    @property
    def campaign(self) -> str:
        """The campaign of the stream."""
        return self._stream.campaign

    @property
    def waiting(self) -> int:
        """Entries of all workers that wait to be stored; at most a second old.

        While Redis is away, the last known number.
        """
        return self._stream.waiting

    @abc.abstractmethod
    async def store(self, entries: list[tuple[bytes, Content]]) -> None:
        """Store entries, and acknowledge them."""

    async def run(self) -> None:
        """Drain, for as long as the worker lives."""
        pause = FIRST_PAUSE
        loop = asyncio.get_running_loop()
        take_over_at = loop.time()
        opened = False
        while True:
            cancellation.raise_if_cancelled()
            try:
                if not opened:
                    await self._stream.open()
                    opened = True
                if loop.time() >= take_over_at:
                    take_over_at = loop.time() + TAKE_OVER_SECONDS
                    await self._store(await self._stream.abandoned())
                entries = await self._stream.next()
                await self._store(entries)
                pause = FIRST_PAUSE
                self._goes_on()
                if entries and len(entries) < BATCH:
                    await asyncio.sleep(GATHER_SECONDS)
            except (RedisError, StoreAwayError, ArchiveAwayError, OSError) as error:
                self._waits(error)
                opened = False
                await asyncio.sleep(pause)
                pause = min(pause * 2, LAST_PAUSE)

    def _waits(self, error: Exception) -> None:
        """Warn of a new failure only, and of none that others warn of already."""
        words = str(error) or type(error).__name__
        new = not isinstance(error, _TOLD_ELSEWHERE) and words != self._failure
        say = log.warning if new else log.debug
        say("works or pledges wait to be archived", campaign=self.campaign, error=words)
        if new:
            self._failure = words

    def _goes_on(self) -> None:
        if self._failure:
            self._failure = ""
            log.warning("works or pledges are archived again", campaign=self.campaign)

    async def _store(self, entries: list[tuple[bytes, Content]]) -> None:
        if entries:
            await self.store(entries)
            self.stored += len(entries)
