"""A participant has at most one live room, a seat one holder, and nobody holds both seats."""

from __future__ import annotations

from typing import NamedTuple

from server.check.observed import Participant, Tenure
from server.check.promise import Promise
from server.check.received import Received
from server.check.state import ObservedState
from server.check.store import Store
from server.check.to_client import Committed, Matched, RoomView, Waiting


class _SecondRoom(NamedTuple):
    """A participant was told of another room while the tenure of the first one went on."""

    first: Tenure
    at: float
    ref: int


class OneSeat(Promise):
    """A participant has one live room, a seat one holder, and no participant both seats of a room.

    Violations:

    - *Both seats.* `waiting` or `matched` tells a participant one seat of a room, after the other
      seat was told.
    - *Two holders, by a commit.* Two participants were told the same seat, and each received the
      same `committed` for the next character. The server sends `committed` to holders only.
    - *Two holders, by time.* A second participant is told the seat. The first one goes on receiving
      messages for `NOTICE_SECONDS` and is not told that the seat is lost.
    - *Two rooms.* A connection is told a second room and was not told the end of the first one,
      where no turn can have run out. The first room is unfinished for certain: it is in the final
      store, or its last character was sent later.
    - *Two seats in the store.* A participant holds two seats in the final store.

    Not seen: a seat that its holder may have lost when a turn ran out; a first room that does not
    appear again later.
    """

    name = "one seat"
    checked = "seats taken"

    def __init__(self, state: ObservedState) -> None:
        """Check with this state."""
        super().__init__(state)
        self._conflicting: set[Tenure] = set()
        self._second_rooms: list[_SecondRoom] = []

    def check_received(self, received: Received) -> None:
        """Check room views and commits."""
        connection, message = received.connection, received.message
        participant, view = connection.participant, received.view
        if participant and isinstance(message, Waiting | Matched):
            self._check_both_seats(participant, message, received.ref)
        if participant and view is not None:
            self._check_second_room(participant, view, received)
        if connection.tenure:
            self._check_conflict(connection.tenure, received)
            if isinstance(message, Committed):
                self._check_commit(connection.tenure, message, received.ref)

    def _check_both_seats(self, participant: Participant, view: RoomView, ref: int) -> None:
        for tenure in self.state.room(view.room).tenures:
            if tenure.participant is participant and tenure.seat != view.seat:
                self.add_violation(
                    f"{participant.id} was given both seats of room {view.room}", tenure.ref, ref
                )

    def _check_second_room(
        self, participant: Participant, view: RoomView, received: Received
    ) -> None:
        self.facts += self.state.room(view.room).tenure_of(participant, view.seat) is None
        first = participant.tenure
        if (
            first is not None
            and first.room.id != view.room
            and first.active
            and first.connection is received.connection
            and received.at < first.earliest_timeout
        ):
            self._second_rooms.append(_SecondRoom(first, received.at, received.ref))

    def _check_conflict(self, tenure: Tenure, received: Received) -> None:
        other = tenure.certain_conflict(received.at)
        if other is not None and tenure not in self._conflicting:
            self._conflicting.add(tenure)
            self.add_violation(
                f"seat {tenure.seat} of room {tenure.room.id} was given to {other.participant.id} "
                f"while {tenure.participant.id} held it",
                tenure.ref,
                other.ref,
                received.ref,
            )

    def _check_commit(self, tenure: Tenure, message: Committed, ref: int) -> None:
        room = tenure.room
        if message.room != room.id or message.c != tenure.known_characters:
            return
        for other in room.tenures:
            if other.seat != tenure.seat or other.participant is tenure.participant:
                continue
            if other.initial_characters <= message.c <= other.last_committed:
                self.add_violation(
                    f"{other.participant.id} and {tenure.participant.id} both held seat "
                    f"{tenure.seat} of room {room.id} when character {message.c} was committed",
                    other.ref,
                    tenure.ref,
                    ref,
                )

    def finish(self, store: Store | None) -> None:
        """Check second rooms, now that it is known what is unfinished, and the store's seats."""
        for first, at, ref in self._second_rooms:
            sent_at = first.room.final_commit_sent_at
            live = store is not None and first.room.id in store.rooms
            if live or (sent_at is not None and sent_at > at):
                self.add_violation(
                    f"{first.participant.id} got a second room while holding a seat of room "
                    f"{first.room.id}",
                    first.ref,
                    ref,
                )
        if store is not None:
            self._check_store(store)

    def _check_store(self, store: Store) -> None:
        room_of: dict[str, str] = {}
        for room in store.rooms.values():
            for seat, participant_id in enumerate(room.seats):
                if not participant_id:
                    continue
                self.facts += 1
                other = room_of.setdefault(participant_id, room.id)
                if other != room.id:
                    seats = f"seats of rooms {other} and {room.id}"
                    self._add_stored(participant_id, seats, other, room.id)
                elif seat == 1 and room.seats[0] == participant_id:
                    self._add_stored(participant_id, f"both seats of room {room.id}", room.id)

    def _add_stored(self, participant_id: str, seats: str, *room_ids: str) -> None:
        evidence = [
            tenure.ref
            for room_id in room_ids
            for tenure in self.state.room(room_id).tenures
            if tenure.participant.id == participant_id
        ]
        self.add_violation(f"{participant_id} holds {seats} in the store", *evidence)
