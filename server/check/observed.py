"""What the recorded clients observed of participants, connections, rooms and tenures of seats.

A recorded time says when a client sent or received a message. The server acts on a message after
it was sent, and it sent a message before that was received. The classes here hold only what is
certain for any delay of messages.

Memory: about 6 KB for a relay of two participants who come only once, measured. Ink is kept as 64
bits a character, evidence as one integer an event (`history.RecordedEvent.ref`), text not at all.
"""

from __future__ import annotations

import math
from typing import Literal, NamedTuple

DEFAULT_TURN_SECONDS = 60.0

NOTICE_SECONDS = 4.0
"""A participant who goes on receiving messages is told of a lost seat within this time. Without a
notice for longer, the participant still holds the seat."""

EndReason = Literal[
    "left", "kept", "completed", "replaced", "not resumed", "no_such_room", "idle", "over"
]
"""Why a tenure ended: the participant left the room or reported it ("left"), left it with `keep`
("kept"), finished the work, was told another room ("replaced"), got a `welcome` without a room
("not resumed"), the error `no_such_room`, or `bye` with "idle" or "over"."""


class CommittedCharacter(NamedTuple):
    """A committed character, as the first client was told of it."""

    digest: int
    at: float
    ref: int


class SentCommit(NamedTuple):
    """A `commit` that a participant sent."""

    c: int
    digest: int
    participant_id: str
    at: float
    ref: int


class Completion(NamedTuple):
    """A `completed` that a participant received."""

    participant_id: str
    serial: int
    at: float
    ref: int


class Meeting(NamedTuple):
    """A match with a partner.

    Attributes:
        partner: the other participant.
        room: their room.
        at: when the second of the two was told.
    """

    partner: Participant
    room: Room
    at: float


class Tenure:
    """One participant's tenure of one seat, as far as the participant was told.

    Attributes:
        initial_characters: characters committed when it started.
        known_characters: committed characters that the participant was told of.
        last_committed: the last character that the participant was told of in order by
            `committed`; -1 for none.
        turn: the character that the participant is to write now; -1 for none.
        last_turn: the character that the participant was last told to write; -1 for none.
        started_at: when the participant was first told of it; `ref` is that message.
        join_sent_at: when the `join` that led to it was sent; None if that is not certain.
        by_invite: that `join` had an invite code.
        invited: the participant took the room out of the pool for a friend.
        matched: the participant was told of a partner.
        connection: the connection that was told of the seat last.
        earliest_timeout: before this time, no turn that ran out can have cost the seat.
        disconnected_at: when its connection closed; None while the connection is open.
        silent: its connection closed with requests unanswered, so that the server may not know.
        ended_at: when the participant gave the seat up or was told of its end, with `end_reason`;
            None before.
        conflict: another participant's tenure of the same seat, which started while this one went
            on as far as the participant was told; None if there is none.
        conflict_known_since: when the participant first received a message after `conflict`
            started; None before.
    """

    __slots__ = (
        "by_invite",
        "conflict",
        "conflict_known_since",
        "connection",
        "disconnected_at",
        "earliest_timeout",
        "end_reason",
        "ended_at",
        "initial_characters",
        "invited",
        "join_sent_at",
        "known_characters",
        "last_committed",
        "last_turn",
        "matched",
        "participant",
        "ref",
        "room",
        "seat",
        "silent",
        "started_at",
        "turn",
    )

    def __init__(self, participant: Participant, room: Room, seat: int, characters: int) -> None:
        """`participant` takes `seat` of `room`, with `characters` committed."""
        self.participant = participant
        self.room = room
        self.seat = seat
        self.initial_characters = characters
        self.known_characters = characters
        self.last_committed = -1
        self.turn = self.last_turn = -1
        self.started_at = 0.0
        self.ref = 0
        self.join_sent_at: float | None = None
        self.by_invite = False
        self.invited = False
        self.matched = False
        self.connection: Connection | None = None
        self.earliest_timeout = math.inf
        self.disconnected_at: float | None = None
        self.silent = False
        self.ended_at: float | None = None
        self.end_reason: EndReason | None = None
        self.conflict: Tenure | None = None
        self.conflict_known_since: float | None = None

    @property
    def active(self) -> bool:
        """Whether it goes on with an open connection, as far as the participant was told."""
        return self.ended_at is None and self.disconnected_at is None

    @property
    def waiting(self) -> bool:
        """Whether the holder waits for a stranger, as far as any participant was told."""
        alone = all(other.participant is self.participant for other in self.room.tenures)
        return self.active and alone and not self.matched and not self.invited

    def certain_conflict(self, at: float) -> Tenure | None:
        """`conflict`, if the holder is still not told of it `NOTICE_SECONDS` later; else None."""
        since = self.conflict_known_since
        late = since is not None and at - since >= NOTICE_SECONDS
        return self.conflict if late and self.active else None

    def end(self, at: float, reason: EndReason) -> None:
        """The participant gave the seat up, or was told of its end."""
        self.ended_at, self.end_reason = at, reason
        if self.participant.tenure is self:
            self.participant.tenure = None


