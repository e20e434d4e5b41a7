"""Who is seated with whom: tickets of one call with each other, with open rooms, or alone."""

from __future__ import annotations

import msgspec

from server.relay import room as rules_of
from server.relay.lane_state import LaneState
from server.relay.matching import Dice, Ticket, can_meet, oldest, pair
from server.relay.room import Room
from server.relay.transition import Transition


class Seating:
    """Seats tickets in a lane."""

    def __init__(self, lane: LaneState) -> None:
        """In this lane."""
        self._lane = lane

    def match(self, now: int, dice: Dice, fresh: list[Ticket], apart: bool) -> list[Transition]:
        """Seat tickets of different participants, none of whom has a seat."""
        transitions = []
        dice.shuffle(fresh)
        hosts: list[Room | Ticket] = [
            *self._oldest(dice, self._lane.apart if apart else self._lane.pool, fresh)
        ]
        guests: list[Room | Ticket] = [*fresh]
        pairs, left, unsuitable = pair(hosts, guests, self._may_meet, _can_meet)
        for first, second in pairs:
            transitions.append(self._seat_pair(now, first, second, apart))
        for ticket in left:
            assert isinstance(ticket, Ticket)
            transitions.append(self._seat_unpaired(now, dice, ticket, unsuitable, apart))
        return transitions

    def _oldest(self, dice: Dice, index: dict[str, float], tickets: list[Ticket]) -> list[Room]:
        locale_of = {room_id: self._lane.rooms[room_id].locale for room_id in index}
        rooms = [self._lane.rooms[room_id] for room_id in oldest(index, locale_of, tickets)]
        dice.shuffle(rooms)
        return rooms

    def _seat_pair(
        self, now: int, first: Room | Ticket, second: Room | Ticket, apart: bool
    ) -> Transition:
        if isinstance(second, Room):
            first, second = second, first
        assert isinstance(second, Ticket)
        if isinstance(first, Room):
            return self.take(now, first, second, apart)
        swap = first.writes(second.locale) and (
            not second.writes(first.locale) or (second.chosen and not first.chosen)
        )
        opener, joiner = (second, first) if swap else (first, second)
        return self.take(now, self._open(now, opener, apart), joiner, apart)

    def _seat_unpaired(
        self,
        now: int,
        dice: Dice,
        ticket: Ticket,
        unsuitable: list[Room | Ticket],
        apart: bool,
    ) -> Transition:
        for index, host in enumerate(unsuitable):
            if isinstance(host, Room) and _may_enter(ticket, host):
                del unsuitable[index]
                return self.take(now, host, ticket, apart)
        for room in self._oldest(
            dice, self._lane.apart_kept if apart else self._lane.kept, [ticket]
        ):
            if _may_enter(ticket, room):
                return self.take(now, room, ticket, apart)
        room = self._open(now, ticket, apart)
        return self._lane.transition("waiting", now, room, 0, address=ticket.address)

    def _open(self, now: int, ticket: Ticket, apart: bool) -> Room:
        room = Room(ticket.room, ticket.phrase, ticket.chars, locale=ticket.locale, apart=apart)
        room = rules_of.take_seat(
            room, 0, ticket.participant, ticket.address, now, self._lane.rules
        )
        self._lane.known(ticket.participant).take_seat(now, ticket, room.id)
        self._lane.put(now, room)
        return room

    def take(self, now: int, room: Room, ticket: Ticket, apart: bool) -> Transition:
        """Give the open seat of a room to a ticket."""
        seat = room.open_seat
        assert seat is not None
        room = msgspec.structs.replace(room, apart=room.apart or apart)
        room = rules_of.take_seat(
            room, seat, ticket.participant, ticket.address, now, self._lane.rules
        )
        self._lane.known(ticket.participant).take_seat(now, ticket, room.id)
        partner = room.seats[1 - seat].last
        if partner:
            self._lane.known(ticket.participant).add_partner(partner)
            self._lane.known(partner).add_partner(ticket.participant)
        self._lane.put(now, room)
        return self._lane.transition("matched", now, room, seat, address=ticket.address)

    def adopt_partners(self, ticket: Ticket) -> None:
        """Take over the last partners that another lane knows of."""
        if ticket.recent:
            self._lane.known(ticket.participant).recent = ticket.recent.split()

    def _may_meet(self, one: Room | Ticket, other: Room | Ticket) -> bool:
        """Whether two tickets, or a ticket and a room, go together: by their languages, and by
        everybody's last partners.
        """
        if isinstance(one, Room):
            one, other = other, one
        if isinstance(one, Room):
            return False
        if isinstance(other, Ticket):
            return can_meet(one, other) and self._strangers(one.participant, other.participant)
        holders = [seat.participant for seat in other.seats if seat.participant]
        return _may_enter(one, other) and all(
            self._strangers(one.participant, holder) for holder in holders
        )

    def _strangers(self, one: str, other: str) -> bool:
        return other not in self._lane.recent(one) and one not in self._lane.recent(other)

    def invited(self, ticket: Ticket) -> Room | None:
        """The room that a friend's ticket may enter."""
        room = self._lane.rooms.get(self._lane.invites.get(ticket.invite, ""))
        if not room or room.invite != ticket.invite or room.open_seat is None:
            return None
        return None if ticket.participant in room.people else room


def _may_enter(ticket: Ticket, room: Room) -> bool:
    return ticket.participant not in room.people and ticket.writes(room.locale)


def _can_meet(one: Room | Ticket, other: Room | Ticket) -> bool:
    return isinstance(one, Ticket) and isinstance(other, Ticket) and can_meet(one, other)
