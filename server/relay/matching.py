"""Who meets whom: random pairing of the tickets of one call, without anybody's last partners.

Every choice comes from a seed that the caller passes, so a call can be replayed exactly; the Lua
library draws the same numbers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import TypeVar

import msgspec

LAST_PARTNERS = 3
"""How many of one's last partners one does not meet again while somebody else is there."""

SLACK = 8
"""Rooms looked at in one call beyond one for each ticket, so that unsuitable ones do not block.

Of more rooms than that, so many of each language that the tickets name are looked at, too.
"""

SWAPS = 16
"""Pairs tried for an exchange when two are left over who have met lately."""

_MODULUS = 2**31 - 1
_MULTIPLIER = 16_807

_T = TypeVar("_T")


class Ticket(msgspec.Struct, frozen=True):
    """A wish to be seated.

    Attributes:
        participant: who.
        address: `worker/session` where the participant is connected.
        room: id for the room to open if none is found.
        phrase: packed `Phrase` for that room.
        chars: its length.
        chosen: the participant asked for this phrase, so it should be the one to open a room.
        invite: a friend's code, or "".
        recent: the last partners, latest first, as words; "" for those that the lane knows.
        hello: when they said `hello` at the address, ms; 0 when they never did.
        locale: the phrase's.
        locales: as words, the campaign's locales that the participant is willing to write; "" for
            any. `locale` is one of them.
    """

    participant: str
    address: str
    room: str
    phrase: bytes
    chars: int
    chosen: bool = False
    invite: str = ""
    recent: str = ""
    hello: int = 0
    locale: str = ""
    locales: str = ""

    def writes(self, locale: str) -> bool:
        """Whether the participant is willing to write a phrase of this locale."""
        return not self.locales or locale in self.locales.split()


class Dice:
    """Lehmer's generator with Park and Miller's constants ("Random number generators: good ones
    are hard to find", CACM 31, 1988): exact in the double precision that Lua 5.1 counts in.
    """

    def __init__(self, seed: int) -> None:
        """Start from `seed`, 1 to 2**31 - 2."""
        self._state = seed

    def below(self, limit: int) -> int:
        """A number from 0 to limit - 1."""
        self._state = self._state * _MULTIPLIER % _MODULUS
        return self._state % limit

    def shuffle(self, items: list[_T]) -> None:
        """Put a list into random order, in place (Fisher and Yates)."""
        for last in range(len(items) - 1, 0, -1):
            other = self.below(last + 1)
            items[last], items[other] = items[other], items[last]


def can_meet(one: Ticket, other: Ticket) -> bool:
    """Whether the phrase of one of two tickets suits both."""
    return one.writes(other.locale) or other.writes(one.locale)


def oldest(
    index: Mapping[str, float], locale_of: Mapping[str, str], tickets: list[Ticket]
) -> list[str]:
    """The rooms of an index that are looked at for these tickets.

    The oldest ones; if there may be others, also those of the languages that the tickets name.
    """
    in_order = sorted(index, key=lambda room: (index[room], room))
    found = dict.fromkeys(in_order[: len(tickets) + SLACK])
    if len(found) == len(tickets) + SLACK:
        wanted = Counter(locale for ticket in tickets for locale in ticket.locales.split())
        for locale, count in wanted.items():
            others = [room for room in in_order if locale_of[room] == locale and room not in found]
            found.update(dict.fromkeys(others[: count + SLACK]))
    return list(found)


def pair(
    hosts: list[_T],
    guests: list[_T],
    may_meet: Callable[[_T, _T], bool],
    can_meet: Callable[[_T, _T], bool],
) -> tuple[list[tuple[_T, _T]], list[_T], list[_T]]:
    """Give each host a guest and pair the other guests; who is left over, guests and hosts.

    Both lists come shuffled. Two guests who `can_meet` but should not are paired only when no
    exchange with one of the first pairs helps. `may_meet` implies `can_meet`, and never lets two
    hosts meet; no two of the guests left over can meet.
    """
    pairs: list[tuple[_T, _T]] = []
    waiting = []
    guests = list(guests)
    for host in hosts:
        guest = _first(guests, host, may_meet)
        if guest is None:
            waiting.append(host)
        else:
            pairs.append((host, guests.pop(guest)))
    single: list[_T] = []
    while guests:
        one = guests.pop(0)
        other = _first(guests, one, may_meet)
        if other is None:
            single.append(one)
        else:
            pairs.append((one, guests.pop(other)))
    remaining: list[_T] = []
    while single:
        one = single.pop(0)
        if not _exchange(pairs, one, single, may_meet):
            other = _first(single, one, can_meet)
            if other is None:
                remaining.append(one)
            else:
                pairs.append((one, single.pop(other)))
    left = []
    for one in remaining:
        if not _exchange(pairs, one, waiting, may_meet):
            left.append(one)  # noqa: PERF401
    return pairs, left, waiting


def _first(others: list[_T], one: _T, may_meet: Callable[[_T, _T], bool]) -> int | None:
    for index, other in enumerate(others):
        if may_meet(one, other):
            return index
    return None


def _exchange(
    pairs: list[tuple[_T, _T]], one: _T, others: list[_T], may_meet: Callable[[_T, _T], bool]
) -> bool:
    """Part one of the first pairs, for `one` and for another one, who is taken from `others`."""
    for index, (x, y) in enumerate(pairs[:SWAPS] if others else ()):
        for first, second in ((x, y), (y, x)):
            other = _first(others, second, may_meet) if may_meet(one, first) else None
            if other is not None:
                pairs[index] = (one, first)
                pairs.append((others.pop(other), second))
                return True
    return False
