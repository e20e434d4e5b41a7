"""Who reconnects within the grace has the room, the seat and the committed characters back."""

from __future__ import annotations

from typing import NamedTuple

from server.check.findings import Promise
from server.check.messages import Error, Welcome
from server.check.store import Store
from server.check.timeline import Timeline
from server.check.traces import Connection, Moment, Person, Reign

SLACK = 0.5
"""Seconds by which a server may notice the end of a connection before its client does."""

AT_ONCE = 0.5
"""Seconds: a server may hear in either order what two connections said so shortly after each
other. It hears nothing in a wrong order that was answered before."""

MOST_FINISHED = 20


class _Missing(NamedTuple):
    """A `welcome` that did not give a room back."""

    reign: Reign
    at: float
    lost: float | None
    asked: float
    finished: frozenset[str]
    refs: tuple[int, ...]


class GivenBack(Promise):
    """`resume` holds one's room, seat and characters when `welcome` comes within the grace.

    The grace runs from the moment at which the client saw its connection end, or from the first
    thing it had sent that nothing followed (it is assumed that the server did not see the end more
    than half a second before), and does not run while it is open.
    A room need not be given back when its participant gave it up, was told `bye idle` or that it is
    no more, or may have let the turn run out before the connection ended; nor when the work
    was finished meanwhile: then `finished` must name it, if its last commit was sent while
    the participant was away for certain. Also, nobody is told `elsewhere` who did not say
    `hello` elsewhere, later, at once, or without an answer so far. Not seen: rooms of which the
    participant was never told, and seats given back of which no news comes.
    """

    name = "given back"
    checked = "returns within the grace"

    def __init__(self, timeline: Timeline, grace_seconds: float) -> None:
        """The server holds seats for `grace_seconds`."""
        super().__init__(timeline)
        self._grace = grace_seconds
        self._missing: list[_Missing] = []
        self._elsewhere: list[tuple[Connection, Person, float, int]] = []

    def received(self, moment: Moment) -> None:
        """Look at every return."""
        at, ref, connection, message = moment
        if isinstance(message, Error) and message.code == "elsewhere" and connection.person:
            welcomed_later = connection.campaign and not connection.current
            unanswered = connection.person.unanswered - {connection}
            if not (welcomed_later or unanswered or _another_at_once(connection)):
                self._elsewhere.append((connection, connection.person, at, ref))
        if not isinstance(message, Welcome) or connection.person is None:
            return
        if connection.person.id != message.participant:
            self.violated("a token brought another participant", connection.ref, ref)
            return
        reign = connection.person.reign
        if reign is not None and self._in_time(reign, connection, at):
            self.facts += 1
            self._compare(reign, moment, message)

    def _in_time(self, reign: Reign, connection: Connection, at: float) -> bool:
        here = reign.lost if reign.lost is not None else at
        return (
            at <= here + self._grace - SLACK
            and reign.began < connection.hello
            and here + SLACK < reign.safe_until
        )

    def _compare(self, reign: Reign, moment: Moment, message: Welcome) -> None:
        at, ref, connection, _ = moment
        resume = message.resume
        if resume is None or resume.room != reign.room.id:
            finished = frozenset(entry.work for entry in message.finished)
            refs = (reign.ref, connection.ref, ref)
            self._missing.append(_Missing(reign, at, reign.lost, connection.hello, finished, refs))
        elif resume.seat != reign.seat:
            self.violated(f"another seat of room {resume.room} was given back", reign.ref, ref)
        elif len(resume.committed) < reign.known:
            known = [told.ref for told in reign.room.told if told]
            self.violated(f"room {resume.room} was given back with less ink", *known, ref)

    def finish(self, store: Store | None) -> None:
        """Judge rooms that were not given back, now that it is known which were finished."""
        for missing in self._missing:
            self._judge(missing, store)
        for connection, person, at, ref in self._elsewhere:
            self.facts += 1
            if not any(connection.hello < hello <= at for hello in person.hellos):
                text = f"{person.id} was told to be elsewhere and was not"
                self.violated(text, connection.ref, ref)

    def _judge(self, missing: _Missing, store: Store | None) -> None:
        reign, room = missing.reign, missing.reign.room
        stored = store is not None and room.id in store.works
        finished_at = room.last_commit_sent
        if not (room.completions or stored or room.id in missing.finished):
            self.violated(f"room {room.id} was not given back to {reign.person.id}", *missing.refs)
        elif finished_at is not None and finished_at > missing.at:
            self.violated(
                f"room {room.id} was not given back to {reign.person.id}; others finished it later",
                *missing.refs,
            )
        elif (
            finished_at is not None
            and missing.lost is not None
            and missing.lost + 2 * SLACK < finished_at
            and room.id not in missing.finished
            and all(told.participant != reign.person.id for told in room.completions)
            and len(missing.finished) < MOST_FINISHED
        ):
            text = f"{reign.person.id} was not told that room {room.id} was finished meanwhile"
            self.violated(text, *missing.refs)


def _another_at_once(connection: Connection) -> bool:
    """Whether one that said `hello` at nearly the same time was welcomed instead."""
    other = connection.person.connection if connection.person else None
    if connection.campaign or other is None:
        return False
    return other.welcomed > connection.hello and connection.hello - other.hello < AT_ONCE
