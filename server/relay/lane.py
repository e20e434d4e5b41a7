"""A lane as a model in memory: its rooms, pool, participants and counters, by the rules of `room`.

It answers exactly as the Lua library does (`store/functions/`), for tests and simulations
that need the rules without a server. One method is one function there; see it for what each does.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from server.relay import room as rules_of
from server.relay.lane_clock import LaneClock
from server.relay.matching import (
    SLACK,
    Dice,
    Ticket,
    can_meet,
    oldest,
    pair,
)
from server.relay.participant import ParticipantRecord
from server.relay.phrase import seat_of
from server.relay.room import Due, Room, Rules
from server.relay.transition import Hand, Kind, Transition

MAX_UNACKNOWLEDGED = 20
"""Finished works that a participant can hear of on return; earlier ones are dropped."""


@dataclass(frozen=True)
class Work:
    """A finished work as the lane's stream holds it."""

    id: str
    hands: list[Hand]
    ink: tuple[bytes, ...]
    held: bool


@dataclass(frozen=True)
class Resumed:
    """The answer to `resume`: who was connected before, the room, and works not acknowledged."""

    previous: str
    transitions: list[Transition]
    unacknowledged: list[tuple[str, int]]
    refusal: str = ""
    recent: str = ""
    seated_at: int = 0


class BehindError(Exception):
    """The lane may have lost what the archive has; it must be reconciled first."""


