"""A client that reconnects within the grace has its room, seat and committed characters back."""

from __future__ import annotations

from typing import NamedTuple

from server.check.observed import Connection, Participant, Tenure
from server.check.promise import Promise
from server.check.received import Received
from server.check.state import ObservedState
from server.check.store import Store
from server.check.to_client import Error, Welcome

TOLERANCE_SECONDS = 0.5
"""A server may notice the end of a connection earlier than the client, by this at most."""

SIMULTANEOUS_SECONDS = 0.5
"""A server may receive two `hello` messages in either order if they were sent within this time and
neither was answered before the other was sent."""

MAX_FINISHED = 20
"""Most entries of `finished` in one `welcome`; further works come in a later one."""


class _NotResumed(NamedTuple):
    """A `welcome` within the grace that did not give the room back.

    Attributes:
        tenure: the tenure that was to go on.
        at: when the `welcome` was received.
        disconnected_at: when the connection before closed; None if it was still open.
        finished: ids of the works in its `finished`.
        refs: the evidence.
    """

    tenure: Tenure
    at: float
    disconnected_at: float | None
    finished: frozenset[str]
    refs: tuple[int, ...]


class _Elsewhere(NamedTuple):
    """An error `elsewhere` for which no other connection is known so far."""

    connection: Connection
    participant: Participant
    at: float
    ref: int


class Resume(Promise):
    """`resume` has the participant's room, seat and characters if `welcome` comes in the grace.

    The grace does not run while the connection is open. It runs from the time at which the client
    saw its connection end, or earlier, from the first request that no message followed. The server
    is assumed to notice an end at most `TOLERANCE_SECONDS` before that.

    Violations:

    - A token is answered with another participant.
    - `resume` has the room, but another seat or fewer characters than the participant knows.
    - `resume` does not have the room, and the work was not finished before the `welcome`. Excepted
      are rooms that the participant gave up, rooms of which the participant was told the end (by
      `bye` or `no_such_room`), and rooms where a turn may have run out before the server noticed
      the disconnection: at the latest by the `welcome`, if the connection had died silently.
    - `resume` does not have the room because the work was finished, its last commit was sent while
      the participant was certainly disconnected, and neither `finished` nor a `completed` told the
      participant so. A `finished` with `MAX_FINISHED` entries is excepted.
    - A connection gets the error `elsewhere`, although no other connection of the participant sent
      `hello` later or at most `SIMULTANEOUS_SECONDS` earlier, was welcomed later, or still has no
      answer to its `hello`.

    Not seen: rooms of which the participant was never told; seats that were given back without any
    later message about them.
    """

    name = "resume"
    checked = "returns within the grace"

    def __init__(self, state: ObservedState, grace_seconds: float) -> None:
        """Check with this state; the server holds the seats for `grace_seconds`."""
        super().__init__(state)
        self._grace = grace_seconds
        self._not_resumed: list[_NotResumed] = []
        self._elsewhere: list[_Elsewhere] = []

    def check_received(self, received: Received) -> None:
        """Check each `welcome` and each error `elsewhere`."""
        match received.message:
            case Error(code="elsewhere"):
                self._check_elsewhere(received)
            case Welcome() as message:
                self._check_welcome(received, message)
            case _:
                pass

    def _check_elsewhere(self, received: Received) -> None:
        connection, participant = received.connection, received.connection.participant
        if participant is None:
            return
        replaced = connection.campaign and not connection.current
        pending = participant.pending - {connection}
        if not (replaced or pending or _is_simultaneous(connection)):
            self._elsewhere.append(_Elsewhere(connection, participant, received.at, received.ref))

    def _check_welcome(self, received: Received, message: Welcome) -> None:
        connection = received.connection
        if connection.participant is None:
            return
        if connection.participant.id != message.participant:
            text = f"the token of {connection.participant.id} was answered with another participant"
            self.add_violation(text, connection.ref, received.ref)
            return
        tenure = connection.participant.tenure
        if tenure is not None and self._is_in_grace(tenure, connection, received.at):
            self.facts += 1
            self._check_resume(tenure, received, message)

    def _is_in_grace(self, tenure: Tenure, connection: Connection, at: float) -> bool:
        disconnected_at = at if tenure.disconnected_at is None else tenure.disconnected_at
        noticed_at = at if tenure.silent else disconnected_at
        return (
            at <= disconnected_at + self._grace - TOLERANCE_SECONDS
            and tenure.started_at < connection.hello_sent_at
            and noticed_at + TOLERANCE_SECONDS < tenure.earliest_timeout
        )

    def _check_resume(self, tenure: Tenure, received: Received, message: Welcome) -> None:
        at, ref, connection, _ = received
        resume, room = message.resume, tenure.room
        if resume is None or resume.room != room.id:
            finished = frozenset(entry.work for entry in message.finished)
            refs = (tenure.ref, connection.ref, ref)
            self._not_resumed.append(
                _NotResumed(tenure, at, tenure.disconnected_at, finished, refs)
            )
        elif resume.seat != tenure.seat:
            text = f"resume gave {tenure.participant.id} another seat of room {room.id}"
            self.add_violation(text, tenure.ref, ref)
        elif len(resume.committed) < tenure.known_characters:
            known = [character.ref for character in room.committed if character]
            text = f"resume gave {tenure.participant.id} room {room.id} with fewer characters"
            self.add_violation(text, *known, ref)

    def finish(self, store: Store | None) -> None:
        """Check what is only known at the end: which rooms were finished, who sent `hello`."""
        for not_resumed in self._not_resumed:
            self._check_not_resumed(not_resumed, store)
        for connection, participant, at, ref in self._elsewhere:
            self.facts += 1
            if not any(connection.hello_sent_at < hello <= at for hello in participant.hellos):
                text = f"{participant.id} was told `elsewhere` without another connection"
                self.add_violation(text, connection.ref, ref)

    def _check_not_resumed(self, not_resumed: _NotResumed, store: Store | None) -> None:
        tenure, at, disconnected_at, finished, refs = not_resumed
        room, participant = tenure.room, tenure.participant
        stored = store is not None and room.id in store.works
        finished_at = room.final_commit_sent_at
        text = f"resume did not give {participant.id} room {room.id}"
        if not (room.completions or stored or room.id in finished):
            self.add_violation(text, *refs)
        elif finished_at is not None and finished_at > at:
            self.add_violation(f"{text}, which was finished later", *refs)
        elif (
            finished_at is not None
            and disconnected_at is not None
            and disconnected_at + 2 * TOLERANCE_SECONDS < finished_at
            and room.id not in finished
            and all(told.participant_id != participant.id for told in room.completions)
            and len(finished) < MAX_FINISHED
        ):
            self.add_violation(
                f"{participant.id} was not told that room {room.id} was finished", *refs
            )


def _is_simultaneous(connection: Connection) -> bool:
    """Whether the participant was welcomed on a connection that sent `hello` at about this time."""
    other = connection.participant.connection if connection.participant else None
    if connection.campaign or other is None:
        return False
    return (
        other.welcomed_at > connection.hello_sent_at
        and connection.hello_sent_at - other.hello_sent_at < SIMULTANEOUS_SECONDS
    )
