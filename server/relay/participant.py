"""What a lane remembers of a participant: connection, room and last partners."""

from __future__ import annotations

from dataclasses import dataclass, field

from server.relay.matching import LAST_PARTNERS, Ticket

CLOCK_TOLERANCE_MS = 100
"""The clocks of two workers may differ by so much; nearer times count in the order of the calls."""

PREVIOUS_ADDRESSES = 3
"""Addresses that a participant had before, and that may not take over again."""


@dataclass
class ParticipantRecord:
    """One participant, as in `participants.lua`.

    Attributes:
        address: where the participant is connected; "" for nowhere yet.
        room: the last room.
        hello: when `hello` was said at the address; ms.
        previous_addresses: the addresses before that one, latest first.
        recent: the last partners, latest first.
        seated_at: when the participant was seated last; ms.
    """

    address: str = ""
    room: str = ""
    hello: int = 0
    previous_addresses: list[str] = field(default_factory=list)
    recent: list[str] = field(default_factory=list)
    seated_at: int = 0

    def connect(self, address: str, hello: int) -> bool:
        """Connect at an address where `hello` was said; False when it was said elsewhere later."""
        if self.address != address:
            if hello + CLOCK_TOLERANCE_MS < self.hello or address in self.previous_addresses:
                return False
            if self.address:
                addresses = [self.address, *self.previous_addresses]
                self.previous_addresses = addresses[:PREVIOUS_ADDRESSES]
            self.address = address
        self.hello = max(self.hello, hello)
        return True

    def may_join(self, address: str, hello: int) -> bool:
        """Connect for a join from an address; False when the participant is at another one.

        A later `hello` at this address takes over, since its `resume` may still be on its way. A
        `hello` at nearly the same time does not: the session itself may have left this address.
        """
        if self.address in {"", address}:
            return True
        return hello > self.hello + CLOCK_TOLERANCE_MS and self.connect(address, hello)

    @property
    def previous(self) -> str:
        """The address before this one; "" for none."""
        return self.previous_addresses[0] if self.previous_addresses else ""

    def take_seat(self, now: int, ticket: Ticket, room: str) -> None:
        """The participant has a seat in a room."""
        self.address, self.room, self.seated_at = ticket.address, room, now
        self.hello = max(self.hello, ticket.hello)

    def add_partner(self, partner: str) -> None:
        """The participant has a partner."""
        others = [other for other in self.recent if other != partner]
        self.recent = [partner, *others][:LAST_PARTNERS]
