"""Messages from the server to a client, as types. protocol.md is their meaning; keep both alike.

Ink and phrases are `msgspec.Raw`: MessagePack that goes from the store to the socket untouched.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from server.relay.values import (
    CharIndex,
    Count,
    FirstSeat,
    Milliseconds,
    Number,
    PackedPhrase,
    PackedPhrases,
    PackedStrokes,
    Seat,
    Serial,
)

ErrorCode = Literal[
    "bad_message",
    "unknown_type",
    "hello_first",
    "not_your_turn",
    "bad_ink",
    "no_such_room",
    "no_such_phrase",
    "no_such_campaign",
    "no_such_pledge",
    "closed",
    "busy",
    "slow_down",
    "too_fast",
    "barred",
    "elsewhere",
]
PartnerState = Literal["away", "back", "left"]
ByeReason = Literal["restart", "idle", "over"]


class CampaignInfo(msgspec.Struct, frozen=True):
    """What a participant may know of a campaign."""

    id: str
    title: str
    open: bool


class Turn(msgspec.Struct, frozen=True):
    """Whose turn it is: character `c` is `char`, to be written by `seat` within `ms`."""

    c: CharIndex
    char: str
    seat: Seat
    ms: Milliseconds


class Partner(msgspec.Struct, frozen=True, omit_defaults=True):
    """The other seat, by a random name; `here` is false when nobody is connected there."""

    alias: str
    here: bool
    region: str | None = None


class FinishedWork(msgspec.Struct, frozen=True):
    """A work completed in one's absence."""

    work: str
    url: str
    serial: Serial


class CounterValues(msgspec.Struct, frozen=True):
    """A campaign's counters: two exact totals and two gauges."""

    relays: Count
    participants: Count
    online: Count
    writing: Count


class Limits(msgspec.Struct, frozen=True):
    """What a client must stay within; rates are per second, `frame` in bytes.

    `ink_ms` is the least time between two parts of live ink.
    """

    frame: Count
    strokes: Count
    points: Count
    ink_rate: Count
    ink_burst: Count
    ink_ms: Milliseconds
    message_rate: Count
    message_burst: Count
    turn_ms: Milliseconds
    grace_ms: Milliseconds


class Waiting(msgspec.Struct, tag_field="t", tag="waiting", frozen=True):
    """A room is open; its opener may write while a partner is sought."""

    room: str
    phrase: PackedPhrase
    seat: FirstSeat
    committed: list[PackedStrokes]
    turn: Turn


class Matched(msgspec.Struct, tag_field="t", tag="matched", frozen=True):
    """Both seats are taken; also how a room is given back on resume."""

    room: str
    phrase: PackedPhrase
    seat: Seat
    partner: Partner
    committed: list[PackedStrokes]
    turn: Turn


class Welcome(msgspec.Struct, tag_field="t", tag="welcome", frozen=True, omit_defaults=True):
    """The answer to `hello`."""

    token: str
    participant: str
    campaign: CampaignInfo
    phrases: PackedPhrases
    counters: CounterValues
    limits: Limits
    finished: list[FinishedWork]
    resume: Waiting | Matched | None = None


class Invited(msgspec.Struct, tag_field="t", tag="invited", frozen=True):
    """The room waits for whoever brings `code`."""

    room: str
    code: str
    url: str


class Offer(msgspec.Struct, tag_field="t", tag="offer", frozen=True):
    """To one who waits alone in `room`: somebody writes `phrase`, in another language.

    Whoever wants to leaves, and joins with that language among the `locales`.
    """

    room: str
    phrase: PackedPhrase


class TurnChanged(msgspec.Struct, tag_field="t", tag="turn", frozen=True):
    """Whose turn, and how long is left."""

    room: str
    c: CharIndex
    char: str
    seat: Seat
    ms: Milliseconds


class Committed(msgspec.Struct, tag_field="t", tag="committed", frozen=True):
    """A character is finished; replaces live ink."""

    room: str
    c: CharIndex
    seat: Seat
    strokes: PackedStrokes


class PartnerChanged(msgspec.Struct, tag_field="t", tag="partner", frozen=True, omit_defaults=True):
    """The other seat's connection; `ms` of grace left when it is away."""

    room: str
    state: PartnerState
    ms: Milliseconds | None = None


class Completed(msgspec.Struct, tag_field="t", tag="completed", frozen=True):
    """The work is finished and counted."""

    room: str
    work: str
    url: str
    serial: Serial
    counters: CounterValues


class Pledged(msgspec.Struct, tag_field="t", tag="pledged", frozen=True):
    """The participant's pledge: its number, and the id and the page of its certificate."""

    pledge: str
    number: Serial
    certificate: str
    url: str


class Counters(msgspec.Struct, tag_field="t", tag="counters", frozen=True):
    """The campaign's counters, at most once a second."""

    relays: Count
    participants: Count
    online: Count
    writing: Count


class Error(msgspec.Struct, tag_field="t", tag="error", frozen=True, omit_defaults=True):
    """A message was refused; `re` is its type, `retry_ms` when to try again."""

    code: ErrorCode
    message: str
    re: str | None = None
    retry_ms: Milliseconds | None = None


class Challenge(msgspec.Struct, tag_field="t", tag="challenge", frozen=True):
    """A `join` costs some work now: send it again with `proof`, the solution of `altcha`."""

    altcha: dict[str, Any]


class Bye(msgspec.Struct, tag_field="t", tag="bye", frozen=True):
    """The server closes; come back after `retry_ms`."""

    why: ByeReason
    retry_ms: Milliseconds


class Pace(msgspec.Struct, tag_field="t", tag="pace", frozen=True):
    """From now on live ink comes no more often than once in `ink_ms`; a commit has it all anyway.

    Told to those who write while the server is busy, and again when it is not.
    """

    ink_ms: Milliseconds


class Pong(msgspec.Struct, tag_field="t", tag="pong", frozen=True, omit_defaults=True):
    """The answer to `ping`."""

    n: Number | None = None
