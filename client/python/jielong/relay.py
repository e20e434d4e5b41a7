"""The state of the room, as a pure fold over the server's messages. Knows nothing of sockets."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import astuple, replace

from .messages import (
    Committed,
    Completed,
    Matched,
    Message,
    Partner,
    PartnerState,
    Phrase,
    Seated,
    Turn,
    Welcome,
)
from .strokes import Character


class Relay(Struct, frozen=True):
    """One room as its participant sees it.

    A room that was completed while the connection was lost may lack characters in `committed`.
    `turn` is None between a commit and the next turn, and when all is written. `partner` is None
    while the other seat is empty. `arrivals` counts how often a partner took that seat or came
    back; after each, unfinished ink is sent again from the start.
    """

    room: str
    phrase: Phrase
    seat: int
    committed: tuple[Character, ...]
    turn: Turn | None
    partner: Partner | None
    arrivals: int = 0
    completed: Completed | None = None

    @property
    def my_turn(self) -> bool:
        """Whether this participant is to write now."""
        return self.turn is not None and self.turn.seat == self.seat and self.completed is None

    def may_write(self, room: str, c: int) -> bool:
        """Whether this participant is to write character `c` of that room now."""
        return self.room == room and self.my_turn and self.turn is not None and self.turn.c == c


def follow(relay: Relay | None, message: Message) -> Relay | None:
    """The room after a message; messages of another room change nothing."""
    if isinstance(message, Welcome):
        return _welcomed(relay, message)
    if isinstance(message, Seated):
        return _seated(relay, message)
    if relay is None or getattr(message, "room", None) != relay.room:
        return relay
    return _moved(relay, message)


def _welcomed(relay: Relay | None, welcome: Welcome) -> Relay | None:
    """Over another connection the room is open, was completed meanwhile, or is over."""
    if welcome.resume is not None:
        return _seated(relay, welcome.resume)
    if relay is None or relay.completed is not None:
        return relay
    if not welcome.finished:
        return None
    work, url, serial = astuple(welcome.finished[-1])
    completed = Completed(relay.room, work, url, serial, welcome.counters)
    return replace(relay, turn=None, completed=completed)


def _seated(relay: Relay | None, message: Seated) -> Relay:
    arrivals = relay.arrivals if relay and relay.room == message.room else 0
    partner = None
    if isinstance(message, Matched):
        partner = message.partner
        arrivals += 1
    return Relay(
        message.room,
        message.phrase,
        message.seat,
        message.committed,
        message.turn,
        partner,
        arrivals,
    )


def _moved(relay: Relay, message: Message) -> Relay:
    match message:
        case Turn():
            relay = replace(relay, turn=message)
        case Committed():
            relay = _committed(relay, message)
        case PartnerState():
            relay = _partner(relay, message)
        case Completed():
            relay = replace(relay, turn=None, completed=message)
    return relay


def _committed(relay: Relay, message: Committed) -> Relay:
    written, c = relay.committed, message.c
    if c <= len(written):
        written = (*written[:c], message.strokes, *written[c + 1 :])
    turn = None if relay.turn and relay.turn.c == c else relay.turn
    return replace(relay, committed=written, turn=turn)


def _partner(relay: Relay, message: PartnerState) -> Relay:
    if message.state == "left" or relay.partner is None:
        return replace(relay, partner=None)
    back = message.state == "back"
    return replace(relay, partner=replace(relay.partner, here=back), arrivals=relay.arrivals + back)
