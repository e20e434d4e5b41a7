"""The lanes of a campaign: which there are, which take tickets, and where the next ones go.

A lane lies in one slot of a Cluster, so it carries what one server can. More of them open as
tickets come faster (`spread` in the Lua library decides). Which lane a room is in, its id says.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection
from typing import NamedTuple

from server.store import keys
from server.store.clock import SharedClock

LETTERS = "0123456789abcdefghijklmnopqrstuv"
"""The last character of the id of a room, and of a friend's code, is its lane's."""

MOST = len(LETTERS)

ALONE_MS = 250
"""Whoever waits so long in one lane gets the next joiner of any: nobody waits for one's lane."""


class _Waiting(NamedTuple):
    """Who waits in a lane, as last seen."""

    alone_ms: int = -1
    kept: int = 0


class Lanes:
    """Those of one campaign, as this worker knows them.

    Attributes:
        campaign: its id.
        first: base of lane 0, which is always open.
        open: how many take tickets, from lane 0 on.
        joins: tickets handed in to this worker since it began.
        clock: that of lane 0, by which all workers of the campaign say when something was.
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
        """Of every lane that may hold something of the campaign."""
        return self._bases

    def on_new(self, told: Callable[[str], None]) -> None:
        """Have `told` called with the base of every lane there is and will be."""
        self._on_new.append(told)
        for base in self._bases:
            told(base)

    def update(self, open_: int, known: int) -> None:
        """Take over what lane 0 says of all."""
        while len(self._bases) < known:
            base = keys.lane(self.campaign, len(self._bases))
            self._bases.append(base)
            self._waiting[base] = _Waiting()
            for told in self._on_new:
                told(base)
        self.open = min(open_, len(self._bases))

    def see(self, base: str, alone_ms: int, kept: int) -> None:
        """Take over who waits in a lane."""
        self._waiting[base] = _Waiting(alone_ms, kept)

    def base_of(self, name: str) -> str:
        """The lane of a room or of a friend's code; lane 0 for a name that is none of ours."""
        number = LETTERS.find(name[-1:]) if name else 0
        return self._bases[number] if 0 <= number < len(self._bases) else self.first

    def choose(self, busy: Collection[str]) -> str | None:
        """The lane for the next batch: not one of the `busy`, or None when all open ones are.

        First one in which somebody has waited for long, then any that is open; a room that waits
        for a stranger in a lane that has closed is gone to when nobody waits anywhere.
        """
        if len(self._bases) == 1:
            return None if self.first in busy else self.first
        lonely = [base for base, it in self._waiting.items() if it.alone_ms >= ALONE_MS]
        if lonely:
            base = random.choice(lonely)
            self._waiting[base] = _Waiting()
            return base
        if self.open == 1 and not self._waiting[self.first].kept:
            kept = [base for base, it in self._waiting.items() if it.kept and base not in busy]
            if kept:
                return random.choice(kept)
        free = [base for base in self._bases[: self.open] if base not in busy]
        return random.choice(free) if free else None


def letter_of(base: str) -> str:
    """The last character of the ids of a lane's rooms."""
    return LETTERS[keys.lane_number(base)]
