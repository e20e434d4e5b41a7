"""Messages from the server, one declared type each; `outgoing` makes the client's.

Unknown keys are ignored, a key that is null counts as absent, and a message of an unknown type is
an `Unknown`. Every `ms` is milliseconds remaining when the message was sent, never a clock time.

A new message takes one type here and a place in `Incoming`.
"""

# ruff: noqa: PLC0414 - an alias is how a module says that a name is part of it, too
from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeAlias, get_args

from msgspec import Struct, ValidationError, convert

from . import outgoing as outgoing
from .exceptions import Malformed
from .outgoing import REACTIONS as REACTIONS
from .outgoing import REASONS as REASONS
from .outgoing import Outgoing as Outgoing
from .strokes import Character, Stroke


class Message(Struct, frozen=True, tag_field="t"):
    """Base class of everything the server sends."""


# Values inside messages.


class Phrase(Struct, frozen=True):
    """A phrase; `chars` are its 2 to 8 grapheme clusters, of which seat `i % 2` writes `i`."""

    id: str
    text: str
    chars: tuple[str, ...]
    locale: str


class Campaign(Struct, frozen=True):
    """A campaign; when it is not `open`, `join` is refused with `closed`."""

    id: str
    title: str
    open: bool


class Partner(Struct, frozen=True):
    """The stranger in the other seat; not `here` when they left and only their ink remains."""

    alias: str
    region: str | None = None
    here: bool = True


class Finished(Struct, frozen=True):
    """A work completed while this participant was away; `serial` is their own number."""

    work: str
    url: str
    serial: int


# Messages.


class Counters(Message, frozen=True, tag="counters"):
    """Totals of the campaign: `relays` and `participants` are exact, the rest are gauges."""

    relays: int
    participants: int
    online: int
    writing: int


class Turn(Message, frozen=True, tag="turn"):
    """Whose turn it is: `seat` writes character `c`, `char`, within `ms` milliseconds."""

    room: str
    c: int
    char: str
    seat: int
    ms: int


class Seated(Message, frozen=True):
    """Base class of `Waiting` and `Matched`: the participant has a seat in this room."""

    room: str
    phrase: Phrase
    seat: int
    committed: tuple[Character, ...]
    turn: Turn


class Waiting(Seated, frozen=True, tag="waiting"):
    """A room is open with this participant in seat 0, who may write while a partner is sought.

    `turn.ms` is what is left of the five minutes after which an idle room ends.
    """


class Matched(Seated, frozen=True, tag="matched"):
    """Both seats are taken. The writer now sends the unfinished ink again from the start."""

    partner: Partner


class Welcome(Message, frozen=True, tag="welcome"):
    """The answer to `hello`.

    `token` brings the same anonymous participant back; keep it secret. `limits` is the server's
    own map of limits, as sent. `resume` is the participant's room, when it is still open.
    """

    token: str
    participant: str
    campaign: Campaign
    phrases: tuple[Phrase, ...]
    counters: Counters
    limits: dict[str, Any]
    finished: tuple[Finished, ...]
    resume: Waiting | Matched | None = None


class Invited(Message, frozen=True, tag="invited"):
    """The room left the pool; a friend joins it with `code`, or by opening `url`."""

    room: str
    code: str
    url: str


class Offer(Message, frozen=True, tag="offer"):
    """To one who waits alone in `room`: somebody writes `phrase`, in another language.

    Whoever wants to write it leaves, and joins with that language among the `locales`.
    """

    room: str
    phrase: Phrase


class Pledged(Message, frozen=True, tag="pledged"):
    """This participant made the pledge as number `number`; `url` is the certificate's page."""

    pledge: str
    number: int
    certificate: str
    url: str


class Ink(Message, frozen=True, tag="ink"):
    """Live ink of the partner: part `p` of stroke `s` of character `c`."""

    room: str
    c: int
    s: int
    p: Stroke
    end: bool = False


