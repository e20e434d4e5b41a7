"""Everything that the recorded clients observed up to the last event, by id."""

from __future__ import annotations

from server.check.observed import Participant, Room


class ObservedState:
    """The observed rooms and participants.

    Attributes:
        rooms: every room that a recorded client was told of or named, by its id.
        campaigns: ids of the checked campaigns that a client was welcomed to.
    """

    def __init__(self) -> None:
        """The state before the first event."""
        self.rooms: dict[str, Room] = {}
        self.campaigns: set[str] = set()
        self._participants: dict[str, Participant] = {}

    def room(self, room_id: str) -> Room:
        """The room of this id; a new one if it was not observed before."""
        found = self.rooms.get(room_id)
        if found is None:
            found = self.rooms[room_id] = Room(room_id)
        return found

    def participant(self, participant_id: str) -> Participant:
        """The participant of this id; a new one if they were not observed before."""
        found = self._participants.get(participant_id)
        if found is None:
            found = self._participants[participant_id] = Participant(participant_id)
        return found
