"""The lanes of a campaign: which there are, which take tickets, and where the next ones go.

A lane lies in one slot of a Cluster, so it carries what one server can. More lanes open as tickets
come faster (`scale_lanes` in the Lua library decides). The last character of a room's id says which
lane the room is in.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection

from server.relay.matching import Ticket
from server.store import keys
from server.store.clock import SharedClock

LETTERS = "0123456789abcdefghijklmnopqrstuv"
"""The last character of a room's id, and of a friend's code, is that of its lane."""

MOST = len(LETTERS)

ALONE_MS = 250
"""When a room has waited so long in one lane, the next joiner of its language goes there."""


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
        self._alone: dict[str, set[str]] = {}
        self._kept: dict[str, set[str]] = {}
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
            for callback in self._on_new:
                callback(base)
        self.open = min(open_, len(self._bases))

    def see(self, base: str, alone: Collection[str], kept: Collection[str]) -> None:
        """Take over the locales in which rooms of a lane have waited for long, or are kept."""
        for seen, locales in ((self._alone, alone), (self._kept, kept)):
            seen.pop(base, None)
            if locales:
                seen[base] = set(locales)

    def base_of(self, name: str) -> str:
        """The lane of a room or of a friend's code; lane 0 for any other name."""
        if len(self._bases) == 1:  # the usual case, and asked for six times a relay
            return self.first
        number = LETTERS.find(name[-1:]) if name else 0
        return self._bases[number] if 0 <= number < len(self._bases) else self.first

    def lane_for(self, ticket: Ticket) -> str:
        """The lane that this ticket must go to for a room that suits it; "" when any lane will do.

        That is a lane in which such a room has waited for long; the next ticket goes elsewhere. Or,
        while only lane 0 is open, a closed lane that has such a kept room.
        """
        if self._alone:
            alone = _suitable(ticket, self._alone)
            if alone:
                base, locale = random.choice(alone)
                self._alone[base].remove(locale)
                return base
        if self._kept and self.open == 1:
            kept = [base for base, _ in _suitable(ticket, self._kept)]
            if kept and self.first not in kept:
                return random.choice(kept)
        return ""

    def choose(self, busy: Collection[str]) -> str | None:
        """The lane for the next batch: an open one that is not `busy`, or None when all are."""
        free = [base for base in self._bases[: self.open] if base not in busy]
        return random.choice(free) if free else None


def _suitable(ticket: Ticket, rooms: dict[str, set[str]]) -> list[tuple[str, str]]:
    """The lanes and locales of rooms that suit a ticket."""
    return [
        (base, locale)
        for base, locales in rooms.items()
        for locale in locales
        if ticket.writes(locale)
    ]


def number_of(name: str) -> int:
    """The lane of a room, a work or a friend's code; 0 for any other name."""
    return max(LETTERS.find(name[-1:]), 0) if name else 0


def lane_bases(campaign: str, count: int) -> list[str]:
    """Bases of the first lanes of a campaign."""
    return [keys.lane(campaign, number) for number in range(count)]


def letter_of(base: str) -> str:
    """The last character of the ids of a lane's rooms."""
    return LETTERS[keys.lane_number(base)]