class Undo(Message, frozen=True, tag="undo"):
    """The partner took back the strokes of character `c` from index `s` on."""

    room: str
    c: int
    s: int


class React(Message, frozen=True, tag="react"):
    """The partner's reaction: "clap", "heart", "fire", "smile" or "fan"."""

    room: str
    e: str


class Committed(Message, frozen=True, tag="committed"):
    """Character `c` is finished and stored; its strokes replace the live ink."""

    room: str
    c: int
    seat: int
    strokes: Character


class PartnerState(Message, frozen=True, tag="partner"):
    """The wire's `partner`: `state` is "away" (with `ms` of grace left), "back" or "left"."""

    room: str
    state: str
    ms: int | None = None


class Completed(Message, frozen=True, tag="completed"):
    """The work is finished and counted; `serial` is this participant's number in the campaign."""

    room: str
    work: str
    url: str
    serial: int
    counters: Counters


class Error(Message, frozen=True, tag="error"):
    """A message was refused; see `jielong.exceptions.Refused` for the fields."""

    code: str
    message: str
    re: str | None = None
    retry_ms: int | None = None


class Challenge(Message, frozen=True, tag="challenge"):
    """A `join` costs a proof of work now; `altcha` is an ALTCHA challenge of format 2."""

    altcha: dict[str, Any]


class Bye(Message, frozen=True, tag="bye"):
    """The server is about to close: `why` is "restart", "idle" or "over"."""

    why: str
    retry_ms: int


class Pong(Message, frozen=True, tag="pong"):
    """The answer to `ping`, with the same `n`."""

    n: int | None = None


class Pace(Message, frozen=True, tag="pace"):
    """From now on send live ink no more often than once in `ink_ms` milliseconds."""

    ink_ms: int


class Unknown(Message, frozen=True):
    """A message of a type this package does not know; `raw` is the whole of it."""

    type: str
    raw: Mapping[str, Any]


Incoming: TypeAlias = (
    Welcome
    | Waiting
    | Invited
    | Offer
    | Pledged
    | Matched
    | Turn
    | Ink
    | Undo
    | React
    | Committed
    | PartnerState
    | Completed
    | Counters
    | Error
    | Challenge
    | Bye
    | Pong
    | Pace
)
"""Every message that the server sends."""

_TYPES: dict[str, type[Message]] = {kind.__struct_config__.tag: kind for kind in get_args(Incoming)}
_MISSING = re.compile("Object missing required field `(.+)`")


def parse(raw: object) -> Message:
    """The typed message for one received map.

    Raises:
        Malformed: it is not a map with a string `t`, or a key its type must have is missing or
            has a value of the wrong type.
    """
    if not isinstance(raw, Mapping):
        raise Malformed(f"a message is {type(raw).__name__}, not a map")
    t = raw.get("t")
    if not isinstance(t, str):
        raise Malformed(f"message.t is {type(t).__name__}, not str")
    kind = _TYPES.get(t)
    if kind is None:
        return Unknown(t, raw)
    try:
        return convert(_completed(raw), kind)
    except ValidationError as error:
        raise Malformed(_explained(t, error)) from error


def _completed(raw: Mapping[str, object]) -> dict[str, object]:
    """The map without nulls, and with the room in its `turn`, which the wire does not repeat."""
    message = {key: value for key, value in raw.items() if value is not None}
    if isinstance(turn := message.get("turn"), dict):
        message["turn"] = turn | {"room": message.get("room")}
    if isinstance(resume := message.get("resume"), dict):
        message["resume"] = _completed(resume)
    return message


def _explained(t: str, error: ValidationError) -> str:
    """What is wrong, with the path of the key: `matched.turn.c is missing`."""
    what, _, path = str(error).partition(" - at `$")
    where = t + path.removesuffix("`")
    if missing := _MISSING.fullmatch(what):
        return f"{where}.{missing[1]} is missing"
    return f"{where}: {what}"
