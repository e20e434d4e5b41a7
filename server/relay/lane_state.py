"""What a lane holds: rooms and where they wait, participants, invitations, counters and works."""

from __future__ import annotations

from dataclasses import dataclass

from server.relay import room as rules_of
from server.relay.lane_clock import LaneClock
from server.relay.matching import SLACK
from server.relay.participant import ParticipantRecord
from server.relay.room import Room, Rules
from server.relay.transition import Hand, Kind, Transition

MAX_UNACKNOWLEDGED = 20
"""Finished works that a participant can hear of on return; earlier ones are dropped."""


@dataclass(frozen=True)
class Work:
    """A finished work as the lane's stream holds it."""

    id: str
    hands: list[Hand]
    ink: tuple[bytes, ...]
    completed_at: int
    held: bool


class BehindError(Exception):
    """The lane may have lost what the archive has; it must be reconciled first."""


class LaneState:
    """A lane between two calls, and the changes that several calls make.

    Each time (`now`) is the lane's own, in milliseconds.
    """

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

    @property
    def waiting_since(self) -> int | None:
        """Since when the oldest room of the pool has been there."""
        return int(min(self.pool.values())) if self.pool else None

    def known(self, participant: str) -> ParticipantRecord:
        """What is known of a participant, who is known from now on."""
        return self.people.setdefault(participant, ParticipantRecord())

    def recent(self, participant: str) -> list[str]:
        """The last partners of a participant."""
        known = self.people.get(participant)
        return known.recent if known else []

    def room_of(self, participant: str) -> Room | None:
        """The room in which a participant has a seat."""
        known = self.people.get(participant)
        room = self.rooms.get(known.room) if known else None
        return room if room and room.seat_held_by(participant) is not None else None

    def held_seat(self, participant: str, address: str, room_id: str) -> tuple[Room, int] | str:
        """The room and the seat for which a session acts, or why it may not."""
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

    def restore_seat(self, now: int, room: Room, participant: str, address: str) -> Transition:
        """Give a participant the seat back at this address."""
        seat = room.seat_held_by(participant)
        assert seat is not None
        before = room.seats[seat].address
        if before == address:
            return self.seated(now, room, participant)
        room = rules_of.end_grace(room, seat, address, now, self.rules)
        self.put(now, room)
        return self.transition("moved" if before else "back", now, room, seat, address=address)

    def count(self, now: int, room: Room) -> None:
        """Count a completed room, and give its hands their numbers.

        No work is older than the one before it, though the clock may be set back in between.
        """
        hands = [
            Hand(participant, self.serial + number)
            for number, participant in enumerate(room.hands, start=1)
        ]
        self.relays += 1
        self.participants += len(hands)
        self.serial += len(hands)
        self.serials[room.id] = hands
        completed_at = max(now, self.works[-1].completed_at if self.works else 0)
        self.works.append(Work(room.id, hands, room.ink, completed_at, room.held))
        for hand in hands:
            self._add_unacknowledged(room.id, hand)

    def _add_unacknowledged(self, work: str, hand: Hand) -> None:
        entries = self.unacknowledged.setdefault(hand.participant, [])
        entries.append((work, hand.serial))
        del entries[:-MAX_UNACKNOWLEDGED]

    def must_be_reconciled(self) -> None:
        """Refuse what needs the counters of the archive.

        Raises:
            BehindError: the lane was not reconciled.
        """
        if not self.reconciled:
            raise BehindError

    def put(self, now: int, room: Room) -> None:
        """Store a room, and where it waits; a room that is over is forgotten."""
        if not room.alive:
            self.forget(room.id)
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

    def forget(self, room_id: str) -> None:
        """A room is no more."""
        for index in (self.rooms, self.pool, self.kept, self.apart, self.apart_kept):
            index.pop(room_id, None)

    def seated(self, now: int, room: Room, participant: str) -> Transition:
        """Tell a participant of the seat."""
        seat = room.seat_held_by(participant)
        assert seat is not None
        return self.transition("seated", now, room, seat, address=room.seats[seat].address)

    def transition(
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
        """What happened to a seat, as it is told to both."""
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
