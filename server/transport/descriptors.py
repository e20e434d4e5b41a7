"""Keeps some file descriptors free: the last ones are for the worker's own work, not for callers.

Without descriptors a new connection waits in the kernel, where nobody answers it.
"""

from __future__ import annotations

import asyncio
import os
import resource
from time import monotonic
from typing import Protocol

import structlog

log = structlog.get_logger()

RESERVE = 32
"""Descriptors that connections leave free: for Redis, files, pictures, and short answers."""

RESERVED_SHARE = 1 / 4
"""Largest share of all descriptors that is reserved."""

UNDECIDED = 8
"""Connections in the reserve of which it is not known yet what they ask for."""

MOST = 131_072
"""Of one worker at most; each connection is one."""

CHECK_SECONDS = 1.0
CALM_SECONDS = 5.0
"""The shortage is over when no connection was refused for so long."""


def allow_many() -> None:
    """Allow as many connections as the operator's hard limit does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST if hard == resource.RLIM_INFINITY else min(hard, MOST)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


class Refusable(Protocol):
    """A connection that may be refused for want of descriptors."""

    @property
    def descriptor(self) -> int:
        """Its own one."""

    def refuse_for_shortage(self) -> None:
        """Answer with status 503, and close at once."""


class Descriptors:
    """The file descriptors of one worker.

    Attributes:
        few: whether only the reserve is left.
        refused: connections refused for that so far.
    """

    def __init__(self, limit: int | None = None) -> None:
        """With the process's own limit when none is given."""
        self.few = False
        self.refused = 0
        self._limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0] if limit is None else limit
        self._reserved_from = self._limit - min(RESERVE, int(self._limit * RESERVED_SHARE))
        self._undecided: dict[Refusable, None] = {}
        self._refused_before = 0
        self._short_since = self._refused_at = 0.0

    def take(self, connection: Refusable) -> bool:
        """Whether a new connection uses one of the reserve, so that it may have to be refused.

        The kernel gives the lowest free descriptor, so all below are in use. Of too many that have
        not asked for anything yet, the oldest is refused.
        """
        if connection.descriptor < self._reserved_from:
            return False
        self._begin()
        self._undecided[connection] = None
        if len(self._undecided) > UNDECIDED:
            self.refuse(next(iter(self._undecided)))
        return True

    def decide(self, connection: Refusable) -> None:
        """It is known what the connection asks for, or it is gone."""
        self._undecided.pop(connection, None)

    def refuse(self, connection: Refusable) -> None:
        """Refuse a connection that uses one of the reserve."""
        self.decide(connection)
        self.refused += 1
        self._refused_at = monotonic()
        connection.refuse_for_shortage()

    async def run(self) -> None:
        """Notice when descriptors run short or not any more, for as long as the worker lives."""
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            self.check()

    def check(self) -> None:
        """Look whether only the reserve is left."""
        free = self._reserved_from - self._lowest_free()
        if free <= 0:
            self._begin()
        elif self.few and monotonic() - self._refused_at >= CALM_SECONDS:
            self._end()

    def _lowest_free(self) -> int:
        try:
            descriptor = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return self._limit
        os.close(descriptor)
        return descriptor

    def _begin(self) -> None:
        if not self.few:
            self.few = True
            self._refused_before = self.refused
            self._short_since = monotonic()
            log.warning(
                "few file descriptors are left, so new connections are refused;"
                " allow more with `ulimit -Hn`",
                limit=self._limit,
            )

    def _end(self) -> None:
        self.few = False
        log.warning(
            "there are file descriptors again",
            refused=self.refused - self._refused_before,
            seconds=round(monotonic() - self._short_since),
        )
