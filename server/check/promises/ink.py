"""A committed character that a client was told of is neither lost nor changed."""

from __future__ import annotations

from server.check.observed import Room
from server.check.promise import Promise
from server.check.received import Received
from server.check.store import Store
from server.check.strokes import digest
from server.check.to_client import RoomView

_GAVE_UP = frozenset({"left", "no_such_room", "over", "replaced", "not resumed"})
"""Ends of a tenure after which the room may be removed if nobody else holds a seat."""


class NothingLost(Promise):
    """A committed character is in every later view of its room, in the work and in the store.

    A view is later if its receiver requested it after a client was told of the character, or if the
    receiver was told of the character on the same connection.

    Violations:

    - A view has other strokes for the character.
    - A later view does not have the character.
    - The room or work in the final store has other strokes, or lacks the character.
    - The final store has neither the work nor the room, and every character of the phrase was
      told; or a writer of a character did not give the room up, or left it with `keep`.

    A store that lost its own data, not only a worker, violates this promise too.

    Not seen: the loss of an unfinished room that all its recorded writers gave up.
    """

    name = "nothing lost"
    checked = "characters looked for"

    def check_received(self, received: Received) -> None:
        """Check room views."""
        if received.view is not None:
            self._check_view(received, received.view)

    def _check_view(self, received: Received, view: RoomView) -> None:
        room = self.state.room(view.room)
        for c, character in enumerate(room.committed):
            if character is None:
                continue
            self.facts += 1
            if c < len(view.committed):
                if digest(view.committed[c]) != character.digest:
                    text = f"character {c} of room {room.id} has other strokes in another view"
                    self.add_violation(text, character.ref, received.ref)
            elif character.at < received.view_requested_at or c < _known_here(received, room):
                text = f"character {c} of room {room.id} is missing from a later view"
                self.add_violation(text, character.ref, received.connection.ref, received.ref)

    def finish(self, store: Store | None) -> None:
        """Compare with the works and the live rooms of the store."""
        if store is None:
            return
        for room in self.state.rooms.values():
            if room.campaign in store.names and any(room.committed):
                self._check_stored(room, store)

    def _check_stored(self, room: Room, store: Store) -> None:
        stored = store.works.get(room.id) or store.rooms.get(room.id)
        if stored is None:
            refs = [character.ref for character in room.committed if character]
            finished = len(refs) == len(room.chars)
            if finished or _must_be_stored(room):
                what = "finished" if finished else "unfinished"
                self.add_violation(f"the {what} room {room.id} is missing from the store", *refs)
            return
        for c, character in enumerate(room.committed):
            if character is None:
                continue
            self.facts += 1
            if c >= len(stored.ink):
                text = f"character {c} of room {room.id} is missing from the store"
                self.add_violation(text, character.ref)
            elif stored.ink[c] != character.digest:
                text = f"character {c} of room {room.id} has other strokes in the store"
                self.add_violation(text, character.ref)


def _known_here(received: Received, room: Room) -> int:
    """The number of characters that the receiver was told of on this connection."""
    participant = received.connection.participant
    tenure = participant.tenure if participant else None
    if tenure is None or tenure.room is not room or tenure.connection is not received.connection:
        return 0
    return tenure.known_characters


def _must_be_stored(room: Room) -> bool:
    """Whether a writer of the unfinished room did not give it up."""
    writers = {writer for c in range(len(room.committed)) for writer in room.writers_of(c)}
    return any(
        tenure.participant.id in writers and tenure.end_reason not in _GAVE_UP
        for tenure in room.tenures
    )
