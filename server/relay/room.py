"""The rules of one room, as pure functions from a room to the next one.

The same rules run in `store/functions/`, where they are the authority; the model test
drives both and compares every answer. Nothing here knows of time, sockets or Redis: the present
moment is an argument, in milliseconds.

    open seat:  nobody holds it and it still has a character to write
    turn:       held by seat `turn % 2`; limited only while the room has no open seat, and not
                running while its holder's connection is lost: the grace comes on top
    completed:  turn == chars; nothing changes any more
"""

from __future__ import annotations

import enum
from typing import TypeVar

import msgspec

from server.relay.phrase import needs, seat_of
from server.relay.transition import NO_LIMIT, RoomView, Seat

_T = TypeVar("_T")


class Rules(msgspec.Struct, frozen=True):
    """The times that a campaign may set, in milliseconds."""

    turn_ms: int = 60_000
    grace_ms: int = 15_000
    keep_ms: int = 86_400_000


class Due(enum.Enum):
    """What can be due in a room."""

    EXPIRY = "a kept room found no stranger in time"
    GRACE = "a lost connection did not come back"
    TURN = "the turn ran out"


class Room(msgspec.Struct, frozen=True):
    """A room at rest between two transitions.

    Attributes:
        seats: who sits where.
        graces: for each seat, when its grace ends; 0 when its holder is connected.
        deadline: when the turn runs out; 0 when it is not limited.
        expiry: when a room that nobody sits in is forgotten; 0 while somebody does.
        keep: a character's writer wished it kept, so the room outlives its participants.
        held: reported; the finished work is not shown.
        invite: the code that a friend brings; "" when strangers may come.
        people: everyone who ever sat here; none of them is seated again.
        writers: who wrote character i.
        ink: packed strokes of character i.
        locale: the phrase's.
        apart: somebody who is kept apart sits or sat here; only others like them come here.
    """

    id: str
    phrase: bytes
    chars: int
    turn: int = 0
    version: int = 0
    seats: tuple[Seat, Seat] = (Seat(), Seat())
    graces: tuple[int, int] = (0, 0)
    deadline: int = 0
    expiry: int = 0
    keep: bool = False
    held: bool = False
    invite: str = ""
    people: tuple[str, ...] = ()
    writers: tuple[str, ...] = ()
    ink: tuple[bytes, ...] = ()
    locale: str = ""
    apart: bool = False

    @property
    def completed(self) -> bool:
        """Whether every character is written."""
        return self.turn == self.chars

    @property
    def taken(self) -> bool:
        """Whether anybody holds a seat."""
        return any(seat.participant for seat in self.seats)

    @property
    def alive(self) -> bool:
        """Whether the room is still of use: held by somebody, kept for a stranger, or finished."""
        return self.taken or self.keep or self.completed

    @property
    def hands(self) -> tuple[str, ...]:
        """Everyone who wrote a character, in the order of their first one."""
        return tuple(dict.fromkeys(self.writers))

    def seat_held_by(self, participant: str) -> int | None:
        """The seat that a participant holds in an unfinished room."""
        for index, seat in enumerate(self.seats):
            if seat.participant == participant and not self.completed:
                return index
        return None

    @property
    def open_seat(self) -> int | None:
        """The seat that a stranger would get: the one whose turn it is before the other."""
        first = seat_of(self.turn)
        for seat in (first, 1 - first):
            if not self.seats[seat].participant and needs(seat, self.turn, self.chars):
                return seat
        return None

    @property
    def in_pool(self) -> bool:
        """Whether strangers are led here: an open seat, somebody connected, no friend awaited."""
        here = any(seat.address for seat in self.seats)
        return here and not self.invite and self.open_seat is not None

    @property
    def kept(self) -> bool:
        """Whether it waits, with nobody in it, for a later stranger."""
        return self.keep and not self.taken and not self.completed

    @property
    def next_deadline(self) -> int:
        """When the clock changes this room; 0 for never."""
        times = [t for t in (self.deadline, self.expiry, *self.graces) if t]
        return min(times, default=0)


def take_seat(
    room: Room, seat: int, participant: str, address: str, now: int, rules: Rules
) -> Room:
    """Seat a participant."""
    return _settle(
        room,
        now,
        rules,
        seats=_with(room.seats, seat, Seat(participant, address, participant)),
        people=(*room.people, participant),
        invite="",
    )


