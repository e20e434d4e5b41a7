"""At any moment a room has one turn holder, and a commit by anyone else is refused."""

from __future__ import annotations

from server.check.findings import Promise
from server.check.messages import Committed, Turn, View, digest
from server.check.store import Store
from server.check.timeline import Timeline
from server.check.traces import Moment, Reign, Room


class OneWriter(Promise):
    """Characters are committed one by one, each once, by the seat whose turn it is.

    Two writers of one character are seen when somebody is told to write while another one, told
    the same before, hears from the server for 4 s more without a word of an end. A character
    written by the wrong seat is seen when everybody who sent its ink sat in the other one. A
    refused commit that was taken all the same is seen unless the same ink was sent again. The last
    character may be told to somebody who missed the ones before, since the work is shown whole.
    """

    name = "one writer"
    checked = "turns and commits told"

    def __init__(self, timeline: Timeline) -> None:
        """Watch what this timeline follows."""
        super().__init__(timeline)
        self._doubled: set[Reign] = set()

    def received(self, moment: Moment) -> None:
        """Look at turns and commits."""
        match moment.message:
            case Committed() as message:
                self.facts += 1
                self._committed(moment, message)
            case Turn() as message:
                self.facts += 1
                self._turn(moment, message)
            case _:
                pass
        if moment.view is not None:
            self.facts += 1
            self._view(moment, moment.view)
        person = moment.connection.person
        if person and moment.connection.current and person.reign:
            self._two_writers(person.reign, moment)

    def _committed(self, moment: Moment, message: Committed) -> None:
        room, ref = self.timeline.room(message.room), moment.ref
        if message.seat != message.c % 2:
            self.violated(f"character {message.c} was committed by seat {message.seat}", ref)
        told = room.ink_of(message.c)
        if told and told.digest != digest(message.strokes):
            self.violated(
                f"character {message.c} of room {room.id} was committed with two different inks",
                told.ref,
                ref,
            )
        reign = self._reign(moment, room)
        last = message.c == len(room.chars) - 1
        if reign and message.c > reign.known and not last:
            self.violated(
                f"character {message.c} of room {room.id} was committed before {reign.known}",
                reign.ref,
                ref,
            )

    def _turn(self, moment: Moment, message: Turn) -> None:
        room = self.timeline.room(message.room)
        self._holder(room.chars, message.c, message.char, message.seat, moment.ref)
        reign = self._reign(moment, room)
        if reign and message.c < reign.known:
            self.violated(
                f"the turn of room {room.id} went back to character {message.c}",
                *(told.ref for told in room.told[message.c :] if told),
                moment.ref,
            )

    def _view(self, moment: Moment, view: View) -> None:
        turn, written = view.turn, len(view.committed)
        self._holder(tuple(view.phrase.chars), turn.c, turn.char, turn.seat, moment.ref)
        if turn.c != written:
            self.violated(f"character {turn.c} is next after {written} characters", moment.ref)

    def _holder(self, chars: tuple[str, ...], c: int, char: str, seat: int, ref: int) -> None:
        if seat != c % 2:
            self.violated(f"seat {seat} was told to write character {c}", ref)
        if chars and (c >= len(chars) or chars[c] != char):
            self.violated(f"character {c} is not {char!r} of {''.join(chars)!r}", ref)

    def _two_writers(self, reign: Reign, moment: Moment) -> None:
        rival = reign.unheard_rival(moment.at)
        both = rival is not None and reign.writes >= 0 and rival.told_to_write == reign.writes
        if rival is not None and both and reign not in self._doubled:
            self._doubled.add(reign)
            self.violated(
                f"{reign.person.id} and {rival.person.id} both were to write character "
                f"{reign.writes} of room {reign.room.id}",
                reign.ref,
                rival.ref,
                moment.ref,
            )

    def _reign(self, moment: Moment, room: Room) -> Reign | None:
        person = moment.connection.person
        if person is None or not moment.connection.current or person.reign is None:
            return None
        return person.reign if person.reign.room is room else None

    def finish(self, store: Store | None) -> None:
        """Compare who sent what with what was committed in the end."""
        for room in self.timeline.rooms.values():
            self._wrong_seats(room)
            self._refused(room)

    def _wrong_seats(self, room: Room) -> None:
        seats: dict[str, set[int]] = {}
        for reign in room.reigns:
            seats.setdefault(reign.person.id, set()).add(reign.seat)
        for c in range(len(room.told)):
            writers = room.wrote(c)
            if writers and all(w in seats and c % 2 not in seats[w] for w in writers):
                refs = [sent.ref for sent in room.sent if sent.c == c]
                told = room.ink_of(c)
                assert told is not None
                self.violated(
                    f"character {c} of room {room.id} was written by {', '.join(writers)} in the "
                    "other seat",
                    *(reign.ref for reign in room.reigns),
                    *refs,
                    told.ref,
                )

    def _refused(self, room: Room) -> None:
        for refused in room.refused:
            told = room.ink_of(refused.c)
            if told is None or told.digest != refused.digest:
                continue
            same = [s for s in room.sent if (s.c, s.digest) == (refused.c, refused.digest)]
            if len(same) == sum(s in room.refused for s in same):
                self.violated(
                    f"character {refused.c} of room {room.id} was refused and yet committed",
                    refused.ref,
                    told.ref,
                )
