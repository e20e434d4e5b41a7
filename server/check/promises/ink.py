"""Once a client was told of a committed character, nothing loses or changes it."""

from __future__ import annotations

from server.check.findings import Promise
from server.check.messages import View, digest
from server.check.store import Store
from server.check.traces import Moment, Reign, Room


class NothingLost(Promise):
    """A character that was told is in every later view of its room, in its work, in the store.

    A view counts as later when its receiver asked for it after somebody was told of the
    character, or had been told of it. In the end an unfinished room must still be there, with its
    characters, when somebody who wrote in it never gave it up without `keep`. Of a room that its
    last participant gave up for good nothing more is expected. A store that lost its own data
    (more than a worker's crash) breaks this promise here, too.
    """

    name = "nothing lost"
    checked = "characters looked for"

    def received(self, moment: Moment) -> None:
        """Look at whole rooms."""
        if moment.view is not None:
            self._view(moment, moment.view)

    def _view(self, moment: Moment, view: View) -> None:
        room = self.timeline.room(view.room)
        for c, told in enumerate(room.told):
            if told is None:
                continue
            self.facts += 1
            if c < len(view.committed):
                if digest(view.committed[c]) != told.digest:
                    text = f"character {c} of room {room.id} came back changed"
                    self.violated(text, told.ref, moment.ref)
            elif told.at < moment.asked or c < self._known(moment, room):
                text = f"character {c} of room {room.id} is missing from a later view"
                self.violated(text, told.ref, moment.connection.ref, moment.ref)

    def _known(self, moment: Moment, room: Room) -> int:
        person = moment.connection.person
        reign = person.reign if person else None
        here = reign and reign.room is room and reign.connection is moment.connection
        return reign.known if here and reign else 0

    def finish(self, store: Store | None) -> None:
        """Look into the works and the live rooms."""
        if store is None:
            return
        for room in self.timeline.rooms.values():
            if room.campaign in store.names and any(room.told):
                self._in_store(room, store)

    def _in_store(self, room: Room, store: Store) -> None:
        work, live = store.works.get(room.id), store.rooms.get(room.id)
        if work is None and live is None:
            whole = len([told for told in room.told if told]) == len(room.chars)
            if whole or _must_be_there(room):
                refs = [told.ref for told in room.told if told]
                what = "finished" if whole else "unfinished"
                self.violated(f"the {what} room {room.id} is gone from the store", *refs)
            return
        ink = work.ink if work else live.ink if live else ()
        for c, told in enumerate(room.told):
            if told is None:
                continue
            self.facts += 1
            if c >= len(ink) or ink[c] != told.digest:
                lost = "missing from" if c >= len(ink) else "another one in"
                self.violated(f"character {c} of room {room.id} is {lost} the store", told.ref)


def _must_be_there(room: Room) -> bool:
    writers = {participant for c in range(len(room.told)) for participant in room.wrote(c)}
    return any(reign.person.id in writers and not _gave_up(reign) for reign in room.reigns)


def _gave_up(reign: Reign) -> bool:
    """Whether the holder may have left the room to nobody."""
    return reign.why in {"left", "no_such_room", "over", "replaced", "not resumed"}
