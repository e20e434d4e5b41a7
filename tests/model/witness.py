"""The promises of the protocol, checked from calls and answers alone.

Nothing here knows how the rules are written: it keeps what any outside observer can keep, and
says which promise an answer breaks.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from server.relay.matching import Ticket
from server.relay.room import Rules
from server.relay.transition import NO_LIMIT, RoomView, Transition
from server.store.answers import Answer, Resumed

LAST_PARTNERS = 3

_WHOLE_INK = {"waiting", "matched", "seated", "back", "moved"}
_UNCHANGED = {"seated", "repeated"}


@dataclass
class Seen:
    """A room as its transitions showed it."""

    view: RoomView
    ink: list[bytes] = field(default_factory=list)
    writers: list[str] = field(default_factory=list)
    people: set[str] = field(default_factory=set)
    turn_since: int = 0

    @property
    def live(self) -> bool:
        return self.view.turn < self.view.chars

    @property
    def holders(self) -> list[str]:
        return [seat.participant for seat in self.view.seats if seat.participant]


@dataclass(frozen=True)
class Lost:
    """A connection that was lost, and when."""

    room: str
    seat: int
    at: int


class Witness:
    """Sees every call with its answer."""

    def __init__(self, rules: Rules, seen: Counter[str]) -> None:
        """`seen` counts the rare situations that were met."""
        self.rooms: dict[str, Seen] = {}
        self.relays = 0
        self.hands = 0
        self.seen = seen
        self._rules = rules
        self._partners: dict[str, list[str]] = {}
        self._lost: dict[str, Lost] = {}
        self._last_serial = 0

    def saw_loss(self, works: int, skipped: int) -> None:
        """The archive has more works by two than the lane had counted."""
        self.relays += works
        self.hands += 2 * works
        self._last_serial = max(self._last_serial, self.hands) + skipped

    def live(self) -> dict[str, Seen]:
        """Rooms that somebody sits in and that have a character to write."""
        return {name: room for name, room in self.rooms.items() if room.live and room.holders}

    def room_of(self, participant: str) -> str | None:
        """The live room that a participant sits in."""
        for name, room in self.live().items():
            if participant in room.holders:
                return name
        return None

    def saw_join(
        self,
        now: int,
        tickets: list[Ticket],
        answer: Answer,
        open_rooms: set[str],
        kept_rooms: set[str],
    ) -> None:
        """A batch was seated; before, some rooms were in the pool and some kept with nobody."""
        invited = {ticket.participant for ticket in tickets if ticket.invite}
        hosts = {name: set(self.rooms[name].holders) for name in open_rooms}
        sat = {name: set(self.rooms[name].people) for name in open_rooms}
        matches = []
        for transition in answer.transitions:
            newcomer = transition.view.seats[transition.seat].participant
            if transition.kind == "matched" and newcomer not in invited:
                matches.append(transition)
        asked: dict[str, Ticket] = {}
        for ticket, refusal in zip(tickets, answer.refusals, strict=True):
            if not refusal:
                asked.setdefault(ticket.participant, ticket)
        before = {name: list(partners) for name, partners in self._partners.items()}
        for transition in answer.transitions:
            self.saw(now, transition)
            if transition.kind == "matched":
                self._met(transition)
            elif transition.kind in {"back", "moved"}:
                self._lost.pop(transition.view.seats[transition.seat].participant, None)
                self.seen["a join before the return"] += 1
        if not invited:
            meeting = _Meeting(hosts, sat, before)
            waiting = [t for t in answer.transitions if t.kind == "waiting"]
            self._check_strangers_first(meeting, matches, waiting)
        for transition in matches:
            opener, joiner = (seat.participant for seat in transition.view.seats)
            if transition.view.room not in {*open_rooms, *kept_rooms}:
                assert transition.view.room == asked[opener].room
                assert asked[opener].chosen or not asked[joiner].chosen, "a wish for a phrase"
        for ticket, refusal in zip(tickets, answer.refusals, strict=True):
            assert refusal or self.room_of(ticket.participant), "everybody is seated or refused"
        self.check_rooms()

    def saw_commit(
        self, now: int, participant: str, room: str, c: int, ink: bytes, answer: Answer
    ) -> None:
        """A character was handed in."""
        for transition in answer.transitions:
            known = self.rooms[room]
            if transition.kind == "repeated":
                assert known.writers[c] == participant
                assert _ink(transition) == [known.ink[c]], "the first ink is answered again"
            else:
                assert c == known.view.turn
                assert known.view.seats[c % 2].participant == participant, "only whose turn it is"
                known.ink.append(ink)
                known.writers.append(participant)
                assert _ink(transition) == [ink]
            self.saw(now, transition)
            if transition.kind == "completed":
                self._finished(transition)
        self.check_rooms()

    def saw_disconnect(self, now: int, answer: Answer) -> None:
        """A connection was lost, or all those of a worker."""
        for transition in answer.transitions:
            self.saw(now, transition)
            seat = transition.view.seats[transition.seat]
            assert (transition.kind, transition.ms) == ("away", self._rules.grace_ms)
            assert seat.participant, "the seat is held"
            self._lost[seat.participant] = Lost(transition.view.room, transition.seat, now)
        self.check_rooms()

    def saw_resume(self, now: int, participant: str, answer: Resumed) -> None:
        """A participant came back."""
        lost = self._lost.pop(participant, None)
        for transition in answer.transitions:
            self.saw(now, transition)
        if lost and now < lost.at + self._rules.grace_ms and self.rooms[lost.room].live:
            (transition,) = answer.transitions
            assert transition.kind == "back"
            assert (transition.view.room, transition.seat) == (lost.room, lost.seat)
            self.seen["came back within the grace"] += 1
        self.check_rooms()

    def saw_others(self, now: int, answer: Answer) -> None:
        """A seat was left, a room looked at, or the clock did something."""
        for transition in answer.transitions:
            if transition.kind in {"left", "idle"}:
                self._freed(now, transition)
            self.saw(now, transition)
        self.check_rooms()

    def saw(self, now: int, transition: Transition) -> None:
        """Take over what a transition shows; it follows from what was known."""
        view = transition.view
        known = self.rooms.get(view.room)
        if known is None:
            assert transition.kind in {"waiting", "matched"}
            assert view.turn == 0
            known = self.rooms[view.room] = Seen(view)
        elif transition.kind in _UNCHANGED:
            assert view.version == known.view.version
            assert view.seats == known.view.seats
        else:
            assert view.version == known.view.version + 1
        if view.turn != known.view.turn or known.view.turn_ms < 0:
            known.turn_since = now
        if transition.kind == "matched":
            newcomer = view.seats[transition.seat].participant
            assert newcomer not in known.people, "nobody comes to a room twice"
        known.view = view
        if known.live:
            self._check_limit(view)
        known.people.update(known.holders)
        if transition.kind in _WHOLE_INK:
            assert _ink(transition) == known.ink, "every committed character is still there"

    def check_rooms(self) -> None:
        """A participant is in at most one live room, and in one seat of it."""
        sitting = Counter(holder for room in self.live().values() for holder in room.holders)
        assert all(count == 1 for count in sitting.values()), sitting

    def _check_limit(self, view: RoomView) -> None:
        """Nobody is hurried while a seat is open; the writer is when none is."""
        to_come = {c % 2 for c in range(view.turn, view.chars)}
        seat_open = any(not view.seats[seat].participant for seat in to_come)
        longest = self._rules.turn_ms + self._rules.grace_ms
        assert view.turn_ms == NO_LIMIT if seat_open else 0 <= view.turn_ms <= longest

    def _freed(self, now: int, transition: Transition) -> None:
        known = self.rooms[transition.view.room]
        holder = known.view.seats[transition.seat].participant
        assert holder, "only a held seat is given up"
        assert not transition.view.seats[transition.seat].participant
        if transition.address == "":
            lost = self._lost.pop(holder)
            assert now >= lost.at + self._rules.grace_ms, "a seat is held for the whole grace"
        if transition.kind == "idle":
            assert transition.seat == known.view.turn % 2
            assert now >= known.turn_since + self._rules.turn_ms, "nobody is hurried"

    def _finished(self, transition: Transition) -> None:
        known = self.rooms[transition.view.room]
        hands = list(dict.fromkeys(known.writers))
        assert [hand.participant for hand in transition.hands] == hands
        for hand in transition.hands:
            assert hand.serial > self._last_serial, "serials ascend and are never reused"
            self._last_serial = hand.serial
        self.relays += 1
        self.hands += len(hands)
        assert transition.relays == self.relays, "a work is counted once"
        assert transition.participants == self.hands

    def _met(self, transition: Transition) -> None:
        newcomer = transition.view.seats[transition.seat].participant
        partner = transition.view.seats[1 - transition.seat].last
        assert newcomer != partner, "nobody meets oneself"
        for one, other in ((newcomer, partner), (partner, newcomer)):
            if one and other:
                earlier = [name for name in self._partners.get(one, []) if name != other]
                self._partners[one] = [other, *earlier][:LAST_PARTNERS]

    def _check_strangers_first(
        self, meeting: _Meeting, matches: list[Transition], waiting: list[Transition]
    ) -> None:
        """A last partner is met again only when nobody else is there and no exchange helps."""
        made = []
        kept = []
        for transition in matches:
            view = transition.view
            newcomer = view.seats[transition.seat].participant
            if view.room in meeting.hosts:
                made.append((view.room, newcomer))
            elif view.seats[1 - transition.seat].participant:
                made.append((view.seats[1 - transition.seat].participant, newcomer))
            else:
                kept.append(newcomer)
                self.seen["seated in a kept room"] += 1
        taken = {one for one, _ in made}
        left = [name for name in meeting.hosts if name not in taken]
        for newcomer in kept:
            assert all(newcomer in meeting.sat[name] for name in left), "the living come first"
        left += [transition.view.seats[0].participant for transition in waiting]
        for pair in made:
            if meeting.suits(*pair):
                continue
            self.seen["last partners met again"] += 1
            for other in left:
                assert not any(meeting.suits(one, other) for one in pair), "somebody else waited"
            for x, y in made:
                if (x, y) != pair:
                    for one, another in (pair, pair[::-1]):
                        assert not (meeting.suits(one, x) and meeting.suits(another, y)), (
                            "an exchange would have helped"
                        )
        single = [transition.view.seats[0].participant for transition in waiting]
        assert len(single) <= 1, "two of one batch never wait side by side"


@dataclass(frozen=True)
class _Meeting:
    """Who could have met whom in one batch: rooms by name with their holders, and tickets."""

    hosts: dict[str, set[str]]
    sat: dict[str, set[str]]
    partners: dict[str, list[str]]

    def suits(self, one: str, other: str) -> bool:
        """Whether two of a batch, participants or rooms, are not each other's last partners."""
        if one in self.hosts and other in self.hosts:
            return False
        if one in self.hosts:
            one, other = other, one
        if other in self.hosts:
            strangers = all(self._strangers(one, holder) for holder in self.hosts[other])
            return strangers and one not in self.sat[other]
        return one != other and self._strangers(one, other)

    def _strangers(self, one: str, other: str) -> bool:
        return other not in self.partners.get(one, []) and one not in self.partners.get(other, [])


def _ink(transition: Transition) -> list[bytes]:
    return [bytes(strokes) for strokes in transition.view.ink]
