"""The server's messages as the protocol describes them, written anew: what a client may rely on.

These are not the service's own types on purpose; a key that it forgets is found here.
"""

from __future__ import annotations

import hashlib
from typing import Annotated, Literal

import msgspec

Count = Annotated[int, msgspec.Meta(ge=0)]
Seat = Literal[0, 1]
Strokes = list[list[int]]
Name = Annotated[str, msgspec.Meta(min_length=1)]


class Phrase(msgspec.Struct, frozen=True):
    """What is written."""

    id: Name
    text: Name
    chars: Annotated[list[str], msgspec.Meta(min_length=2, max_length=8)]
    locale: Name


class TurnView(msgspec.Struct, frozen=True):
    """Whose turn it is, inside another message."""

    c: Count
    char: str
    seat: Seat
    ms: Count


class PartnerView(msgspec.Struct, frozen=True):
    """The other seat, inside another message."""

    alias: Name
    here: bool
    region: str | None = None


class Waiting(msgspec.Struct, tag_field="t", tag="waiting", frozen=True):
    """A room is open and looks for a partner."""

    room: Name
    phrase: Phrase
    seat: Literal[0]
    committed: list[Strokes]
    turn: TurnView


class Matched(msgspec.Struct, tag_field="t", tag="matched", frozen=True):
    """Both seats are taken, or the room is given back."""

    room: Name
    phrase: Phrase
    seat: Seat
    partner: PartnerView
    committed: list[Strokes]
    turn: TurnView


class Campaign(msgspec.Struct, frozen=True):
    """The campaign."""

    id: Name
    title: str
    open: bool


class Finished(msgspec.Struct, frozen=True):
    """A work completed in one's absence."""

    work: Name
    url: str
    serial: Annotated[int, msgspec.Meta(ge=1)]


class CounterValues(msgspec.Struct, frozen=True):
    """The four counters."""

    relays: Count
    participants: Count
    online: Count
    writing: Count


class Limits(msgspec.Struct, frozen=True):
    """The limits that a check needs; there are more."""

    turn_ms: Count
    grace_ms: Count


class Welcome(msgspec.Struct, tag_field="t", tag="welcome", frozen=True):
    """The answer to `hello`."""

    token: Name
    participant: Name
    campaign: Campaign
    phrases: list[Phrase]
    counters: CounterValues
    limits: Limits
    finished: Annotated[list[Finished], msgspec.Meta(max_length=20)]
    resume: Waiting | Matched | None = None


class Invited(msgspec.Struct, tag_field="t", tag="invited", frozen=True):
    """The room waits for a friend."""

    room: Name
    code: Name
    url: Name


class Offer(msgspec.Struct, tag_field="t", tag="offer", frozen=True):
    """Somebody writes in another language than the one who waits alone."""

    room: str
    phrase: Phrase


class Turn(msgspec.Struct, tag_field="t", tag="turn", frozen=True):
    """Whose turn it is."""

    room: Name
    c: Count
    char: str
    seat: Seat
    ms: Count


class Ink(msgspec.Struct, tag_field="t", tag="ink", frozen=True):
    """Live ink of the partner."""

    room: Name
    c: Count
    s: Count
    p: list[int]
    end: bool | None = None


class Undo(msgspec.Struct, tag_field="t", tag="undo", frozen=True):
    """Strokes that the partner took back."""

    room: Name
    c: Count
    s: Count


class React(msgspec.Struct, tag_field="t", tag="react", frozen=True):
    """A reaction of the partner."""

    room: Name
    e: Literal["clap", "heart", "fire", "smile", "fan"]


class Committed(msgspec.Struct, tag_field="t", tag="committed", frozen=True):
    """A character is finished."""

    room: Name
    c: Count
    seat: Seat
    strokes: Strokes


class Partner(msgspec.Struct, tag_field="t", tag="partner", frozen=True):
    """The other seat's connection."""

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
    """The campaign's counters."""

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
        "closed",
        "busy",
        "slow_down",
        "elsewhere",
    ]
    message: str
    re: str | None = None
    retry_ms: Count | None = None


class Bye(msgspec.Struct, tag_field="t", tag="bye", frozen=True):
    """The server closes the connection."""

    why: Literal["restart", "idle", "over"]
    retry_ms: Count


class Pong(msgspec.Struct, tag_field="t", tag="pong", frozen=True):
    """The answer to `ping`."""

    n: int | None = None


View = Waiting | Matched
"""A room as a whole, as the holder of a seat is told it."""

FromServer = (
    Welcome
    | Waiting
    | Matched
    | Invited
    | Offer
    | Turn
    | Ink
    | Undo
    | React
    | Committed
    | Partner
    | Completed
    | Counters
    | Error
    | Bye
    | Pong
)

read_from_server = msgspec.json.Decoder(FromServer).decode

_pack = msgspec.msgpack.Encoder().encode


def digest(strokes: Strokes) -> int:
    """64 bits that stand for the strokes of one character."""
    return int.from_bytes(hashlib.blake2b(_pack(strokes), digest_size=8).digest())


def view_in(message: FromServer) -> View | None:
    """The whole room that a message tells, if it does."""
    if isinstance(message, Welcome):
        return message.resume
    return message if isinstance(message, View) else None


class FromClient(msgspec.Struct, frozen=True):
    """What the checks must know of a client's message. Clients may send nonsense on purpose."""

    t: str
    room: str = ""
    token: str = ""
    invite: str = ""
    keep: bool = False
    c: int = -1
    strokes: Strokes = []


_read_from_client = msgspec.json.Decoder(FromClient).decode
_read_type = msgspec.json.Decoder(dict[str, object]).decode

IGNORED = frozenset({"ink", "undo", "react", "ping"})


def read_from_client(raw: msgspec.Raw) -> FromClient | None:
    """A client's message; None when it is of no importance here, or nonsense."""
    try:
        message = _read_from_client(raw)
    except msgspec.DecodeError:
        return _without_nulls(raw)
    return None if message.t in IGNORED else message


def _without_nulls(raw: msgspec.Raw) -> FromClient | None:
    """Keys that are null count as missing."""
    try:
        keys = {key: value for key, value in _read_type(raw).items() if value is not None}
        return msgspec.convert(keys, FromClient)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return None
