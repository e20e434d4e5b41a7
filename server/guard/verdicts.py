"""What the check of ink finds of a network's hands: scribbles make its newcomers' joins dearer.

Only the hands of networks that many newcomers come from are followed, and only until the check has
looked at them. Nothing is stored but two counts of a network, under the hash of the day.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from time import monotonic
from typing import NamedTuple

import structlog

from server.guard.rates import NetworkRate
from server.store.errors import StoreAwayError
from server.transport.peer import Peer

log = structlog.get_logger()

LOOK_SECONDS = 1.0
WORKS_A_LOOK = 100
MOST_WAITING = 2_000
"""Hands that are followed at once; of more, some are not followed."""

GIVEN_UP_SECONDS = 120.0
"""A hand that was not judged by then is forgotten."""

LEAST_HANDS = 8
"""Of fewer hands nothing is concluded."""

TOLERATED = 0.25
"""So large a share of hands that are not what was asked is usual: children, cursive, tiny ones."""

MOST_RISE = 6.0
"""By how much all is dearer for a network whose hands are all scribbles."""

DISTRUSTED = 2.0
"""From this rise on, nobody of a network is known: everybody pays as a newcomer does."""

FindVerdicts = Callable[[Sequence[str]], Awaitable[Mapping[str, Sequence[bool]]]]
"""For those of these works that were judged, whether each character shows what was asked.

May raise StoreAwayError.
"""


class _Written(NamedTuple):
    peer: Peer
    work: str
    first: int
    written_at: float


class Verdicts:
    """Follows the hands of one worker's participants.

    Attributes:
        shown, wrong: hands found to be what was asked, and others, so far.
    """

    def __init__(
        self,
        good: NetworkRate,
        bad: NetworkRate,
        find: FindVerdicts,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """Count hands in `good` and `bad`; `find` reads what the check found."""
        self.shown = self.wrong = 0
        self._good = good
        self._bad = bad
        self._find = find
        self._clock = clock
        self._waiting: deque[_Written] = deque()

    def add(self, peer: Peer, work: str, first: int) -> None:
        """A participant wrote every second character of a work, from `first` on."""
        if peer.network and len(self._waiting) < MOST_WAITING:
            self._waiting.append(_Written(peer, work, first, self._clock()))

    def rise(self, peer: Peer) -> float:
        """By how much joins are dearer for a network: 1, up to MOST_RISE."""
        if self._bad.is_empty():
            return 1.0
        bad = self._bad.relative(peer, None, 1)
        if not bad:
            return 1.0
        hands = bad + self._good.relative(peer, None, 1)
        if hands < LEAST_HANDS:
            return 1.0
        excess = max(0.0, bad / hands - TOLERATED) / (1 - TOLERATED)
        return 1 + (MOST_RISE - 1) * excess

    async def run(self) -> None:
        """Look at what was judged, for as long as the worker lives."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self.look()
            except StoreAwayError as error:
                log.debug("verdicts cannot be read", error=str(error))

    async def look(self) -> None:
        """Look once at those that have waited longest, and at the others next time.

        Raises:
            StoreAwayError: they cannot be read now.
        """
        some = [self._waiting.popleft() for _ in range(min(WORKS_A_LOOK, len(self._waiting)))]
        if not some:
            return
        now = self._clock()
        try:
            judged = await self._find([written.work for written in some])
        except StoreAwayError:
            self._waiting.extend(some)
            raise
        for written in some:
            shown = judged.get(written.work)
            if shown is not None:
                self._count(written.peer, is_shown=all(shown[written.first :: 2]))
            elif now - written.written_at < GIVEN_UP_SECONDS:
                self._waiting.append(written)

    def _count(self, peer: Peer, *, is_shown: bool) -> None:
        self.shown += is_shown
        self.wrong += not is_shown
        (self._good if is_shown else self._bad).count(peer)
