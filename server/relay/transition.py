"""What a lane's functions answer: one transition of one room, as everyone concerned may see it.

The types are arrays on the wire (`array_like`), in the order in which the Lua library packs them.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Kind = Literal[
    "waiting",  # a room was opened by its first participant
    "matched",  # an open seat was taken
    "seated",  # nothing changed; the room as its participant finds it
    "committed",  # a character was finished
    "repeated",  # nothing changed; a commit that had been answered before
    "completed",  # the last character was finished and the work counted
    "away",  # a connection was lost; the seat is held for the grace
    "back",  # the participant of an away seat is connected again
    "moved",  # the participant of a connected seat is connected elsewhere now
    "left",  # a seat was given up, or its grace is over
    "idle",  # a seat was taken away because its turn ran out
]

Refusal = Literal["elsewhere", "fenced", "no_such_room", "not_your_turn"]
"""What a function answers instead of a transition. All but `fenced` are also codes of the
protocol's `error`; that one says that the worker itself was given up and must begin anew."""

Shortage = Literal["no_serials"]
"""What `commit` answers when the lane must be given numbers before a work can be finished."""

NO_LIMIT = -1
"""`RoomView.turn_ms` of a room in which nobody is hurried: it waits for a partner."""


class Seat(msgspec.Struct, array_like=True, frozen=True):
    """One of the two seats.

    Attributes:
        participant: who holds it; "" when it is open.
        address: `worker/session` of the holder's connection; "" when there is none.
        last: who holds or held it last; "" when nobody ever did.
    """

    participant: str = ""
    address: str = ""
    last: str = ""


class RoomView(msgspec.Struct, array_like=True, frozen=True):
    """A room after a transition.

    Attributes:
        room: its id, which becomes the work's id.
        phrase: the packed `Phrase`.
        chars: length of the phrase.
        turn: index of the character to be written next; equal to `chars` when complete.
        version: one more with every transition, so that a reader sees whether it missed one.
        turn_ms: milliseconds left in the turn, or `NO_LIMIT`.
        seats: seat 0 and seat 1.
        ink: packed strokes of every committed character; in `committed`, `repeated` and
            `completed` only of the one concerned; in `away`, `left` and `idle` none.
    """

    room: str
    phrase: msgspec.Raw
    chars: int
    turn: int
    version: int
    turn_ms: int
    seats: tuple[Seat, Seat]
    ink: list[msgspec.Raw]


class Hand(msgspec.Struct, array_like=True, frozen=True):
    """A participant who wrote at least one character of a finished work, and the number got."""

    participant: str
    serial: int


class Transition(msgspec.Struct, array_like=True, frozen=True):
    """One change of one room.

    Attributes:
        kind: what happened.
        seat: the seat whose holder acted or lost it.
        c: the character concerned, for `committed`, `repeated` and `completed`; else -1.
        address: where the acting or removed participant is connected; may be "".
        ms: the grace, for `away`; else what is left of the other seat's, 0 when it has none.
        view: the room afterwards.
        hands: every hand with its serial, when the work is complete; else empty.
        relays: the lane's finished works, when the work is complete; else 0.
        participants: the lane's hands in them, likewise.
    """

    kind: Kind
    seat: int
    c: int
    address: str
    ms: int
    view: RoomView
    hands: list[Hand]
    relays: int
    participants: int


def after(transition: Transition, ms: int) -> Transition:
    """The transition as it is told so many ms later: less is left of the turn."""
    view = transition.view
    if ms <= 0 or view.turn_ms == NO_LIMIT:
        return transition
    view = msgspec.structs.replace(view, turn_ms=max(view.turn_ms - ms, 0))
    return msgspec.structs.replace(transition, view=view)
