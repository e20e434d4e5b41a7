"""Finds replayed ink: the same strokes, committed by two participants within a day.

It is looked for behind the commits, so that none of them waits for Redis. The work of a replay is
held back for review; a person decides whether it is shown.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import deque
from collections.abc import Awaitable, Callable
from typing import NamedTuple

import structlog

from server.guard.networks import Networks
from server.store.errors import StoreAwayError
from server.store.guard import GuardStore, Ink

log = structlog.get_logger()

LOOK_SECONDS = 1.0
MOST_WAITING = 8_192
"""Characters that wait to be looked at; of more, the oldest are not looked at."""

INKS_A_CALL = 128
PLACES = 1 << 18
"""Inks that are remembered: 20 MB of Redis."""

LEAST_BYTES = 24
"""Ink shorter than this, packed, is a dot or two: anybody may write the same."""

WHY = "replay"
"""The reason of the report that holds such a work back."""

HoldWork = Callable[[str, str, str], Awaitable[None]]
"""Holds a work back, finished or not: work, participant, reason. May raise StoreAwayError."""


class _Written(NamedTuple):
    ink: bytes
    participant: str
    room: str


class Replays:
    """Looks at what the participants of one worker commit.

    Attributes:
        found: replays so far.
    """

    def __init__(self, networks: Networks, store: GuardStore, hold_work: HoldWork) -> None:
        """`networks` has the key of the day, `store` remembers inks."""
        self.found = 0
        self._networks = networks
        self._store = store
        self._hold_work = hold_work
        self._waiting: deque[_Written] = deque(maxlen=MOST_WAITING)

    def add(self, ink: bytes, participant: str, room: str) -> None:
        """A character was committed: its packed strokes, its writer, and its room, later a work."""
        if len(ink) >= LEAST_BYTES:
            self._waiting.append(_Written(self._hash(ink, 8), participant, room))

    async def run(self) -> None:
        """Look at what was committed, for as long as the worker lives."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                while self._waiting:
                    await self._look_at_some()
            except StoreAwayError as error:
                log.debug("replays are not looked for: the store is away", error=str(error))

    async def _look_at_some(self) -> None:
        """Look at some characters; those that cannot be looked up now stay for later."""
        some = [self._waiting[i] for i in range(min(INKS_A_CALL, len(self._waiting)))]
        inks = [self._known_as(written) for written in some]
        replayed = await self._store.remember(inks)
        for written, is_replay in zip(some, replayed, strict=True):
            if is_replay:
                await self._hold_work(written.room, written.participant, WHY)
                self.found += 1
            if self._waiting and self._waiting[0] is written:
                self._waiting.popleft()

    def _known_as(self, written: _Written) -> Ink:
        place = int.from_bytes(written.ink[:4]) % PLACES
        return Ink(place, written.ink, self._hash(written.participant.encode(), 4))

    def _hash(self, content: bytes, size: int) -> bytes:
        return hashlib.blake2b(content, key=self._networks.key, digest_size=size).digest()