class Lane:
    """One lane. `now` is the wall clock in milliseconds, which may be set back."""

    def __init__(self, rules: Rules) -> None:
        """An empty lane under these rules."""
        self.rules = rules
        self.clock = LaneClock()
        self.rooms: dict[str, Room] = {}
        self.pool: dict[str, float] = {}
        self.kept: dict[str, float] = {}
        self.apart: dict[str, float] = {}
        self.apart_kept: dict[str, float] = {}
        self.people: dict[str, ParticipantRecord] = {}
        self.unacknowledged: dict[str, list[tuple[str, int]]] = {}
        self.invites: dict[str, str] = {}
        self.serials: dict[str, list[Hand]] = {}
        self.works: list[Work] = []
        self.fenced: set[str] = set()
        self.relays = 0
        self.participants = 0
        self.serial = 0
        self.reconciled = False

    def join(
        self, now: int, seed: int, worker: str, tickets: list[Ticket], *, apart: bool = False
    ) -> tuple[list[str], list[Transition]]:
        """Seat every ticket; answers a refusal ("" for none) for each, and what happened.

        Participants who are kept `apart` meet only each other.

        Raises:
            BehindError: the lane was not reconciled.
        """
        now = self.clock.read(now)
        self._must_be_reconciled()
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
            elif room := self._room_of(ticket.participant):
                who, where = ticket.participant, ticket.address
                if not here:
                    transitions.append(self._restore_seat(now, room, who, where))
                if ticket.invite and self.invites.get(ticket.invite) != room.id:
                    refusals[index] = "no_such_room"
                else:
                    transitions.append(self._seated(now, self.rooms[room.id], who))
            elif ticket.invite:
                invited = self._invited(ticket)
                if invited:
                    self._adopt_partners(ticket)
                    transitions.append(self._take(now, invited, ticket, apart))
                else:
                    refusals[index] = "no_such_room"
            else:
                self._adopt_partners(ticket)
                fresh[ticket.participant] = ticket
        transitions += self._match(now, dice, list(fresh.values()), apart)
        for ticket in again:
            seated = self._room_of(ticket.participant)
            if seated:
                transitions.append(self._seated(now, seated, ticket.participant))
        return refusals, transitions

    def commit(
        self, now: int, participant: str, address: str, room_id: str, c: int, ink: bytes
    ) -> str | Transition:
        """Finish character `c`; the last one completes and counts the work.

        Raises:
            BehindError: it is the last one, and the lane was not reconciled.
        """
        wall, now = now, self.clock.read(now)
        room = self.rooms.get(room_id)
        if not room:
            return "no_such_room"
        if 0 <= c < room.turn and room.writers[c] == participant:
            return self._transition(
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
            self._must_be_reconciled()
        room = rules_of.commit(room, ink, now, self.rules)
        if room.completed:
            self.clock.keep(wall)  # so the next work is not older than this one
            self._count(room)
        self._put(now, room)
        kind: Kind = "completed" if room.completed else "committed"
        return self._transition(kind, now, room, seat, c=c, address=address, ink=(ink,))

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
        found = self._held_seat(participant, address, room_id)
        if isinstance(found, str):
            return found
        room, seat = found
        room = rules_of.vacate_seat(room, seat, now, self.rules, keep=keep)
        if report:
            room = msgspec.structs.replace(room, held=True)
        self._put(now, room)
        return self._transition("left", now, room, seat, address=address, ink=())

    def disconnect(
        self, now: int, participant: str, address: str, room_id: str
    ) -> str | Transition:
        """The connection is lost; the seat is held for the grace.

        Without a room, in that in which the participant was seen last.
        """
        now = self.clock.read(now)
        known = self.people.get(participant)
        found = self._held_seat(participant, address, room_id or (known.room if known else ""))
        if isinstance(found, str):
            return found
        room, seat = found
        room = rules_of.start_grace(room, seat, now, self.rules)
        self._put(now, room)
        return self._transition("away", now, room, seat, ms=self.rules.grace_ms, ink=())

    def resume(self, now: int, participant: str, address: str, hello: int) -> Resumed:
        """A participant is connected, by token: take over the seat and hear what was missed."""
        now = self.clock.read(now)
        if address.partition("/")[0] in self.fenced:
            return Resumed("", [], [], "fenced")
        known = self._known(participant)
        if not known.connect(address, hello):
            return Resumed("", [], [], "elsewhere")
        transitions = []
        room = self._room_of(participant)
        if room:
            transitions.append(self._restore_seat(now, room, participant, address))
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
        found = self._held_seat(participant, address, room_id)
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
            return self._transition(
                "repeated", now, room, seat_of(last), c=last, ink=room.ink[last:]
            )
        return self._seated(now, room, participant)

    def retire(self, finished: dict[str, list[Hand]]) -> None:
        """These rooms are works of the archive: they are over, and their hands hear of it."""
        for room_id, hands in finished.items():
            room = self.rooms.get(room_id)
            if room and not room.completed:
                self._forget(room_id)
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
            self._put(now, room)
            if seat is not None:
                transitions.append(
                    self._transition("left", now, room, seat, address=address, ink=())
                )
        return known.address, transitions

    @property
    def waiting_since(self) -> int | None:
        """Since when the oldest room of the pool has been there."""
        return int(min(self.pool.values())) if self.pool else None

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
                    self._forget(room_id)
                    break
                address = room.seats[seat].address
                if what is Due.TURN and address.partition("/")[0] in self.fenced:
                    break  # the writer cannot act; the seat is reaped
                room = rules_of.vacate_seat(room, seat, now, self.rules, keep=True)
                self._put(now, room)
                kind: Kind = "idle" if what is Due.TURN else "left"
                transitions.append(self._transition(kind, now, room, seat, address=address, ink=()))
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
                    self._put(now, room)
                    ms = self.rules.grace_ms
                    transitions.append(self._transition("away", now, room, seat, ms=ms, ink=()))
        return transitions

    def _match(self, now: int, dice: Dice, fresh: list[Ticket], apart: bool) -> list[Transition]:
        transitions = []
        dice.shuffle(fresh)
        hosts: list[Room | Ticket] = [
            *self._oldest(dice, self.apart if apart else self.pool, fresh)
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
        locale_of = {room_id: self.rooms[room_id].locale for room_id in index}
        rooms = [self.rooms[room_id] for room_id in oldest(index, locale_of, tickets)]
        dice.shuffle(rooms)
        return rooms

    def _seat_pair(
        self, now: int, first: Room | Ticket, second: Room | Ticket, apart: bool
    ) -> Transition:
        if isinstance(second, Room):
            first, second = second, first
        assert isinstance(second, Ticket)
        if isinstance(first, Room):
            return self._take(now, first, second, apart)
        swap = first.writes(second.locale) and (
            not second.writes(first.locale) or (second.chosen and not first.chosen)
        )
        opener, joiner = (second, first) if swap else (first, second)
        return self._take(now, self._open(now, opener, apart), joiner, apart)

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
                return self._take(now, host, ticket, apart)
        for room in self._oldest(dice, self.apart_kept if apart else self.kept, [ticket]):
            if _may_enter(ticket, room):
                return self._take(now, room, ticket, apart)
        room = self._open(now, ticket, apart)
        return self._transition("waiting", now, room, 0, address=ticket.address)

    def _open(self, now: int, ticket: Ticket, apart: bool) -> Room:
        room = Room(ticket.room, ticket.phrase, ticket.chars, locale=ticket.locale, apart=apart)
        room = rules_of.take_seat(room, 0, ticket.participant, ticket.address, now, self.rules)
        self._known(ticket.participant).take_seat(now, ticket, room.id)
        self._put(now, room)
        return room

    def _take(self, now: int, room: Room, ticket: Ticket, apart: bool) -> Transition:
        seat = room.open_seat
        assert seat is not None
        room = msgspec.structs.replace(room, apart=room.apart or apart)
        room = rules_of.take_seat(room, seat, ticket.participant, ticket.address, now, self.rules)
        self._known(ticket.participant).take_seat(now, ticket, room.id)
        partner = room.seats[1 - seat].last
        if partner:
            self._known(ticket.participant).add_partner(partner)
            self._known(partner).add_partner(ticket.participant)
        self._put(now, room)
        return self._transition("matched", now, room, seat, address=ticket.address)

    def _known(self, participant: str) -> ParticipantRecord:
        return self.people.setdefault(participant, ParticipantRecord())

    def _adopt_partners(self, ticket: Ticket) -> None:
        if ticket.recent:
            self._known(ticket.participant).recent = ticket.recent.split()

    def _recent(self, participant: str) -> list[str]:
        known = self.people.get(participant)
        return known.recent if known else []

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
        return other not in self._recent(one) and one not in self._recent(other)

    def _invited(self, ticket: Ticket) -> Room | None:
        room = self.rooms.get(self.invites.get(ticket.invite, ""))
        if not room or room.invite != ticket.invite or room.open_seat is None:
            return None
        return None if ticket.participant in room.people else room

    def _room_of(self, participant: str) -> Room | None:
        known = self.people.get(participant)
        room = self.rooms.get(known.room) if known else None
        return room if room and room.seat_held_by(participant) is not None else None

    def _restore_seat(self, now: int, room: Room, participant: str, address: str) -> Transition:
        """Give a participant the seat back at this address."""
        seat = room.seat_held_by(participant)
        assert seat is not None
        before = room.seats[seat].address
        if before == address:
            return self._seated(now, room, participant)
        room = rules_of.end_grace(room, seat, address, now, self.rules)
        self._put(now, room)
        return self._transition("moved" if before else "back", now, room, seat, address=address)

    def _held_seat(self, participant: str, address: str, room_id: str) -> tuple[Room, int] | str:
        room = self.rooms.get(room_id)
        seat = room.seat_held_by(participant) if room else None
        if not room or seat is None:
            return "no_such_room"
        return self._seat_refusal(room, seat, address) or (room, seat)

    def _seat_refusal(self, room: Room, seat: int, address: str) -> str:
        """Why a session may not act for a seat that its participant holds; "" when it may."""
        if room.seats[seat].address == address:
            return ""
        return "fenced" if address.partition("/")[0] in self.fenced else "elsewhere"

    def _count(self, room: Room) -> None:
        hands = [
            Hand(participant, self.serial + number)
            for number, participant in enumerate(room.hands, start=1)
        ]
        self.relays += 1
        self.participants += len(hands)
        self.serial += len(hands)
        self.serials[room.id] = hands
        self.works.append(Work(room.id, hands, room.ink, room.held))
        for hand in hands:
            self._add_unacknowledged(room.id, hand)

    def _add_unacknowledged(self, work: str, hand: Hand) -> None:
        entries = self.unacknowledged.setdefault(hand.participant, [])
        entries.append((work, hand.serial))
        del entries[:-MAX_UNACKNOWLEDGED]

    def _must_be_reconciled(self) -> None:
        if not self.reconciled:
            raise BehindError

    def _put(self, now: int, room: Room) -> None:
        if not room.alive:
            self._forget(room.id)
            return
        self.rooms[room.id] = room
        for index, member, size in (
            (self.pool, room.in_pool and not room.apart, len(self.pool)),
            (self.kept, room.kept and not room.apart, SLACK),
            (self.apart, room.in_pool and room.apart, len(self.apart)),
            (self.apart_kept, room.kept and room.apart, SLACK),
        ):
            if member:
                index.setdefault(room.id, now + min(size, SLACK) / (2 * SLACK))
            else:
                index.pop(room.id, None)

    def _forget(self, room_id: str) -> None:
        for index in (self.rooms, self.pool, self.kept, self.apart, self.apart_kept):
            index.pop(room_id, None)

    def _seated(self, now: int, room: Room, participant: str) -> Transition:
        seat = room.seat_held_by(participant)
        assert seat is not None
        return self._transition("seated", now, room, seat, address=room.seats[seat].address)

    def _transition(
        self,
        kind: Kind,
        now: int,
        room: Room,
        seat: int,
        *,
        c: int = -1,
        address: str = "",
        ms: int | None = None,
        ink: tuple[bytes, ...] | None = None,
    ) -> Transition:
        if ms is None:
            ms = rules_of.left(room.graces[1 - seat], now, self.rules.grace_ms)
        return Transition(
            kind=kind,
            seat=seat,
            c=c,
            address=address,
            ms=ms,
            view=rules_of.view(room, now, self.rules, room.ink if ink is None else ink),
            hands=self.serials[room.id] if room.completed else [],
            relays=self.relays if room.completed else 0,
            participants=self.participants if room.completed else 0,
        )


def _may_enter(ticket: Ticket, room: Room) -> bool:
    return ticket.participant not in room.people and ticket.writes(room.locale)


def _can_meet(one: Room | Ticket, other: Room | Ticket) -> bool:
    return isinstance(one, Ticket) and isinstance(other, Ticket) and can_meet(one, other)
