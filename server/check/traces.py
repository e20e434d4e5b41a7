"""What the histories tell of: participants, their connections, rooms, and reigns over seats.

A client's clock tells when it sent or heard something; the server acted before it was heard and
after it was sent. What is kept here are facts that hold whatever the delays were.

Memory: about 6 KB for a relay of two participants who come only once, measured; ink is kept as 64
bits a character, evidence as one integer an event (`history.Recorded.ref`), text not at all.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from server.check.messages import (
    FromServer,
    View,
    Welcome,
    view_in,
)

DEFAULT_TURN_SECONDS = 60.0

PATIENCE = 4.0
"""Seconds for which somebody goes on hearing from the server, but not of a lost seat, until that
counts as holding it: a notice may be late, but not by so much."""


class Told(NamedTuple):
    """A committed character as somebody first heard of it."""

    digest: int
    at: float
    ref: int


class Sent(NamedTuple):
    """A `commit` that somebody sent."""

    c: int
    digest: int
    participant: str
    at: float
    ref: int


class Completion(NamedTuple):
    """A participant was told that a work is finished."""

    participant: str
    serial: int
    at: float
    ref: int


class Reign:
    """One participant's hold of one seat, as far as the participant was told.

    Attributes:
        base: characters written when it began.
        known: characters that the participant knows.
        last: the last character whose commit this holder was told as it happened; -1 for none.
        began: when it was first told, with `ref`.
        joined: when the `join` that led here was sent; None when that is not certain.
        heard: when its holder was told something of the room.
        writes: the character that the holder is to write, as last told; -1 for none.
        told_to_write: the same when it was told last, whatever came then.
        by_invite: the seat was sought with a friend's code.
        safe_until: until then the seat cannot have been lost because a turn ran out unheard.
        lost: when its connection closed; None while there is one.
        over: when the participant gave it up or was told of its end, and why.
        rival: somebody else who was seated here while this hold went on as far as its holder knew.
    """

    __slots__ = (
        "base",
        "began",
        "by_invite",
        "connection",
        "heard",
        "heard_with_rival",
        "invited",
        "joined",
        "known",
        "last",
        "lost",
        "matched",
        "over",
        "person",
        "ref",
        "rival",
        "room",
        "safe_until",
        "seat",
        "told_to_write",
        "why",
        "writes",
    )

    def __init__(self, person: Person, room: Room, seat: int, base: int) -> None:
        """`person` takes `seat` of `room`, with `base` characters written."""
        self.person = person
        self.room = room
        self.seat = seat
        self.base = base
        self.known = base
        self.last = -1
        self.began = 0.0
        self.ref = 0
        self.joined: float | None = None
        self.by_invite = False
        self.invited = False
        self.matched = False
        self.connection: Connection | None = None
        self.heard = 0.0
        self.safe_until = math.inf
        self.writes = self.told_to_write = -1
        self.lost: float | None = None
        self.over: float | None = None
        self.why = ""
        self.rival: Reign | None = None
        self.heard_with_rival: float | None = None

    @property
    def lives(self) -> bool:
        """Whether it goes on as far as the participant knows, with a connection."""
        return self.over is None and self.lost is None

    def unheard_rival(self, at: float) -> Reign | None:
        """Who was seated here long ago without a word of it to this holder, still in touch."""
        since = self.heard_with_rival
        patient = since is not None and at - since >= PATIENCE
        return self.rival if patient and self.lives else None

    def end(self, at: float, why: str) -> None:
        """The seat was given up, or its holder was told of its end."""
        self.over, self.why = at, why
        if self.person.reign is self:
            self.person.reign = None


class Room:
    """A room as all its participants were told it.

    Attributes:
        chars: the phrase's characters; empty until somebody was told them.
        told: each committed character, None where nobody heard of it.
        sent: every commit for it.
        refused: commits that were answered `not_your_turn`.
        reigns: everybody who was seated, in the order in which it was told.
        completions: everybody who was told that it is finished.
    """

    __slots__ = ("campaign", "chars", "completions", "id", "refused", "reigns", "sent", "told")

    def __init__(self, room_id: str) -> None:
        """The room of this id, of which nothing is known."""
        self.id = room_id
        self.campaign = ""
        self.chars: tuple[str, ...] = ()
        self.told: list[Told | None] = []
        self.sent: list[Sent] = []
        self.refused: list[Sent] = []
        self.reigns: list[Reign] = []
        self.completions: list[Completion] = []

    def tell(self, c: int, ink: int, at: float, ref: int) -> None:
        """Somebody heard of a committed character."""
        while len(self.told) <= c:
            self.told.append(None)
        if self.told[c] is None:
            self.told[c] = Told(ink, at, ref)

    def ink_of(self, c: int) -> Told | None:
        """The character as it was first told."""
        return self.told[c] if c < len(self.told) else None

    def reign_of(self, person: Person, seat: int | None = None) -> Reign | None:
        """A participant's hold of a seat (of any seat)."""
        for reign in self.reigns:
            if reign.person is person and seat in {None, reign.seat}:
                return reign
        return None

    def wrote(self, c: int) -> set[str]:
        """Everybody who sent the ink that was committed as character `c`."""
        told = self.ink_of(c)
        return {s.participant for s in self.sent if told and (s.c, s.digest) == (c, told.digest)}

    @property
    def last_commit_sent(self) -> float | None:
        """When the commit that finished the work was sent; None when no such one is recorded."""
        c = len(self.chars) - 1
        told = self.ink_of(c) if self.chars else None
        times = [s.at for s in self.sent if told and (s.c, s.digest) == (c, told.digest)]
        return min(times, default=None)


