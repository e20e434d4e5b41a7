"""Where a session sits: what it must know of its room to route ink and to order transitions."""

from __future__ import annotations

from collections.abc import Callable

from server.relay.ink import check_part
from server.relay.phrase import seat_of
from server.relay.transition import RoomView
from server.session.room_messages import characters, is_waiting

Address = tuple[str, int]
"""A worker and the session on it."""

Outlet = Callable[[str, bytes], None]
"""Shows a partner in a room a message in MessagePack, if that is still the room."""


def parse_address(address: str) -> Address | None:
    """`worker/session`, or None for nobody."""
    if not address:
        return None
    worker, _, session = address.partition("/")
    return worker, int(session)


def format_address(worker: str, session: int) -> str:
    """The address of a session as the library stores it."""
    return f"{worker}/{session}"


class Seat:
    """A seat in a room as last seen.

    Attributes:
        room: the room's id.
        seat: the seat held, 0 or 1.
        version: the room's version; a transition that is not the next one was missed.
        turn: index of the character to be written next.
        waiting: whether a partner is sought.
        partner: where the partner is connected, or None.
        partner_is_away: whether there is one whose connection is lost at the moment.
        outlet: how the partner is shown something; None until it is looked up.
        writes: the character that is written here; -1 for none.
        stroke: of which live ink came last; -1 when whatever comes next is to be checked.
        begun: the last stroke that has begun as live ink; -1 for none yet, None when unknown.
        chars: the phrase's characters.
    """

    __slots__ = (
        "begun",
        "chars",
        "outlet",
        "partner",
        "partner_is_away",
        "room",
        "seat",
        "stroke",
        "turn",
        "version",
        "waiting",
        "writes",
    )

    def __init__(self, view: RoomView, seat: int) -> None:
        """The holder of `seat` sees `view`."""
        self.room = view.room
        self.seat = seat
        self.chars = characters(view)
        self.version = 0
        self.turn = 0
        self.waiting = False
        self.partner: Address | None = None
        self.partner_is_away = False
        self.outlet: Outlet | None = None
        self.writes = -1
        self.stroke = -1
        self.begun: int | None = -1
        self.update(view)

    def update(self, view: RoomView) -> None:
        """Take a newer view of the same room over."""
        if view.turn != self.turn:
            self.stroke = self.begun = -1
        self.version = view.version
        self.turn = view.turn
        self.waiting = is_waiting(view)
        other = view.seats[1 - self.seat]
        self.partner = parse_address(other.address)
        self.partner_is_away = bool(other.participant) and not other.address
        self.outlet = None
        mine = view.turn < view.chars and seat_of(view.turn) == self.seat
        self.writes = view.turn if mine else -1

    def check_ink(self, s: int, part: list[int]) -> None:
        """Check live ink of another stroke than before, or that looks as if it left the grid.

        Strokes that have begun may go on in any order, or come again from the start.

        Raises:
            BadInkError: it may not be shown.
        """
        first = self.begun is not None and s > self.begun
        check_part(part, first=first)
        if first or self.begun is None:
            self.begun = s
        self.stroke = s

    def take_back(self, s: int) -> None:
        """The strokes from `s` on are taken back; they begin anew."""
        self.begun = s - 1 if self.begun is None else min(self.begun, s - 1)
        self.stroke = -1
