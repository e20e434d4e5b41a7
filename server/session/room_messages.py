"""From a room's transitions to the messages that its participants get. No I/O, no state."""

from __future__ import annotations

import msgspec

from server.relay.phrase import Phrase, seat_of
from server.relay.to_client import (
    Committed,
    Completed,
    CounterValues,
    Matched,
    Partner,
    Turn,
    TurnChanged,
    Waiting,
)
from server.relay.transition import NO_LIMIT, RoomView, Transition
from server.session.identity import Identity
from server.session.limits import IDLE_SECONDS

_read_phrase = msgspec.msgpack.Decoder(Phrase).decode


def characters(view: RoomView) -> tuple[str, ...]:
    """The characters of the room's phrase."""
    return _read_phrase(view.phrase).chars


def is_waiting(view: RoomView) -> bool:
    """Whether the room looks for a partner, so that nobody in it is hurried."""
    return view.turn_ms == NO_LIMIT and view.turn < view.chars


def turn(view: RoomView, chars: tuple[str, ...]) -> Turn:
    """Whose turn it is; while waiting, only the idle limit is left."""
    ms = IDLE_SECONDS * 1_000 if view.turn_ms == NO_LIMIT else view.turn_ms
    return Turn(view.turn, chars[view.turn], seat_of(view.turn), ms)


def turn_changed(view: RoomView, chars: tuple[str, ...]) -> TurnChanged:
    """The same as a message of its own."""
    now = turn(view, chars)
    return TurnChanged(view.room, now.c, now.char, now.seat, now.ms)


def whole_room(
    view: RoomView, seat: int, chars: tuple[str, ...], identity: Identity, locale: str
) -> Waiting | Matched:
    """The room as the holder of `seat` finds it: `waiting` until there was a partner."""
    other = view.seats[1 - seat]
    now = turn(view, chars)
    if not other.last:
        return Waiting(view.room, view.phrase, seat, view.ink, now)
    alias = identity.alias(other.last, view.room, locale)
    partner = Partner(alias=alias, here=bool(other.participant))
    return Matched(view.room, view.phrase, seat, partner, view.ink, now)


def committed(transition: Transition) -> Committed:
    """A finished character."""
    c = transition.c
    return Committed(transition.view.room, c, seat_of(c), transition.view.ink[0])


def committed_since(view: RoomView, c: int) -> list[Committed]:
    """The characters from `c` on that were finished meanwhile; `view` shows all ink."""
    return [
        Committed(view.room, index, seat_of(index), strokes)
        for index, strokes in enumerate(view.ink)
        if index >= c
    ]


def completed(
    transition: Transition, participant: str, url: str, counters: CounterValues
) -> Completed:
    """The finished work at `url`, with the participant's own serial number."""
    work = transition.view.room
    serial = next(hand.serial for hand in transition.hands if hand.participant == participant)
    return Completed(work, work, url, serial, counters)
