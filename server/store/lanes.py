"""The lanes of a campaign: which there are, which take tickets, and where the next ones go.

A lane lies in one slot of a Cluster, so it carries what one server can. More of them open as
tickets come faster (`spread` in the Lua library decides). Which lane a room is in, its id says.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection

from server.relay.matching import Ticket
from server.store import keys
from server.store.clock import SharedClock

LETTERS = "0123456789abcdefghijklmnopqrstuv"
"""The last character of the id of a room, and of a friend's code, is its lane's."""

MOST = len(LETTERS)

ALONE_MS = 250
"""Whoever waits so long in one lane gets the next joiner of the language: nobody waits for one's
lane.
"""


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
        self._lonely: dict[str, set[str]] = {}
        self._kept: dict[str, set[str]] = {}
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
            for told in self._on_new:
                told(base)
        self.open = min(open_, len(self._bases))

    def see(self, base: str, lonely: Collection[str], kept: Collection[str]) -> None:
        """Take over the locales in which somebody has waited in a lane, and has left a room."""
        for seen, locales in ((self._lonely, lonely), (self._kept, kept)):
            seen.pop(base, None)
            if locales:
                seen[base] = set(locales)

    def base_of(self, name: str) -> str:
        """The lane of a room or of a friend's code; lane 0 for a name that is none of ours."""
        number = LETTERS.find(name[-1:]) if name else 0
        return self._bases[number] if 0 <= number < len(self._bases) else self.first

    def awaiting(self, ticket: Ticket) -> str:
        """The lane that this ticket must go to for a room that suits it; "" when any lane will do.

        One in which somebody has waited for long, who then is not waited for twice; or, when one
        lane is open, one that has closed and in which such a room was left behind.
        """
        if self._lonely:
            lonely = _suitable(ticket, self._lonely)
            if lonely:
                base, locale = random.choice(lonely)
                self._lonely[base].remove(locale)
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
    """Lanes and locales of the rooms that a ticket suits."""
    return [
        (base, locale)
        for base, locales in rooms.items()
        for locale in locales
        if ticket.writes(locale)
    ]


def letter_of(base: str) -> str:
    """The last character of the ids of a lane's rooms."""
    return LETTERS[keys.lane_number(base)]
