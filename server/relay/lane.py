"""A lane as a model in memory: its rooms, pool, participants and counters, by the rules of `room`.

It answers exactly as the Lua library does (`store/functions/`), for tests and simulations
that need the rules without a server. One method is one function there; see it for what each does.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from server.relay import room as rules_of
from server.relay.lane_state import LaneState
from server.relay.matching import Dice, Ticket
from server.relay.participant import ParticipantRecord
from server.relay.phrase import seat_of
from server.relay.room import Due, Rules
from server.relay.seating import Seating
from server.relay.transition import Hand, Kind, Transition


@dataclass(frozen=True)
class Resumed:
    """The answer to `resume`: who was connected before, the room, and works not acknowledged."""

    previous: str
    transitions: list[Transition]
    unacknowledged: list[tuple[str, int]]
    refusal: str = ""
    recent: str = ""
    seated_at: int = 0


class Lane(LaneState):
    """One lane. `now` is the wall clock in milliseconds, which may be set back."""

    def __init__(self, rules: Rules) -> None:
        """An empty lane under these rules."""
        super().__init__(rules)
        self._seating = Seating(self)

    def join(
        self, now: int, seed: int, worker: str, tickets: list[Ticket], *, apart: bool = False
    ) -> tuple[list[str], list[Transition]]:
        """Seat every ticket; answers a refusal ("" for none) for each, and what happened.

        Participants who are kept `apart` meet only each other.

        Raises:
            BehindError: the lane was not reconciled.
        """
        now = self.clock.read(now)
        self.must_be_reconciled()
        if worker in self.fenced:
            return ["fenced"] * len(tickets), []
        dice = Dice(seed)
        refusals = [""] * len(tickets)
        transitions: list[Transition] = []
        fresh: dict[str, Ticket] = {}
        again: list[Ticket] = []
        for index, ticket in enumerate(tickets):
            known = self.people.get(ticket.participant)
            earlier = fresh.get(ticket.participant)
            here = not known or known.address in {"", ticket.address}
            if earlier and earlier.address == ticket.address:
                again.append(ticket)
            elif earlier or (known and not known.may_join(ticket.address, ticket.hello)):
                refusals[index] = "elsewhere"
            elif room := self.room_of(ticket.participant):
                who, where = ticket.participant, ticket.address
                if not here:
                    transitions.append(self.restore_seat(now, room, who, where))
                if ticket.invite and self.invites.get(ticket.invite) != room.id:
                    refusals[index] = "no_such_room"
                else:
                    transitions.append(self.seated(now, self.rooms[room.id], who))
            elif ticket.invite:
                invited = self._seating.invited(ticket)
                if invited:
                    self._seating.adopt_partners(ticket)
                    transitions.append(self._seating.take(now, invited, ticket, apart))
                else:
                    refusals[index] = "no_such_room"
            else:
                self._seating.adopt_partners(ticket)
                fresh[ticket.participant] = ticket
        transitions += self._seating.match(now, dice, list(fresh.values()), apart)
        for ticket in again:
            seated = self.room_of(ticket.participant)
            if seated:
                transitions.append(self.seated(now, seated, ticket.participant))
        return refusals, transitions

    def commit(
        self, now: int, participant: str, address: str, room_id: str, c: int, ink: bytes
    ) -> str | Transition:
        """Finish character `c`; the last one completes and counts the work.

        Raises:
            BehindError: it is the last one, and the lane was not reconciled.
        """
        now = self.clock.read(now)
        room = self.rooms.get(room_id)
        if not room:
            return "no_such_room"
        if 0 <= c < room.turn and room.writers[c] == participant:
            return self.transition(
                "repeated", now, room, seat_of(c), c=c, address=address, ink=room.ink[c : c + 1]
            )
        if room.completed:
            return "no_such_room"
        seat = room.seat_held_by(participant)
        if seat is None:
            return "not_your_turn"
        refusal = self._seat_refusal(room, seat, address)
        if refusal:
            return refusal
        if c != room.turn or seat_of(c) != seat:
            return "not_your_turn"
        if c + 1 == room.chars:
            self.must_be_reconciled()
        room = rules_of.commit(room, ink, now, self.rules)
        if room.completed:
            self.count(now, room)
        self.put(now, room)
        kind: Kind = "completed" if room.completed else "committed"
        return self.transition(kind, now, room, seat, c=c, address=address, ink=(ink,))

    def leave(
        self,
        now: int,
        participant: str,
        address: str,
        room_id: str,
        *,
        keep: bool = False,
        report: bool = False,
    ) -> str | Transition:
        """Give up one's seat."""
        now = self.clock.read(now)
        found = self.held_seat(participant, address, room_id)
        if isinstance(found, str):
            return found
        room, seat = found
        room = rules_of.vacate_seat(room, seat, now, self.rules, keep=keep)
        if report:
            room = msgspec.structs.replace(room, held=True)
        self.put(now, room)
        return self.transition("left", now, room, seat, address=address, ink=())

    def disconnect(
        self, now: int, participant: str, address: str, room_id: str
    ) -> str | Transition:
        """The connection is lost; the seat is held for the grace.

        Without a room, in that in which the participant was seen last.
        """
        now = self.clock.read(now)
        known = self.people.get(participant)
        found = self.held_seat(participant, address, room_id or (known.room if known else ""))
        if isinstance(found, str):
            return found
        room, seat = found
        room = rules_of.start_grace(room, seat, now, self.rules)
        self.put(now, room)
        return self.transition("away", now, room, seat, ms=self.rules.grace_ms, ink=())

    def resume(self, now: int, participant: str, address: str, hello: int) -> Resumed:
        """A participant is connected, by token: take over the seat and hear what was missed."""
        now = self.clock.read(now)
        if address.partition("/")[0] in self.fenced:
            return Resumed("", [], [], "fenced")
        known = self.known(participant)
        if not known.connect(address, hello):
            return Resumed("", [], [], "elsewhere")
        transitions = []
        room = self.room_of(participant)
        if room:
            transitions.append(self.restore_seat(now, room, participant, address))
        unacknowledged = list(self.unacknowledged.get(participant, []))
        recent = " ".join(known.recent)
        return Resumed(known.previous, transitions, unacknowledged, "", recent, known.seated_at)

    def acknowledge(self, participant: str, works: list[str]) -> None:
        """The participant has received the news of these works."""
        remaining = [
            entry for entry in self.unacknowledged.get(participant, []) if entry[0] not in works
        ]
        self.unacknowledged[participant] = remaining

    def invite(self, participant: str, address: str, room_id: str, code: str) -> str:
        """Keep strangers out of one's open room; answers the code that a friend brings."""
        found = self.held_seat(participant, address, room_id)
        if isinstance(found, str):
            return ""
        room, _ = found
        if room.invite:
            return room.invite
        if room.open_seat is None:
            return ""
        self.invites[code] = room_id
        self.rooms[room_id] = msgspec.structs.replace(room, invite=code)
        for index in (self.pool, self.apart):
            index.pop(room_id, None)
        return code

    def read_room(self, now: int, participant: str, room_id: str) -> str | Transition:
        """A room as its participant finds it, or the end of it; changes nothing."""
        now = self.clock.read(now)
        room = self.rooms.get(room_id)
        if not room or all(seat.participant != participant for seat in room.seats):
            return "no_such_room"
        if room.completed:
            last = room.chars - 1
            return self.transition(
                "repeated", now, room, seat_of(last), c=last, ink=room.ink[last:]
            )
        return self.seated(now, room, participant)

    def retire(self, finished: dict[str, list[Hand]]) -> None:
        """These rooms are works of the archive: they are over, and their hands hear of it."""
        for room_id, hands in finished.items():
            room = self.rooms.get(room_id)
            if room and not room.completed:
                self.forget(room_id)
                for hand in hands:
                    self._add_unacknowledged(room_id, hand)

    def reconcile(self, relays: int, participants: int, serial: int, skipped: int) -> bool:
        """Raise the counters to what the archive has; whether any of them was lower."""
        lost = self.relays < relays or self.participants < participants or self.serial < serial
        self.relays = max(self.relays, relays)
        self.participants = max(self.participants, participants)
        self.serial = max(self.serial, serial) + (skipped if lost else 0)
        self.reconciled = True
        return lost

    def delete_participant(
        self, now: int, participant: str, unknown: str, others: dict[str, str]
    ) -> tuple[str, list[Transition]]:
        """Forget a participant, who is `unknown` in the last room, and others in other rooms."""
        now = self.clock.read(now)
        known = self.people.pop(participant, ParticipantRecord())
        self.unacknowledged.pop(participant, None)
        others = {known.room: unknown} | others
        transitions = []
        for room_id, other in others.items():
            room = self.rooms.get(room_id)
            if not room or room.completed or participant not in room.people:
                continue
            seat = room.seat_held_by(participant)
            address = "" if seat is None else room.seats[seat].address
            room = rules_of.without(room, participant, other, now, self.rules)
            self.put(now, room)
            if seat is not None:
                transitions.append(
                    self.transition("left", now, room, seat, address=address, ink=())
                )
        return known.address, transitions

    def expire(self, now: int, limit: int) -> list[Transition]:
        """Do what is due in at most `limit` rooms, the most overdue ones."""
        now = self.clock.read(now)
        overdue = sorted(
            (room.next_deadline, room.id)
            for room in self.rooms.values()
            if 0 < room.next_deadline <= now
        )
        transitions = []
        for _, room_id in overdue[:limit]:
            while (room := self.rooms.get(room_id)) and (cause := rules_of.due(room, now)):
                what, seat = cause
                if what is Due.EXPIRY:
                    self.forget(room_id)
                    break
                address = room.seats[seat].address
                if what is Due.TURN and address.partition("/")[0] in self.fenced:
                    break  # the writer cannot act; the seat is reaped
                room = rules_of.vacate_seat(room, seat, now, self.rules, keep=True)
                self.put(now, room)
                kind: Kind = "idle" if what is Due.TURN else "left"
                transitions.append(self.transition(kind, now, room, seat, address=address, ink=()))
        return transitions

    def reap(self, now: int, worker: str, room_ids: list[str]) -> list[Transition]:
        """Disconnect the seats of a fenced worker."""
        now = self.clock.read(now)
        transitions = []
        for room_id in room_ids:
            for seat in (0, 1):
                room = self.rooms.get(room_id)
                if not room or room.completed:
                    continue
                if room.seats[seat].address.startswith(f"{worker}/"):
                    room = rules_of.start_grace(room, seat, now, self.rules)
                    self.put(now, room)
                    ms = self.rules.grace_ms
                    transitions.append(self.transition("away", now, room, seat, ms=ms, ink=()))
        return transitions