class Person:
    """A participant.

    Attributes:
        reign: the seat held, as far as was told.
        connection: the newest one that was welcomed.
        hellos: when each `hello` was sent.
        unanswered: connections that said `hello` and were not welcomed (yet).
        met: partners, with the room and the time at which the second of the two was told.
    """

    __slots__ = ("connection", "hellos", "id", "met", "reign", "unanswered")

    def __init__(self, participant: str) -> None:
        """The participant of this id."""
        self.id = participant
        self.reign: Reign | None = None
        self.connection: Connection | None = None
        self.hellos: list[float] = []
        self.unanswered: set[Connection] = set()
        self.met: list[tuple[Person, Room, float]] = []


class Connection:
    """One connection of a client.

    Attributes:
        hello: when and where `hello` was sent.
        joined: when a `join` was sent that has no answer yet; None when there is none, or when
            the participant sat somewhere already.
        left: the room that the participant gave up here; what still comes of it crossed that.
        commits: those without an answer.
        sent_commits: how often each character was sent.
        told_completed: how often each room was told to be completed.
        totals: the `relays` and `participants` last heard here, and where.
        welcomed: when `welcome` came.
        ignored: it is of a campaign that is not checked.
    """

    __slots__ = (
        "by_invite",
        "campaign",
        "client",
        "commits",
        "hello",
        "ignored",
        "joined",
        "last_heard",
        "left",
        "number",
        "person",
        "ref",
        "resumes",
        "sent_commits",
        "told_completed",
        "totals",
        "totals_ref",
        "turn_seconds",
        "unheard",
        "welcomed",
    )

    def __init__(self, client: str, number: int) -> None:
        """The client's connection of this number."""
        self.client = client
        self.number = number
        self.person: Person | None = None
        self.campaign = ""
        self.hello = -math.inf
        self.ref = 0
        self.resumes = False
        self.joined: float | None = None
        self.by_invite = False
        self.left = ""
        self.commits: list[tuple[Room, Sent]] = []
        self.sent_commits: dict[tuple[str, int], int] = {}
        self.told_completed: dict[str, int] = {}
        self.totals = (0, 0)
        self.totals_ref = 0
        self.turn_seconds = DEFAULT_TURN_SECONDS
        self.last_heard = -math.inf
        self.unheard: float | None = None
        self.welcomed = -math.inf
        self.ignored = False

    @property
    def current(self) -> bool:
        """Whether it is the participant's newest one that was welcomed."""
        return self.person is not None and self.person.connection is self


class Moment(NamedTuple):
    """A message that a connection received, before the timeline takes it in."""

    at: float
    ref: int
    connection: Connection
    message: FromServer

    @property
    def view(self) -> View | None:
        """The whole room that it tells, if it does and it is news to the participant."""
        view, connection = view_in(self.message), self.connection
        if isinstance(self.message, Welcome):
            return view
        stale = not connection.current or (view is not None and view.room == connection.left)
        return None if stale else view

    @property
    def asked(self) -> float:
        """A time before which the server cannot have made the view; minus infinity if unknown."""
        if isinstance(self.message, Welcome):
            return self.connection.hello
        return -math.inf if self.connection.joined is None else self.connection.joined


def is_waiting(reign: Reign) -> bool:
    """Whether its holder looks for a stranger, as far as anybody was told."""
    alone = all(other.person is reign.person for other in reign.room.reigns)
    return reign.lives and alone and not reign.matched and not reign.invited
