"""What the partner sees at once: `undo`, `react`, and live ink that needs a closer look."""

from __future__ import annotations

from server.relay.from_client import ExactInk, Ink, React, Undo
from server.relay.ink import POINT
from server.session.dispatch import Dispatcher
from server.session.session import LiveRelay, Session
from server.transport.codec import pack


class LiveHandler:
    """Passes messages on to partners. Most live ink takes `Session.ink` instead."""

    def __init__(self, live_relay: LiveRelay) -> None:
        """`live_relay` is this worker's."""
        self._live_relay = live_relay

    def register(self, dispatcher: Dispatcher) -> None:
        """Handle `undo`, `react`, and the `ink` that `Session.ink` does not pass on."""
        dispatcher.register(Ink, self.ink)
        dispatcher.register(ExactInk, self.ink)
        dispatcher.register(Undo, self.undo)
        dispatcher.register(React, self.react)

    def ink(self, session: Session, message: Ink) -> None:
        """Check every value of live ink and pass it on; drop it if the session has no seat."""
        if session.seat is not None:
            session.seat.checked_stroke = -1
            session.ink(message, pack(message))
        elif len(message.p) % POINT:
            session.refuse("bad_ink", "p is a list of x, y, dt, w for each of its points", message)

    def undo(self, session: Session, message: Undo) -> None:
        """Pass on an undo of the writer; drop one that comes too late without an error."""
        seat = session.seat
        if seat is not None and message.c == seat.writes and message.room == seat.room:
            seat.undo(message.s)
            if seat.partner is not None:
                self._live_relay.relay(seat, pack(message))

    def react(self, session: Session, message: React) -> None:
        """Show the partner a reaction."""
        seat = session.seat
        if seat is None or seat.room != message.room:
            session.refuse("no_such_room", "you have no seat in this room", message)
        elif seat.partner is not None:
            self._live_relay.relay(seat, pack(message))
