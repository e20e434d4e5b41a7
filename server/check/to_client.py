"""The server's messages as the protocol defines them.

The types repeat those of `server.relay.to_client` on purpose: if the service leaves out a key or
changes a type, its message cannot be decoded here.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from server.check.strokes import Strokes

Count = Annotated[int, msgspec.Meta(ge=0)]
Seat = Literal[0, 1]
Name = Annotated[str, msgspec.Meta(min_length=1)]


class Phrase(msgspec.Struct, frozen=True):
    """The phrase of a room."""

    id: Name
    text: Name
    chars: Annotated[list[str], msgspec.Meta(min_length=2, max_length=8)]
    locale: Name


class Turn(msgspec.Struct, frozen=True):
    """Whose turn it is, as part of another message; `ms` is the time left."""

    c: Count
    char: str
    seat: Seat
    ms: Count


class Partner(msgspec.Struct, frozen=True):
    """The other participant, as part of another message."""

    alias: Name
    here: bool
    region: str | None = None


class Waiting(msgspec.Struct, tag_field="t", tag="waiting", frozen=True):
    """A room is open and waits for a partner."""

    room: Name
    phrase: Phrase
    seat: Literal[0]
    committed: list[Strokes]
    turn: Turn


class Matched(msgspec.Struct, tag_field="t", tag="matched", frozen=True):
    """Both seats are taken; also sent on resume."""

    room: Name
    phrase: Phrase
    seat: Seat
    partner: Partner
    committed: list[Strokes]
    turn: Turn


class CampaignInfo(msgspec.Struct, frozen=True):
    """The campaign of a participant."""

    id: Name
    title: str
    open: bool


class FinishedWork(msgspec.Struct, frozen=True):
    """A work that was completed while the participant was disconnected."""

    work: Name
    url: str
    serial: Annotated[int, msgspec.Meta(ge=1)]


class CounterValues(msgspec.Struct, frozen=True):
    """The campaign's counters, as part of another message."""

    relays: Count
    participants: Count
    online: Count
    writing: Count


class Limits(msgspec.Struct, frozen=True):
    """The limits that the checks need; the message has more."""

    turn_ms: Count
    grace_ms: Count


class Welcome(msgspec.Struct, tag_field="t", tag="welcome", frozen=True):
    """The answer to `hello`."""

    token: Name
    participant: Name
    campaign: CampaignInfo
    phrases: list[Phrase]
    counters: CounterValues
    limits: Limits
    finished: Annotated[list[FinishedWork], msgspec.Meta(max_length=20)]
    resume: Waiting | Matched | None = None


class Invited(msgspec.Struct, tag_field="t", tag="invited", frozen=True):
    """The room left the pool and waits for the friend who has the code."""

    room: Name
    code: Name
    url: Name


class Pledged(msgspec.Struct, tag_field="t", tag="pledged", frozen=True):
    """A pledge that the participant made: its number, and the certificate."""

    pledge: Name
    number: Annotated[int, msgspec.Meta(ge=1)]
    certificate: Name
    url: Name


class Offer(msgspec.Struct, tag_field="t", tag="offer", frozen=True):
    """A room of another language waits, while this participant waits alone in `room`."""

    room: Name
    phrase: Phrase


class TurnChanged(msgspec.Struct, tag_field="t", tag="turn", frozen=True):
    """The turn passed on; `ms` is the time left."""

    room: Name
    c: Count
    char: str
    seat: Seat
    ms: Count


class Ink(msgspec.Struct, tag_field="t", tag="ink", frozen=True):
    """Live ink from the partner."""

    room: Name
    c: Count
    s: Count
    p: list[int]
    end: bool | None = None


class Undo(msgspec.Struct, tag_field="t", tag="undo", frozen=True):
    """The partner took back the strokes from index `s` on."""

    room: Name
    c: Count
    s: Count


class React(msgspec.Struct, tag_field="t", tag="react", frozen=True):
    """A reaction from the partner."""

    room: Name
    e: Literal["clap", "heart", "fire", "smile", "fan"]


class Committed(msgspec.Struct, tag_field="t", tag="committed", frozen=True):
    """A character was committed."""

    room: Name
    c: Count
    seat: Seat
    strokes: Strokes


class PartnerChanged(msgspec.Struct, tag_field="t", tag="partner", frozen=True):
    """The partner's connection changed; `ms` is the grace left when it is away."""

    room: Name
    state: Literal["away", "back", "left"]
    ms: Count | None = None


class Completed(msgspec.Struct, tag_field="t", tag="completed", frozen=True):
    """The work is finished and counted."""

    room: Name
    work: Name
    url: str
    serial: Annotated[int, msgspec.Meta(ge=1)]
    counters: CounterValues


class Counters(msgspec.Struct, tag_field="t", tag="counters", frozen=True):
    """The campaign's counters changed."""

    relays: Count
    participants: Count
    online: Count
    writing: Count


class Error(msgspec.Struct, tag_field="t", tag="error", frozen=True):
    """A message was refused."""

    code: Literal[
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
    message: str
    re: str | None = None
    retry_ms: Count | None = None


class Challenge(msgspec.Struct, tag_field="t", tag="challenge", frozen=True):
    """A join costs a proof of work now."""

    altcha: dict[str, Any]


class Bye(msgspec.Struct, tag_field="t", tag="bye", frozen=True):
    """The server closes the connection."""

    why: Literal["restart", "idle", "over"]
    retry_ms: Count


class Pace(msgspec.Struct, tag_field="t", tag="pace", frozen=True):
    """Live ink is to come less often, or as often as before."""

    ink_ms: Count


class Pong(msgspec.Struct, tag_field="t", tag="pong", frozen=True):
    """The answer to `ping`."""

    n: int | None = None


RoomView = Waiting | Matched
"""A whole room, as the server shows it to the holder of a seat."""

ToClient = (
    Welcome
    | Waiting
    | Matched
    | Invited
    | Offer
    | Pledged
    | TurnChanged
    | Ink
    | Undo
    | React
    | Committed
    | PartnerChanged
    | Completed
    | Counters
    | Error
    | Challenge
    | Bye
    | Pace
    | Pong
)

decode_to_client = msgspec.json.Decoder(ToClient).decode


def room_view_in(message: ToClient) -> RoomView | None:
    """The room that a message shows; None if it shows none."""
    if isinstance(message, Welcome):
        return message.resume
    return message if isinstance(message, RoomView) else None
