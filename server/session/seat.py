"""The seat that a session holds: what it must know of the room to route ink."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

from server.relay.ink import check_part
from server.relay.phrase import seat_of
from server.relay.transition import RoomView
from server.session.address import Address, parse_address
from server.session.room_messages import characters, is_waiting

SendLive = Callable[[str, bytes], None]
"""Sends a live message in MessagePack to the partner, if the partner is still in this room."""


class HeldSeat:
    """A seat in a room as this session was last told of it.

    Attributes:
        room: the room's id.
        index: 0 or 1.
        version: the room's version; when a transition is not the next one, one was missed.
        turn: index of the character to be written next.
        turn_began: when this seat learned of the turn, in seconds of `monotonic`.
        waiting: whether a partner is sought.
        partner: where the partner is connected, or None.
        partner_away: whether there is a partner whose connection is lost at the moment.
        send_live: sends to the partner; None until it is looked up.
        writes: the character that this seat writes now; -1 for none.
        checked_stroke: the stroke of the last live ink; -1 when every value of the next part must
            be checked.
        last_begun: the last stroke that began as live ink; -1 for none, None when unknown.
        chars: the phrase's characters.
    """

    __slots__ = (
        "chars",
        "checked_stroke",
        "index",
        "last_begun",
        "partner",
        "partner_away",
        "room",
        "send_live",
        "turn",
        "turn_began",
        "version",
        "waiting",
        "writes",
    )

    def __init__(self, view: RoomView, index: int) -> None:
        """Seat `index` of the room in `view`."""
        self.room = view.room
        self.index = index
        self.chars = characters(view)
        self.version = 0
        self.turn = 0
        self.turn_began = monotonic()
        self.waiting = False
        self.partner: Address | None = None
        self.partner_away = False
        self.send_live: SendLive | None = None
        self.writes = -1
        self.checked_stroke = -1
        self.last_begun: int | None = -1
        self.update(view)

    def update(self, view: RoomView) -> None:
        """Apply a newer view of the same room."""
        turn, index = view.turn, self.index
        if turn != self.turn:
            self.turn = turn
            self.checked_stroke = self.last_begun = -1
            self.turn_began = monotonic()
        self.version = view.version
        self.waiting = is_waiting(view)
        other = view.seats[1 - index]
        address = other.address
        self.partner = parse_address(address)
        self.partner_away = not address and other.participant != ""
        self.send_live = None
        self.writes = turn if turn < view.chars and seat_of(turn) == index else -1

    def check_ink(self, stroke: int, part: list[int]) -> None:
        """Check live ink of another stroke than before, or with values larger than the grid.

        Strokes that have begun may continue in any order, or come again from the start.

        Raises:
            BadInkError: it must not be passed on.
        """
        first = self.last_begun is not None and stroke > self.last_begun
        check_part(part, first=first)
        if first or self.last_begun is None:
            self.last_begun = stroke
        self.checked_stroke = stroke

    def undo(self, stroke: int) -> None:
        """The strokes from `stroke` on are taken back; they begin again."""
        before = stroke - 1
        self.last_begun = before if self.last_begun is None else min(self.last_begun, before)
        self.checked_stroke = -1
