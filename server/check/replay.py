"""Replays a history: applies its events to the observed state, one by one."""

from __future__ import annotations

from server.check.from_client import FromClient
from server.check.observed import Completion, Connection, Participant, SentCommit, Tenure
from server.check.received import Received
from server.check.state import ObservedState
from server.check.strokes import digest
from server.check.to_client import (
    Bye,
    Committed,
    Completed,
    Error,
    Invited,
    Matched,
    RoomView,
    ToClient,
    TurnChanged,
    Welcome,
)

_REQUESTS = frozenset(("hello", "join", "commit", "ping"))
"""Messages that the server answers at once: without an answer the connection may be lost."""


class Replay:
    """Applies events to the state, in the order of time."""

    def __init__(self, state: ObservedState, campaign: str | None = None) -> None:
        """Change `state`; check `campaign` only, or every campaign if None."""
        self._state = state
        self._campaign = campaign
        self._connections: dict[tuple[str, int], Connection] = {}
        self._tokens: dict[str, Participant] = {}

    def connection(self, client: str, number: int) -> Connection:
        """The client's connection of this number; a new one at its first event."""
        key = (client, number)
        found = self._connections.get(key)
        if found is None:
            found = self._connections[key] = Connection(client, number)
        return found

    def ignores(self, message: ToClient) -> bool:
        """Whether a message is a `welcome` to a campaign that is not checked."""
        return isinstance(message, Welcome) and self._campaign not in {None, message.campaign.id}

    # Sent ---------------------------------------------------------------------------------------

    def sent(self, connection: Connection, message: FromClient, at: float, ref: int) -> None:
        """A client sent a message."""
        if connection.unanswered_since is None and message.t in _REQUESTS:
            connection.unanswered_since = at
        if message.t == "hello":
            self._sent_hello(connection, message, at, ref)
            return
        participant = connection.participant
        if message.t == "join":
            seated = participant is not None and participant.tenure is not None
            connection.join_sent_at = None if seated else at
            connection.by_invite = bool(message.invite)
        if participant is not None and message.t == "pledge":
            participant.pledges_asked_at.setdefault(message.pledge, at)
        if participant is None or not message.room:
            return
        if message.t == "commit":
            room = self._state.room(message.room)
            commit = SentCommit(message.c, digest(message.strokes), participant.id, at, ref)
            room.commits.append(commit)
            connection.pending_commits.append((room, commit))
            key = (room.id, message.c)
            connection.sent_commits[key] = connection.sent_commits.get(key, 0) + 1
        elif message.t in {"leave", "report"}:
            self._sent_leave(connection, message, at)

    def _sent_hello(self, connection: Connection, message: FromClient, at: float, ref: int) -> None:
        connection.hello_sent_at, connection.ref = at, ref
        connection.participant = self._tokens.get(message.token)
        if connection.participant:
            connection.known_token = True
            connection.participant.hellos.append(at)
            connection.participant.pending.add(connection)

    def _sent_leave(self, connection: Connection, message: FromClient, at: float) -> None:
        tenure = connection.participant.tenure if connection.participant else None
        if tenure and tenure.room.id == message.room:
            connection.left_room = message.room
            tenure.end(at, "kept" if message.t == "leave" and message.keep else "left")

    # Received -----------------------------------------------------------------------------------

    def received(self, received: Received) -> None:
        """A client received a message."""
        at, ref, connection, message = received
        if isinstance(message, Welcome):
            self._welcomed(connection, message, at)
        view = received.view
        if view is not None:
            self._seated(received, view)
        match message:
            case Committed():
                self._committed(connection, message, at, ref)
            case Completed():
                self._completed(connection, message, at, ref)
            case Error():
                self._refused(connection, message, at)
            case Bye():
                if connection.tenure and message.why != "restart":
                    connection.tenure.end(at, message.why)
            case TurnChanged():
                tenure = connection.tenure_in(message.room)
                if tenure:
                    _set_turn(tenure, message.c, message.seat, message.ms, at)
            case Invited():
                tenure = connection.tenure_in(message.room)
                if tenure:
                    tenure.invited = True
            case _:
                pass
        connection.last_received_at, connection.unanswered_since = at, None
        tenure = connection.tenure
        if tenure and tenure.conflict and tenure.conflict_known_since is None:
            tenure.conflict_known_since = at

    def _welcomed(self, connection: Connection, message: Welcome, at: float) -> None:
        participant = self._state.participant(message.participant)
        if not connection.known_token:
            participant.hellos.append(connection.hello_sent_at)
        self._tokens[message.token] = participant
        if connection.participant:
            connection.participant.pending.discard(connection)
        connection.participant, participant.connection = participant, connection
        connection.campaign, connection.welcomed_at = message.campaign.id, at
        connection.turn_seconds = message.limits.turn_ms / 1_000
        connection.ignored = self.ignores(message)
        if not connection.ignored:
            self._state.campaigns.add(message.campaign.id)
        if message.resume is None and participant.tenure:
            participant.tenure.end(at, "not resumed")

    def _seated(self, received: Received, view: RoomView) -> None:
        at, ref, connection, _ = received
        participant, room = connection.participant, self._state.room(view.room)
        assert participant is not None
        room.campaign, room.chars = connection.campaign, tuple(view.phrase.chars)
        for c, strokes in enumerate(view.committed):
            room.add_character(c, digest(strokes), at, ref)
        tenure = room.tenure_of(participant, view.seat)
        if participant.tenure and participant.tenure is not tenure:
            participant.tenure.end(at, "replaced")
        if tenure is None:
            tenure = Tenure(participant, room, view.seat, len(view.committed))
            tenure.started_at, tenure.ref = at, ref
            tenure.join_sent_at = connection.join_sent_at
            tenure.by_invite = connection.by_invite
            room.tenures.append(tenure)
            _set_conflict(tenure)
        connection.join_sent_at = None
        tenure.connection, tenure.disconnected_at = connection, None
        tenure.ended_at = tenure.end_reason = None
        tenure.known_characters = max(tenure.known_characters, len(view.committed))
        tenure.matched = tenure.matched or isinstance(view, Matched)
        participant.tenure = tenure
        _set_turn(tenure, view.turn.c, view.turn.seat, view.turn.ms, at)

    def _committed(self, connection: Connection, message: Committed, at: float, ref: int) -> None:
        room = self._state.room(message.room)
        room.add_character(message.c, digest(message.strokes), at, ref)
        connection.pending_commits = [
            (other, commit)
            for other, commit in connection.pending_commits
            if (other.id, commit.c) != (room.id, message.c)
        ]
        tenure = connection.tenure_in(message.room)
        if tenure is None:
            return
        if message.c == tenure.known_characters:
            tenure.last_committed = message.c
        tenure.known_characters = max(tenure.known_characters, message.c + 1)
        tenure.turn = -1
        tenure.earliest_timeout = at + connection.turn_seconds

    def _completed(self, connection: Connection, message: Completed, at: float, ref: int) -> None:
        if connection.participant is None:
            return
        room = self._state.room(message.room)
        room.completions.append(Completion(connection.participant.id, message.serial, at, ref))
        tenure = connection.participant.tenure
        if tenure and tenure.room is room:
            tenure.end(at, "completed")

    @staticmethod
    def _refused(connection: Connection, message: Error, at: float) -> None:
        if message.re == "commit":
            if message.code == "not_your_turn" and len(connection.pending_commits) == 1:
                room, commit = connection.pending_commits[0]
                room.refused_commits.append(commit)
            connection.pending_commits = []
        if connection.tenure and message.code == "no_such_room" and message.re != "join":
            connection.tenure.end(at, "no_such_room")

    # Closed -------------------------------------------------------------------------------------

    def closed(self, connection: Connection, at: float) -> None:
        """A connection was closed."""
        self._connections.pop((connection.client, connection.number), None)
        connection.sent_commits, connection.received_completions = {}, {}
        connection.pending_commits = []
        if connection.tenure:
            unanswered = connection.unanswered_since
            connection.tenure.disconnected_at = at if unanswered is None else unanswered
            connection.tenure.silent = unanswered is not None


def _set_conflict(newcomer: Tenure) -> None:
    """Mark each tenure of the same seat that goes on and cannot have ended by a turn's timeout."""
    for tenure in newcomer.room.tenures:
        same = tenure.seat == newcomer.seat and tenure.participant is not newcomer.participant
        timed_out = newcomer.started_at >= tenure.earliest_timeout
        if same and tenure.active and tenure.conflict is None and not timed_out:
            tenure.conflict = newcomer


def _set_turn(tenure: Tenure, c: int, seat: int, ms: int, at: float) -> None:
    assert tenure.connection is not None
    seconds = tenure.connection.turn_seconds
    own = seat == tenure.seat
    tenure.turn = c if own else -1
    tenure.last_turn = c if own else tenure.last_turn
    tenure.earliest_timeout = at + (min(ms / 1_000, seconds) if own else seconds)
