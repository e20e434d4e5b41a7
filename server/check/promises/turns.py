"""At any moment a room has one turn holder, and a commit by anyone else is refused."""

from __future__ import annotations

from server.check.observed import Room, Tenure
from server.check.promise import Promise
from server.check.received import Received
from server.check.state import ObservedState
from server.check.store import Store
from server.check.strokes import digest
from server.check.to_client import Committed, RoomView, TurnChanged


class OneWriter(Promise):
    """Characters are committed in order, each once, by the seat whose turn it is.

    Violations:

    - A turn or a `committed` names a seat that does not write this character, a turn names a
      character that is not the phrase's, or the turn of a view is not that of the first character
      without ink.
    - A character is committed with two different inks.
    - A holder is told of a character before the one that precedes it. The last character is
      excepted: a participant who missed earlier ones is shown the whole work.
    - A holder is told of the turn of a character that the holder knows is committed.
    - Two participants are told to write the same character in one seat. The first one goes on
      receiving messages for `NOTICE_SECONDS` and is not told that the turn ended.
    - All who sent the ink of a committed character only ever held the other seat.
    - A commit was refused with `not_your_turn`, and its ink is committed, although every commit
      with this ink was refused. A refusal counts if the connection had one pending commit.

    Not seen: a refused commit that took effect if the same ink was also sent in time.
    """

    name = "one writer"
    checked = "turns and commits"

    def __init__(self, state: ObservedState) -> None:
        """Check with this state."""
        super().__init__(state)
        self._conflicting: set[Tenure] = set()

    def check_received(self, received: Received) -> None:
        """Check turns, commits and room views."""
        match received.message:
            case Committed() as message:
                self.facts += 1
                self._check_committed(received, message)
            case TurnChanged() as message:
                self.facts += 1
                self._check_turn(received, message)
            case _:
                pass
        if received.view is not None:
            self.facts += 1
            self._check_view(received.view, received.ref)
        if received.connection.tenure:
            self._check_conflict(received.connection.tenure, received)

    def _check_committed(self, received: Received, message: Committed) -> None:
        room, ref = self.state.room(message.room), received.ref
        if message.seat != message.c % 2:
            self.add_violation(f"character {message.c} was committed by seat {message.seat}", ref)
        earlier = room.character(message.c)
        if earlier and earlier.digest != digest(message.strokes):
            self.add_violation(
                f"character {message.c} of room {room.id} was committed with two different inks",
                earlier.ref,
                ref,
            )
        tenure = received.connection.tenure_in(room.id)
        last = message.c == len(room.chars) - 1
        if tenure and message.c > tenure.known_characters and not last:
            self.add_violation(
                f"character {message.c} of room {room.id} was committed before character "
                f"{tenure.known_characters}",
                tenure.ref,
                ref,
            )

    def _check_turn(self, received: Received, message: TurnChanged) -> None:
        room = self.state.room(message.room)
        self._check_writer(room.chars, message.c, message.char, message.seat, received.ref)
        tenure = received.connection.tenure_in(room.id)
        if tenure and message.c < tenure.known_characters:
            self.add_violation(
                f"the turn of room {room.id} went back to character {message.c}",
                *(character.ref for character in room.committed[message.c :] if character),
                received.ref,
            )

    def _check_view(self, view: RoomView, ref: int) -> None:
        turn, committed = view.turn, len(view.committed)
        self._check_writer(tuple(view.phrase.chars), turn.c, turn.char, turn.seat, ref)
        if turn.c != committed:
            self.add_violation(
                f"the turn is at character {turn.c}, with {committed} characters committed", ref
            )

    def _check_writer(self, chars: tuple[str, ...], c: int, char: str, seat: int, ref: int) -> None:
        if seat != c % 2:
            self.add_violation(f"seat {seat} was told to write character {c}", ref)
        if chars and (c >= len(chars) or chars[c] != char):
            self.add_violation(f"a turn has {char!r} as character {c} of {''.join(chars)!r}", ref)

    def _check_conflict(self, tenure: Tenure, received: Received) -> None:
        other = tenure.certain_conflict(received.at)
        if other is None or tenure.turn < 0 or other.last_turn != tenure.turn:
            return
        if tenure not in self._conflicting:
            self._conflicting.add(tenure)
            self.add_violation(
                f"{tenure.participant.id} and {other.participant.id} were both told to write "
                f"character {tenure.turn} of room {tenure.room.id}",
                tenure.ref,
                other.ref,
                received.ref,
            )

    def finish(self, store: Store | None) -> None:
        """Compare the commits that were sent with the committed characters."""
        for room in self.state.rooms.values():
            self._check_writers(room)
            self._check_refused(room)

    def _check_writers(self, room: Room) -> None:
        seats: dict[str, set[int]] = {}
        for tenure in room.tenures:
            seats.setdefault(tenure.participant.id, set()).add(tenure.seat)
        for c, character in enumerate(room.committed):
            writers = room.writers_of(c)
            if character is None or not writers:
                continue
            if all(writer in seats and c % 2 not in seats[writer] for writer in writers):
                self.add_violation(
                    f"character {c} of room {room.id} was written by "
                    f"{', '.join(sorted(writers))} in the other seat",
                    *(tenure.ref for tenure in room.tenures),
                    *(commit.ref for commit in room.commits if commit.c == c),
                    character.ref,
                )

    def _check_refused(self, room: Room) -> None:
        for refused in room.refused_commits:
            character = room.character(refused.c)
            if character is None or character.digest != refused.digest:
                continue
            same = [s for s in room.commits if (s.c, s.digest) == (refused.c, refused.digest)]
            if len(same) == sum(commit in room.refused_commits for commit in same):
                self.add_violation(
                    f"character {refused.c} of room {room.id} was refused, but is committed",
                    refused.ref,
                    character.ref,
                )
