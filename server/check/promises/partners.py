"""Nobody is matched with one of their last three partners while somebody else waits."""

from __future__ import annotations

from typing import NamedTuple

from server.check.findings import Promise
from server.check.messages import Matched, View, Waiting
from server.check.store import Store
from server.check.timeline import Timeline
from server.check.traces import Moment, Person, Reign, Room, is_waiting

LAST_PARTNERS = 3
MEMORY_SECONDS = 3_600.0
"""An older meeting does not count here; a service may forget those who stay away for long."""


class _Suspicion(NamedTuple):
    """Two were matched again at a time while somebody else seemed to wait."""

    at: float
    text: str
    refs: tuple[int, ...]
    campaign: str
    rooms: tuple[str, str]


class NewPartners(Promise):
    """No old partners while a third participant waits whom neither of the two ever met.

    A meeting is certain when both were told that their work is completed. A third one waits for
    certain when `waiting` had been told, and the connection been welcomed on which that goes on,
    before the later of the two joined, nothing of an end had been by the time of the match, nothing
    that was asked there was without an answer then (its worker may have been given up), and whoever
    came into that room joined after it, with no turn there that had begun before (or nobody ever
    came), in the same lane as far as the store has several. Not seen: matches by resume, matches of
    which a `join` is not recorded, a third participant who met one of the two long ago, and anybody
    who had a partner that is not known.
    """

    name = "new partners"
    checked = "matches"

    def __init__(self, timeline: Timeline) -> None:
        """Watch what this timeline follows."""
        super().__init__(timeline)
        self._waiting: dict[str, Room] = {}
        self._unknown: dict[str, dict[str, float]] = {}  # in which rooms, and told when
        self._suspicions: dict[str, list[_Suspicion]] = {}
        self._confirmed: list[_Suspicion] = []

    def received(self, moment: Moment) -> None:
        """Keep who waits, and look at each match once both sides are known."""
        view, person = moment.view, moment.connection.person
        if view is None or person is None:
            return
        room = self.timeline.room(view.room)
        if isinstance(view, Waiting):
            self._waiting[room.id] = room
        else:
            self._waiting.pop(room.id, None)
        self._meet(moment, room, view, person)

    def _meet(self, moment: Moment, room: Room, view: View, person: Person) -> None:
        """Either side may be told first; the match is looked at when both are known."""
        other = _last_holder(room, 1 - view.seat, person)
        if other is None:
            if isinstance(view, Matched):
                self._unknown.setdefault(person.id, {}).setdefault(room.id, moment.at)
        elif not any(p is other.person and r is room for p, r, _ in person.met):
            self._matched(moment, room, view, other)

    def _now_known(self, one: Person, room: Room, joined: float | None) -> None:
        """`one` has a partner in `room` who joined then: not whoever was there already before."""
        told = self._unknown.get(one.id, {}).get(room.id)
        if told is not None and (joined is None or joined < told):
            del self._unknown[one.id][room.id]

    def _matched(self, moment: Moment, room: Room, view: View, other: Reign) -> None:
        self.facts += 1
        person, at = moment.connection.person, moment.at
        assert person is not None
        reign = room.reign_of(person, view.seat)
        joined, by_invite = (
            (reign.joined, reign.by_invite)
            if reign
            else (moment.connection.joined, moment.connection.by_invite)
        )
        self._now_known(person, room, other.joined)
        self._now_known(other.person, room, joined)
        self._resolve(room, _matched_by(moment, view), joined, other.joined)
        known = joined is not None and other.joined is not None
        if known and not by_invite and not other.by_invite:
            again = _met_lately(person, other.person, at) or _met_lately(other.person, person, at)
            if again is not None:
                since = max(joined or 0.0, other.joined or 0.0)
                self._suspect(moment, room, again, other, since)
        person.met.append((other.person, room, at))
        other.person.met.append((person, room, at))

    def _suspect(self, moment: Moment, room: Room, again: Room, other: Reign, since: float) -> None:
        person = moment.connection.person
        assert person is not None
        for waiting in list(self._waiting.values()):
            if not is_waiting(waiting.reigns[0]):
                del self._waiting[waiting.id]
                continue
            reign = waiting.reigns[0]
            third = reign.person
            strangers = all(p not in (person, other.person) for p, _, _ in third.met)
            apart = third not in (person, other.person) and reign.room.campaign == room.campaign
            known = not any(self._unknown.get(p.id) for p in (third, person, other.person))
            connection = reign.connection
            answered = connection is not None and connection.unheard is None
            there = connection is not None and max(reign.began, connection.welcomed) < since
            if apart and strangers and known and answered and there:
                refs = (reign.ref, *(c.ref for c in again.completions), other.ref, moment.ref)
                text = (
                    f"{person.id} and {other.person.id} were matched again in room {room.id} "
                    f"(as in {again.id}) while {third.id} waited in room {reign.room.id}"
                )
                rooms = room.id, reign.room.id
                suspicion = _Suspicion(moment.at, text, refs, room.campaign, rooms)
                self._suspicions.setdefault(reign.room.id, []).append(suspicion)

    def _resolve(self, room: Room, matched_by: float, *joined: float | None) -> None:
        """Somebody came into a room: did its holder wait until then?"""
        suspicions = self._suspicions.pop(room.id, [])
        later = None if None in joined else max(time or 0.0 for time in joined)
        for suspicion in suspicions:
            if later is not None and min(later, matched_by) > suspicion.at:
                self._confirmed.append(suspicion)

    def finish(self, store: Store | None) -> None:
        """Nobody came to these any more."""
        for room_id, suspicions in self._suspicions.items():
            room = self.timeline.room(room_id)
            alone = len(room.reigns) == 1 and not room.reigns[0].matched
            heard = room.reigns[0].connection.last_heard if room.reigns[0].connection else 0.0
            for suspicion in suspicions:
                if alone and heard > suspicion.at:
                    self._confirmed.append(suspicion)
        for suspicion in self._confirmed:
            if store is None or store.in_one_pool(suspicion.campaign, *suspicion.rooms):
                self.violated(suspicion.text, *suspicion.refs)


def _matched_by(moment: Moment, view: View) -> float:
    """When two sat there at the latest, by how much of the turn is over.

    A `join` that was given up may have been done all the same, before the next one was sent.
    """
    return moment.at - max(0.0, moment.connection.turn_seconds - view.turn.ms / 1_000)


def _last_holder(room: Room, seat: int, person: Person) -> Reign | None:
    for reign in reversed(room.reigns):
        if reign.seat == seat:
            return None if reign.person is person else reign
    return None


def _met_lately(one: Person, other: Person, now: float) -> Room | None:
    """The room in which `other` was for certain one of the last three partners of `one`."""
    since: set[str] = set()
    for partner, room, at in reversed(one.met):
        if len(since) >= LAST_PARTNERS or now - at > MEMORY_SECONDS:
            return None
        told = {completion.participant for completion in room.completions}
        if partner is other and {one.id, other.id} <= told:
            return room
        if partner is not other:
            since.add(partner.id)
    return None
