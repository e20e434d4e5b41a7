"""The promises of the protocol, checked from calls and answers alone.

It does not know how the rules are written. It keeps what any outside observer can keep, and fails
when an answer breaks a promise.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import combinations

import msgspec

from server.relay.matching import SLACK, Ticket
from server.relay.phrase import Phrase
from server.relay.room import Rules
from server.relay.transition import NO_LIMIT, RoomView, Transition
from server.store.answers import Answer, Resumed

LAST_PARTNERS = 3

_WHOLE_INK = {"waiting", "matched", "seated", "back", "moved"}
_UNCHANGED = {"seated", "repeated"}


@dataclass
class ObservedRoom:
    """A room as its transitions show it."""

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
class LostConnection:
    """A connection that was lost, and when."""

    room: str
    seat: int
    at: int


class PromiseChecker:
    """Checks every call with its answer."""

    def __init__(self, rules: Rules, coverage: Counter[str]) -> None:
        """`coverage` counts rare situations."""
        self.rooms: dict[str, ObservedRoom] = {}
        self.relays = 0
        self.hands = 0
        self.coverage = coverage
        self._rules = rules
        self._partners: dict[str, list[str]] = {}
        self._lost: dict[str, LostConnection] = {}
        self._last_serial = 0

    def observe_loss(self, works: int, skipped: int) -> None:
        """The archive has more works by two than the lane had counted."""
        self.relays += works
        self.hands += 2 * works
        self._last_serial = max(self._last_serial, self.hands) + skipped

    def live(self) -> dict[str, ObservedRoom]:
        """Rooms with a participant and a character to write."""
        return {name: room for name, room in self.rooms.items() if room.live and room.holders}

    def room_of(self, participant: str) -> str | None:
        """The live room that a participant sits in."""
        for name, room in self.live().items():
            if participant in room.holders:
                return name
        return None

    def check_join(
        self,
        now: int,
        tickets: list[Ticket],
        answer: Answer,
        open_rooms: set[str],
        kept_rooms: set[str],
    ) -> None:
        """Check a `join` of a batch; `open_rooms` were in the pool, `kept_rooms` had nobody."""
        invited = {ticket.participant for ticket in tickets if ticket.invite}
        hosts = {name: set(self.rooms[name].holders) for name in open_rooms}
        sat = {name: set(self.rooms[name].people) for name in open_rooms}
        written_in = {name: locale_of(self.rooms[name].view) for name in open_rooms}
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
            self.observe(now, transition)
            if transition.kind == "matched":
                self._record_match(transition)
            elif transition.kind in {"back", "moved"}:
                self._lost.pop(transition.view.seats[transition.seat].participant, None)
                self.coverage["a join before the return"] += 1
        if not invited:
            candidates = _Candidates(hosts, sat, before, written_in, asked)
            waiting = [t for t in answer.transitions if t.kind == "waiting"]
            self._check_strangers_first(candidates, matches, waiting)
            self._check_kept_rooms(kept_rooms, asked, waiting)
        self._check_phrases(matches, asked, {*open_rooms, *kept_rooms})
        for ticket, refusal in zip(tickets, answer.refusals, strict=True):
            assert refusal or self.room_of(ticket.participant), "everybody is seated or refused"
        self.check_rooms()

    def _check_phrases(
        self, matches: list[Transition], asked: dict[str, Ticket], rooms_before: set[str]
    ) -> None:
        """Everybody who was matched writes the phrase; in a new room it is one that was wished."""
        for transition in matches:
            opener, joiner = (asked.get(seat.participant) for seat in transition.view.seats)
            newcomers = [asked[transition.view.seats[transition.seat].participant]]
            if transition.view.room not in rooms_before:
                assert opener
                assert joiner
                assert transition.view.room == opener.room
                wish = joiner.chosen and opener.writes(joiner.locale)
                assert opener.chosen or not wish, "a wish for a phrase"
                newcomers = [opener, joiner]
            for ticket in newcomers:
                assert ticket.writes(locale_of(transition.view)), "nobody writes what they cannot"
                self.coverage["matched by language"] += bool(ticket.locales)

    def check_commit(
        self, now: int, participant: str, room: str, c: int, ink: bytes, answer: Answer
    ) -> None:
        """Check a `commit`."""
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
            self.observe(now, transition)
            if transition.kind == "completed":
                self._check_completed(transition)
        self.check_rooms()

    def check_disconnect(self, now: int, answer: Answer) -> None:
        """A connection was lost, or all those of a worker."""
        for transition in answer.transitions:
            self.observe(now, transition)
            seat = transition.view.seats[transition.seat]
            assert (transition.kind, transition.ms) == ("away", self._rules.grace_ms)
            assert seat.participant, "the seat is held"
            self._lost[seat.participant] = LostConnection(
                transition.view.room, transition.seat, now
            )
        self.check_rooms()

    def check_resume(self, now: int, participant: str, answer: Resumed) -> None:
        """Check a `resume`."""
        lost = self._lost.pop(participant, None)
        for transition in answer.transitions:
            self.observe(now, transition)
        room = self.rooms.get(lost.room) if lost else None  # an archived one is over
        if lost and room and room.live and now < lost.at + self._rules.grace_ms:
            (transition,) = answer.transitions
            assert transition.kind == "back"
            assert (transition.view.room, transition.seat) == (lost.room, lost.seat)
            self.coverage["came back within the grace"] += 1
        self.check_rooms()

    def check_others(self, now: int, answer: Answer) -> None:
        """Check a `leave`, a `look` or an `expire`."""
        for transition in answer.transitions:
            if transition.kind in {"left", "idle"}:
                self._check_freed_seat(now, transition)
            self.observe(now, transition)
        self.check_rooms()

    def observe(self, now: int, transition: Transition) -> None:
        """Check that a transition follows from what was known, and keep what it shows."""
        view = transition.view
        known = self.rooms.get(view.room)
        if known is None:
            assert transition.kind in {"waiting", "matched"}
            assert view.turn == 0
            known = self.rooms[view.room] = ObservedRoom(view)
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
        """Check that a participant is in at most one live room, and in one seat of it."""
        sitting = Counter(holder for room in self.live().values() for holder in room.holders)
        assert all(count == 1 for count in sitting.values()), sitting

    def _check_limit(self, view: RoomView) -> None:
        """Check that a turn has no limit while a seat is open, and has one when none is."""
        to_come = {c % 2 for c in range(view.turn, view.chars)}
        seat_open = any(not view.seats[seat].participant for seat in to_come)
        longest = self._rules.turn_ms + self._rules.grace_ms
        assert view.turn_ms == NO_LIMIT if seat_open else 0 <= view.turn_ms <= longest

    def _check_freed_seat(self, now: int, transition: Transition) -> None:
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

    def _check_completed(self, transition: Transition) -> None:
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

    def _record_match(self, transition: Transition) -> None:
        newcomer = transition.view.seats[transition.seat].participant
        partner = transition.view.seats[1 - transition.seat].last
        assert newcomer != partner, "nobody meets oneself"
        for one, other in ((newcomer, partner), (partner, newcomer)):
            if one and other:
                earlier = [name for name in self._partners.get(one, []) if name != other]
                self._partners[one] = [other, *earlier][:LAST_PARTNERS]

    def _check_kept_rooms(
        self, kept_rooms: set[str], asked: dict[str, Ticket], waiting: list[Transition]
    ) -> None:
        """Nobody waits alone beside a room that was left behind and would suit."""
        kept = [self.rooms[name] for name in kept_rooms] if len(kept_rooms) <= SLACK else []
        for room in kept:
            for transition in waiting if not room.holders else ():
                alone = asked[transition.view.seats[0].participant]
                unsuitable = not alone.writes(locale_of(room.view))
                assert unsuitable or alone.participant in room.people, "a kept room comes first"
                self.coverage["waits beside a kept room of another language"] += unsuitable

    def _check_strangers_first(
        self, candidates: _Candidates, matches: list[Transition], waiting: list[Transition]
    ) -> None:
        """Check that last partners meet only when nobody else is there and no exchange helps."""
        made = []
        kept = []
        for transition in matches:
            view = transition.view
            newcomer = view.seats[transition.seat].participant
            if view.room in candidates.hosts:
                made.append((view.room, newcomer))
            elif view.seats[1 - transition.seat].participant:
                made.append((view.seats[1 - transition.seat].participant, newcomer))
            else:
                kept.append(newcomer)
                self.coverage["seated in a kept room"] += 1
        taken = {one for one, _ in made}
        left = [name for name in candidates.hosts if name not in taken]
        single = [transition.view.seats[0].participant for transition in waiting]
        for newcomer in [*kept, *single]:
            assert not any(candidates.can_meet(newcomer, name) for name in left), (
                "the living come first"
            )
        left += single
        for pair in made:
            if candidates.can_match(*pair):
                continue
            self.coverage["last partners met again"] += 1
            for other in left:
                assert not any(candidates.can_match(one, other) for one in pair), (
                    "somebody else waited"
                )
            self._check_exchanges(candidates, made, pair)
        for both in combinations(single, 2):
            assert not candidates.can_meet(*both), "two of one language never wait side by side"
            self.coverage["two wait in two languages"] += 1
        for one in single:
            for other in left:
                if one != other:
                    self._check_exchanges(candidates, made, (one, other))

    def _check_exchanges(
        self, candidates: _Candidates, made: list[tuple[str, str]], pair: tuple[str, str]
    ) -> None:
        """Two could not have been placed better by parting a pair."""
        for x, y in made:
            if (x, y) != pair:
                for one, another in (pair, pair[::-1]):
                    assert not (
                        candidates.can_match(one, x) and candidates.can_match(another, y)
                    ), "an exchange would have helped"


@dataclass(frozen=True)
class _Candidates:
    """Who could have been matched in one batch: rooms with their holders, and tickets."""

    hosts: dict[str, set[str]]
    sat: dict[str, set[str]]
    partners: dict[str, list[str]]
    written_in: dict[str, str]
    asked: dict[str, Ticket]

    def can_meet(self, one: str, other: str) -> bool:
        """Whether two of a batch, participants or rooms, have a language and never met in it."""
        if one in self.hosts and other in self.hosts:
            return False
        if one in self.hosts:
            one, other = other, one
        ticket = self.asked[one]
        if other in self.hosts:
            return ticket.writes(self.written_in[other]) and one not in self.sat[other]
        another = self.asked[other]
        fits = ticket.writes(another.locale) or another.writes(ticket.locale)
        return one != other and fits

    def can_match(self, one: str, other: str) -> bool:
        """Whether two of a batch, participants or rooms, are not each other's last partners."""
        if one in self.hosts:
            one, other = other, one
        others = self.hosts.get(other, {other})
        return self.can_meet(one, other) and all(self._strangers(one, each) for each in others)

    def _strangers(self, one: str, other: str) -> bool:
        return other not in self.partners.get(one, []) and one not in self.partners.get(other, [])


def locale_of(view: RoomView) -> str:
    """The locale of the room's phrase."""
    return msgspec.msgpack.decode(view.phrase, type=Phrase).locale


def _ink(transition: Transition) -> list[bytes]:
    return [bytes(strokes) for strokes in transition.view.ink]
