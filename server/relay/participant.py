"""What a lane remembers of a participant: connection, room and last partners."""

from __future__ import annotations

from dataclasses import dataclass, field

from server.relay.matching import LAST_PARTNERS, Ticket

CLOCKS_APART_MS = 100
"""By so much two workers may differ on when something was; what is nearer counts as it comes."""

LAST_PLACES = 3
"""Addresses at which somebody was before, and which may not take over again."""


@dataclass
class ParticipantRecord:
    """One participant, as `participants.lua` keeps it.

    Attributes:
        address: where the participant is connected; "" for nowhere yet.
        room: where they sat down last.
        hello: when they said `hello` at the address; ms.
        places: addresses before that one, latest first.
        recent: the last partners, latest first.
        seated_at: when they sat down last; ms.
    """

    address: str = ""
    room: str = ""
    hello: int = 0
    places: list[str] = field(default_factory=list)
    recent: list[str] = field(default_factory=list)
    seated_at: int = 0

    def connect(self, address: str, hello: int) -> bool:
        """They said `hello` at an address; false when they did so elsewhere later."""
        if self.address != address:
            if hello + CLOCKS_APART_MS < self.hello or address in self.places:
                return False
            if self.address:
                self.places = [self.address, *self.places][:LAST_PLACES]
            self.address = address
        self.hello = max(self.hello, hello)
        return True

    def ask_for_a_seat(self, address: str, hello: int) -> bool:
        """They join from an address; false when they are at another one.

        Unless they said `hello` at this one later: the return is still on its way. At nearly the
        same time is not later: that may be an address which the session itself has left.
        """
        if self.address in {"", address}:
            return True
        return hello > self.hello + CLOCKS_APART_MS and self.connect(address, hello)

    @property
    def previous(self) -> str:
        """Where they were before; "" for nowhere."""
        return self.places[0] if self.places else ""

    def sit_down(self, now: int, ticket: Ticket, room: str) -> None:
        """They have a seat in a room."""
        self.address, self.room, self.seated_at = ticket.address, room, now
        self.hello = max(self.hello, ticket.hello)

    def meet(self, partner: str) -> None:
        """They have a partner."""
        others = [other for other in self.recent if other != partner]
        self.recent = [partner, *others][:LAST_PARTNERS]