def commit(room: Room, ink: bytes, now: int, rules: Rules) -> Room:
    """Finish the character whose turn it is."""
    writer = room.seats[seat_of(room.turn)].participant
    return _settle(
        room,
        now,
        rules,
        turn=room.turn + 1,
        deadline=0,
        writers=(*room.writers, writer),
        ink=(*room.ink, ink),
    )


def vacate_seat(room: Room, seat: int, now: int, rules: Rules, *, keep: bool) -> Room:
    """Free a seat; with `keep`, a character that its holder wrote keeps the room open."""
    holder = room.seats[seat].participant
    return _settle(
        room,
        now,
        rules,
        seats=_with(room.seats, seat, Seat(last=holder)),
        graces=_with(room.graces, seat, 0),
        keep=room.keep or (keep and holder in room.writers),
    )


def without(room: Room, participant: str, other: str, now: int, rules: Rules) -> Room:
    """Free the seat of a participant, who is the unknown `other` in what is kept of the room."""
    seat = room.seat_held_by(participant)
    if seat is not None:
        room = vacate_seat(room, seat, now, rules, keep=False)

    def names(ids: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(other if each == participant else each for each in ids)

    one, two = (
        msgspec.structs.replace(each, last=other) if each.last == participant else each
        for each in room.seats
    )
    return msgspec.structs.replace(
        room, people=names(room.people), writers=names(room.writers), seats=(one, two)
    )


def start_grace(room: Room, seat: int, now: int, rules: Rules) -> Room:
    """The seat's connection is lost; it is held for the grace, in which its turn stands still."""
    away = msgspec.structs.replace(room.seats[seat], address="")
    deadline = room.deadline
    if deadline and seat == seat_of(room.turn):
        deadline = max(deadline, now) + rules.grace_ms
    return _settle(
        room,
        now,
        rules,
        seats=_with(room.seats, seat, away),
        graces=_with(room.graces, seat, now + rules.grace_ms),
        deadline=deadline,
    )


def end_grace(room: Room, seat: int, address: str, now: int, rules: Rules) -> Room:
    """The holder is connected at `address`; what is left of the grace is taken off the deadline."""
    here = msgspec.structs.replace(room.seats[seat], address=address)
    deadline = room.deadline
    if deadline and seat == seat_of(room.turn):
        deadline -= max(room.graces[seat] - now, 0)
    return _settle(
        room,
        now,
        rules,
        seats=_with(room.seats, seat, here),
        graces=_with(room.graces, seat, 0),
        deadline=deadline,
    )


def due(room: Room, now: int) -> tuple[Due, int] | None:
    """What is due in a room at this moment, and for which seat: the first of several."""
    if room.expiry and room.expiry <= now:
        return Due.EXPIRY, 0
    for seat in (0, 1):
        if room.graces[seat] and room.graces[seat] <= now:
            return Due.GRACE, seat
    if room.deadline and room.deadline <= now:
        return Due.TURN, seat_of(room.turn)
    return None


def left(time: int, now: int, most: int) -> int:
    """The milliseconds until `time`; 0 when it is over, and never more than the rules give."""
    return min(max(time - now, 0), most)


def view(room: Room, now: int, rules: Rules, ink: tuple[bytes, ...]) -> RoomView:
    """The room as a transition shows it."""
    away = room.graces[seat_of(room.turn)] > 0
    turn_ms = left(room.deadline, now, rules.turn_ms + (rules.grace_ms if away else 0))
    return RoomView(
        room=room.id,
        phrase=msgspec.Raw(room.phrase),
        chars=room.chars,
        turn=room.turn,
        version=room.version,
        turn_ms=turn_ms if room.deadline else NO_LIMIT,
        seats=room.seats,
        ink=[msgspec.Raw(strokes) for strokes in ink],
    )


def _settle(room: Room, now: int, rules: Rules, **changes: object) -> Room:
    """Apply changes, then what follows from them: the version and the clocks."""
    room = msgspec.structs.replace(room, version=room.version + 1, **changes)
    if room.completed:
        return msgspec.structs.replace(room, deadline=0, expiry=0, graces=(0, 0))
    if not room.taken:
        return msgspec.structs.replace(room, deadline=0, expiry=now + rules.keep_ms)
    deadline = 0
    if room.open_seat is None:
        grace = room.graces[seat_of(room.turn)]
        deadline = room.deadline or max(now, grace) + rules.turn_ms
    return msgspec.structs.replace(room, deadline=deadline, expiry=0)


def _with(pair: tuple[_T, _T], index: int, value: _T) -> tuple[_T, _T]:
    return (value, pair[1]) if index == 0 else (pair[0], value)
