"""The lanes of a campaign: which there are, which take tickets, and where the next ones go.

A lane lies in one slot of a Cluster, so it carries what one server can. More lanes open as tickets
come faster (`scale_lanes` in the Lua library decides). The last character of a room's id says which
lane the room is in.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection
from typing import NamedTuple

from server.store import keys
from server.store.clock import SharedClock

LETTERS = "0123456789abcdefghijklmnopqrstuv"
"""The last character of a room's id, and of a friend's code, is that of its lane."""

MOST = len(LETTERS)

ALONE_MS = 250
"""A participant who waits so long in one lane gets the next joiner of the campaign."""


class _Waiting(NamedTuple):
    """Who waits in a lane, as `expire` answered last."""

    alone_ms: int = -1
    kept: int = 0


class Lanes:
    """The lanes of one campaign, as this worker knows them.

    Attributes:
        campaign: its id.
        first: base of lane 0, which is always open.
        open: how many lanes take tickets, from lane 0 on.
        joins: tickets that this worker has taken since it started.
        clock: the clock of lane 0, which all workers of the campaign use.
    """

    def __init__(self, campaign: str) -> None:
        """Lane 0 alone."""
        self.campaign = campaign
        self.first = keys.lane(campaign)
        self.open = 1
        self.joins = 0
        self.clock = SharedClock()
        self._bases = [self.first]
        self._waiting = {self.first: _Waiting()}
        self._on_new: list[Callable[[str], None]] = []

    @property
    def bases(self) -> list[str]:
        """Bases of every lane that may hold something of the campaign."""
        return self._bases

    def on_new(self, callback: Callable[[str], None]) -> None:
        """Have `callback` called with the base of every lane there is and will be."""
        self._on_new.append(callback)
        for base in self._bases:
            callback(base)

    def update(self, open_: int, known: int) -> None:
        """Take over how many lanes are open and known, as lane 0 says."""
        while len(self._bases) < known:
            base = keys.lane(self.campaign, len(self._bases))
            self._bases.append(base)
            self._waiting[base] = _Waiting()
            for callback in self._on_new:
                callback(base)
        self.open = min(open_, len(self._bases))

    def see(self, base: str, alone_ms: int, kept: int) -> None:
        """Take over who waits in a lane."""
        self._waiting[base] = _Waiting(alone_ms, kept)

    def base_of(self, name: str) -> str:
        """The lane of a room or of a friend's code; lane 0 for any other name."""
        number = LETTERS.find(name[-1:]) if name else 0
        return self._bases[number] if 0 <= number < len(self._bases) else self.first

    def choose(self, busy: Collection[str]) -> str | None:
        """The lane for the next batch; None when all open lanes are `busy`.

        First a lane in which somebody has waited for long. Then, if only lane 0 is open and has no
        kept room, a closed lane that has one. Then any open lane.
        """
        if len(self._bases) == 1:
            return None if self.first in busy else self.first
        waiting_long = [base for base, it in self._waiting.items() if it.alone_ms >= ALONE_MS]
        if waiting_long:
            base = random.choice(waiting_long)
            self._waiting[base] = _Waiting()
            return base
        if self.open == 1 and not self._waiting[self.first].kept:
            kept = [base for base, it in self._waiting.items() if it.kept and base not in busy]
            if kept:
                return random.choice(kept)
        free = [base for base in self._bases[: self.open] if base not in busy]
        return random.choice(free) if free else None


def number_of(name: str) -> int:
    """The lane of a room, a work or a friend's code; 0 for any other name."""
    return max(LETTERS.find(name[-1:]), 0) if name else 0


def lane_bases(campaign: str, count: int) -> list[str]:
    """Bases of the first lanes of a campaign."""
    return [keys.lane(campaign, number) for number in range(count)]


def letter_of(base: str) -> str:
    """The last character of the ids of a lane's rooms."""
    return LETTERS[keys.lane_number(base)]
