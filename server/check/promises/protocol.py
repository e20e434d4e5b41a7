"""Every message has the protocol's shape, and what is told once is told once."""

from __future__ import annotations

from server.check.findings import Promise
from server.check.messages import Completed, Counters, CounterValues, Welcome
from server.check.traces import Connection, Moment


class SoundMessages(Promise):
    """Shapes; `completed` once a connection; totals that never go backwards on a connection.

    A connection that repeats the last commit may be told `completed` again: commits are answered
    again. Totals of different connections are not compared, since messages may overtake.
    """

    name = "sound messages"
    checked = "messages"

    def garbled(self, connection: Connection, text: str, ref: int) -> None:
        """A client received what is no message."""
        self.facts += 1
        self.violated(f"a message has not the protocol's shape: {text}", ref)

    def received(self, moment: Moment) -> None:
        """Look at `completed` and at all totals."""
        self.facts += 1
        match moment.message:
            case Completed() as message:
                self._once(moment, message)
                self._onwards(moment, message.counters)
            case Counters() as message:
                self._onwards(moment, message)
            case Welcome() as message:
                self._onwards(moment, message.counters)
            case _:
                pass

    def _once(self, moment: Moment, message: Completed) -> None:
        connection, room = moment.connection, self.timeline.room(message.room)
        times = connection.told_completed[room.id] = connection.told_completed.get(room.id, 0) + 1
        asked = connection.sent_commits.get((room.id, len(room.chars) - 1), 0)
        person = connection.person
        if times > max(1, asked) and room.chars:
            earlier = [c.ref for c in room.completions if person and c.participant == person.id]
            self.violated("one connection was told twice of one work", *earlier, moment.ref)
        if message.work != message.room or not message.url.endswith(f"/w/{message.work}"):
            self.violated("a work has not its room's id and its page's address", moment.ref)

    def _onwards(self, moment: Moment, heard: Counters | CounterValues) -> None:
        relays, participants = moment.connection.totals
        if heard.relays < relays or heard.participants < participants:
            self.violated(
                f"totals went backwards, from {relays} relays and {participants} participants",
                moment.connection.totals_ref,
                moment.ref,
            )
        moment.connection.totals = (heard.relays, heard.participants)
        moment.connection.totals_ref = moment.ref