class Room:
    """A room, as all its participants were told of it.

    Attributes:
        chars: the phrase's characters; empty until a participant was told of them.
        committed: each committed character; None where no participant was told of it.
        commits: every `commit` that was sent for it.
        refused_commits: those that were answered with `not_your_turn`.
        tenures: the tenures of its seats, in the order in which clients were told of them.
        completions: every `completed` that was received.
    """

    __slots__ = (
        "campaign",
        "chars",
        "commits",
        "committed",
        "completions",
        "id",
        "refused_commits",
        "tenures",
    )

    def __init__(self, room_id: str) -> None:
        """The room of this id, before anything is known of it."""
        self.id = room_id
        self.campaign = ""
        self.chars: tuple[str, ...] = ()
        self.committed: list[CommittedCharacter | None] = []
        self.commits: list[SentCommit] = []
        self.refused_commits: list[SentCommit] = []
        self.tenures: list[Tenure] = []
        self.completions: list[Completion] = []

    def add_character(self, c: int, digest: int, at: float, ref: int) -> None:
        """Keep a committed character, unless an earlier message told of it."""
        while len(self.committed) <= c:
            self.committed.append(None)
        if self.committed[c] is None:
            self.committed[c] = CommittedCharacter(digest, at, ref)

    def character(self, c: int) -> CommittedCharacter | None:
        """Committed character `c`; None if no participant was told of it."""
        return self.committed[c] if c < len(self.committed) else None

    def tenure_of(self, participant: Participant, seat: int) -> Tenure | None:
        """A participant's tenure of a seat; None if there is none."""
        for tenure in self.tenures:
            if tenure.participant is participant and tenure.seat == seat:
                return tenure
        return None

    def writers_of(self, c: int) -> set[str]:
        """The ids of all participants who sent the ink that was committed as character `c`."""
        return {commit.participant_id for commit in self._commits_of(c)}

    @property
    def final_commit_sent_at(self) -> float | None:
        """When the commit that finished the work was sent; None if none is recorded."""
        commits = self._commits_of(len(self.chars) - 1) if self.chars else []
        return min((commit.at for commit in commits), default=None)

    def _commits_of(self, c: int) -> list[SentCommit]:
        """The sent commits with the ink that was committed as character `c`."""
        character = self.character(c)
        if character is None:
            return []
        return [s for s in self.commits if (s.c, s.digest) == (c, character.digest)]


class Participant:
    """A participant.

    Attributes:
        tenure: the seat held, as far as the participant was told; None for none.
        connection: the connection that was welcomed last.
        hellos: when each `hello` was sent.
        pending: connections that sent `hello` and are not welcomed yet.
        meetings: every match, in the order of time.
        pledges_asked_at: when each pledge was first asked for.
    """

    __slots__ = (
        "connection",
        "hellos",
        "id",
        "meetings",
        "pending",
        "pledges_asked_at",
        "tenure",
    )

    def __init__(self, participant_id: str) -> None:
        """The participant of this id."""
        self.id = participant_id
        self.tenure: Tenure | None = None
        self.connection: Connection | None = None
        self.hellos: list[float] = []
        self.pending: set[Connection] = set()
        self.meetings: list[Meeting] = []
        self.pledges_asked_at: dict[str, float] = {}


class Connection:
    """One connection of a client.

    Attributes:
        participant: whose it is, by the token of `hello` or by `welcome`; None before.
        known_token: `hello` had a token that a recorded client was given.
        hello_sent_at: when `hello` was sent; `ref` is that message.
        welcomed_at: when `welcome` was received.
        join_sent_at: when the `join` that is not yet answered was sent; None if there is none, or
            if the participant already held a seat.
        by_invite: the last `join` had an invite code.
        left_room: id of the room that was left or reported on this connection; a message that
            still shows the room crossed the `leave` or `report`.
        pending_commits: commits without an answer, with their room.
        sent_commits: how often each character was sent, by room and index.
        received_completions: how often `completed` was received for each room.
        totals: the last `relays` and `participants` received; `totals_ref` is that message.
        turn_seconds: the limit of a turn.
        last_received_at: when the last message was received.
        unanswered_since: when the first request was sent after which no message was received; None
            if there is none.
        ignored: it belongs to a campaign that is not checked.
    """

    __slots__ = (
        "by_invite",
        "campaign",
        "client",
        "hello_sent_at",
        "ignored",
        "join_sent_at",
        "known_token",
        "last_received_at",
        "left_room",
        "number",
        "participant",
        "pending_commits",
        "received_completions",
        "ref",
        "sent_commits",
        "totals",
        "totals_ref",
        "turn_seconds",
        "unanswered_since",
        "welcomed_at",
    )

    def __init__(self, client: str, number: int) -> None:
        """The client's connection of this number."""
        self.client = client
        self.number = number
        self.participant: Participant | None = None
        self.campaign = ""
        self.known_token = False
        self.hello_sent_at = -math.inf
        self.ref = 0
        self.welcomed_at = -math.inf
        self.join_sent_at: float | None = None
        self.by_invite = False
        self.left_room = ""
        self.pending_commits: list[tuple[Room, SentCommit]] = []
        self.sent_commits: dict[tuple[str, int], int] = {}
        self.received_completions: dict[str, int] = {}
        self.totals = (0, 0)
        self.totals_ref = 0
        self.turn_seconds = DEFAULT_TURN_SECONDS
        self.last_received_at = -math.inf
        self.unanswered_since: float | None = None
        self.ignored = False

    @property
    def current(self) -> bool:
        """Whether it is the participant's connection that was welcomed last."""
        return self.participant is not None and self.participant.connection is self

    @property
    def tenure(self) -> Tenure | None:
        """The participant's tenure; None if there is none, or on an older connection."""
        return self.participant.tenure if self.current and self.participant else None

    def tenure_in(self, room_id: str) -> Tenure | None:
        """The participant's tenure, if it is of a seat in this room; else None."""
        tenure = self.tenure
        return tenure if tenure and tenure.room.id == room_id else None
