"""A participant has at most one live room; a seat is taken at most once; nobody meets oneself."""

from __future__ import annotations

from server.check.findings import Promise
from server.check.messages import Committed, Matched, View, Waiting
from server.check.store import Store
from server.check.timeline import Timeline
from server.check.traces import Moment, Person, Reign, Room


class OneSeat(Promise):
    """One live room for a participant, one holder for a seat, and never both seats for one.

    Two holders of a seat are seen when both are told that the same character is committed (only
    who holds a seat then is told), or when one is seated while the other hears from the server for
    4 s more without a word of the loss. Two rooms of one participant are seen when the second is
    told on a connection that was told the first, with no end of that, and it is unfinished
    for certain; and in the store. Not seen: a holder who lost the seat to a turn that ran out
    unheard, and rooms of which nobody hears again.
    """

    name = "one seat"
    checked = "seats taken"

    def __init__(self, timeline: Timeline) -> None:
        """Watch what this timeline follows."""
        super().__init__(timeline)
        self._ousted: set[Reign] = set()
        self._second_rooms: list[tuple[Reign, Person, float, int]] = []

    def received(self, moment: Moment) -> None:
        """Look at whole rooms and at commits."""
        person = moment.connection.person
        if isinstance(moment.message, Waiting | Matched) and person:
            self._both_seats(person, self.timeline.room(moment.message.room), moment)
        if moment.view is not None and person:
            self._another_room(person, moment.view, moment)
        if person and moment.connection.current and person.reign:
            self._rival(person.reign, moment)
            if isinstance(moment.message, Committed):
                self._witness(person.reign, moment.message, moment.ref)

    def _both_seats(self, person: Person, room: Room, moment: Moment) -> None:
        view = moment.message
        assert isinstance(view, View)
        for reign in room.reigns:
            if reign.person is person and reign.seat != view.seat:
                self.violated(
                    f"{person.id} was seated in both seats of room {room.id}",
                    reign.ref,
                    moment.ref,
                )

    def _another_room(self, person: Person, view: View, moment: Moment) -> None:
        self.facts += self.timeline.room(view.room).reign_of(person, view.seat) is None
        first = person.reign
        if (
            first is not None
            and first.room.id != view.room
            and first.lives
            and first.connection is moment.connection
            and moment.at < first.safe_until
        ):
            self._second_rooms.append((first, person, moment.at, moment.ref))

    def _rival(self, reign: Reign, moment: Moment) -> None:
        rival = reign.unheard_rival(moment.at)
        if rival is not None and reign not in self._ousted:
            self._ousted.add(reign)
            self.violated(
                f"seat {reign.seat} of room {reign.room.id} was given to {rival.person.id} "
                f"while {reign.person.id} held it",
                reign.ref,
                rival.ref,
                moment.ref,
            )

    def _witness(self, reign: Reign, message: Committed, ref: int) -> None:
        if message.room != reign.room.id or message.c != reign.known:
            return
        for other in reign.room.reigns:
            if other.seat != reign.seat or other.person is reign.person:
                continue
            if other.base <= message.c <= other.last:
                self.violated(
                    f"{other.person.id} and {reign.person.id} both held seat {reign.seat} of room "
                    f"{reign.room.id} when character {message.c} was committed",
                    other.ref,
                    reign.ref,
                    ref,
                )

    def finish(self, store: Store | None) -> None:
        """Judge second rooms, and look at the live rooms of the store."""
        for first, person, at, ref in self._second_rooms:
            last = first.room.last_commit_sent
            live = store is not None and first.room.id in store.rooms
            if live or (last is not None and last > at):
                self.violated(
                    f"{person.id} got a second room while holding {first.room.id}", first.ref, ref
                )
        held: dict[str, str] = {}
        for room in store.rooms.values() if store else ():
            for seat, participant in enumerate(room.seats):
                if not participant:
                    continue
                self.facts += 1
                other = held.setdefault(participant, room.id)
                if other != room.id or (seat == 1 and room.seats[0] == participant):
                    evidence = [
                        reign.ref
                        for found in dict.fromkeys((other, room.id))
                        for reign in self.timeline.room(found).reigns
                        if reign.person.id == participant
                    ]
                    where = (
                        f"rooms {other} and {room.id}" if other != room.id else f"all of {other}"
                    )
                    self.violated(f"in the store {participant} sits in {where}", *evidence)
