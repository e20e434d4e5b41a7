"""A cache of answers about works; each is given only while all its works may be shown."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Mapping
from time import monotonic
from typing import NamedTuple

from server.archive.reader import WorkReader
from server.archive.review_state import ReviewState
from server.prepared.response import PreparedResponse

MOST_BYTES = 32 * 1024 * 1024
OVERHEAD_BYTES = 2_048
"""The memory of each answer beside its bodies."""

LONGEST_SECONDS = 60.0
"""How long an answer is kept that is about works in SQL."""

ON_THE_WAY_SECONDS = 1.0
"""The same, while one of its works is not in SQL yet."""


class AboutWorks(NamedTuple):
    """An answer, and the works that it shows: at least one."""

    response: PreparedResponse
    works: frozenset[str]


Make = Callable[[], Awaitable[AboutWorks]]


class _Kept(NamedTuple):
    made: AboutWorks
    states: Mapping[str, ReviewState]
    """Of its works, when it was made."""

    until: float
    size: int


class RecentAnswers:
    """Answers that are the same for everybody: never one that is given for a token or a key.

    Before an answer is given again, the review states of its works are read. So a work that is
    taken back is gone with the next answer, and one that is released is back.
    """

    def __init__(self, work_reader: WorkReader) -> None:
        """Review states come from `work_reader`."""
        self._work_reader = work_reader
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()
        self._bytes = 0
        self._making: dict[Hashable, asyncio.Task[_Kept]] = {}

    async def get(
        self, key: Hashable, make: Make, seconds: float = LONGEST_SECONDS
    ) -> PreparedResponse:
        """The answer for `key`: the one that is kept, or a new one from `make`.

        Args:
            key: names everything that the answer depends on.
            make: makes the answer; what it raises is raised here, for all who ask meanwhile.
            seconds: how long the answer may be used again.
        """
        kept = self._kept.get(key)
        if kept is not None and kept.until > monotonic():
            self._kept.move_to_end(key)
        elif (making := self._making.get(key)) is not None:
            kept = await asyncio.shield(making)
        else:
            return (await asyncio.shield(self._start_to_make(key, make, seconds))).made.response
        states = await self._work_reader.states(kept.made.works)
        if all(_may_be_shown(work, states, kept.states) for work in kept.made.works):
            return kept.made.response
        self._drop(key)
        return (await make()).response

    def _start_to_make(self, key: Hashable, make: Make, seconds: float) -> asyncio.Task[_Kept]:
        task = asyncio.create_task(self._make(make, seconds), name="an answer about works")
        self._making[key] = task
        task.add_done_callback(lambda done: self._was_made(key, done))
        return task

    async def _make(self, make: Make, seconds: float) -> _Kept:
        made = await make()
        states = await self._work_reader.states(made.works)
        if len(states) < len(made.works):
            seconds = min(seconds, ON_THE_WAY_SECONDS)
        size = OVERHEAD_BYTES + sum(map(len, made.response.bodies.values()))
        return _Kept(made, states, monotonic() + seconds, size)

    def _was_made(self, key: Hashable, done: asyncio.Task[_Kept]) -> None:
        del self._making[key]
        if done.cancelled() or done.exception() is not None:
            return  # everybody who asked is told
        self._drop(key)
        kept = self._kept[key] = done.result()
        self._bytes += kept.size
        while self._bytes > MOST_BYTES:
            self._drop(next(iter(self._kept)))

    def _drop(self, key: Hashable) -> None:
        kept = self._kept.pop(key, None)
        if kept is not None:
            self._bytes -= kept.size


def _may_be_shown(
    work: str, states: Mapping[str, ReviewState], before: Mapping[str, ReviewState]
) -> bool:
    """Whether the work is public, or is on its way to SQL as it was before."""
    return states[work] is ReviewState.PUBLIC if work in states else work not in before
