"""Messages from the server, one frozen type each. Reading this file tells all it can say.

Unknown keys are ignored; an unknown type becomes `Unknown`; a known type that lacks a key raises
`Malformed`. Every `ms` is milliseconds remaining when the message was sent, never a clock time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .exceptions import Malformed
from .fields import Fields
from .strokes import Character, Stroke


class Message:
    """Base class of everything the server sends."""

    __slots__ = ()


# Values inside messages.


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase; `chars` are its 2 to 8 grapheme clusters, of which seat `i % 2` writes `i`."""

    id: str
    text: str
    chars: tuple[str, ...]
    locale: str

    @classmethod
    def read(cls, f: Fields) -> Phrase:
        return cls(f.text("id"), f.text("text"), f.texts("chars"), f.text("locale"))


@dataclass(frozen=True, slots=True)
class Campaign:
    """The campaign taken part in; when it is not `open`, `join` is refused with `closed`."""

    id: str
    title: str
    open: bool

    @classmethod
    def read(cls, f: Fields) -> Campaign:
        return cls(f.text("id"), f.text("title"), f.flag("open"))


@dataclass(frozen=True, slots=True)
class Partner:
    """The stranger in the other seat; not `here` when gone and only their ink was left."""

    alias: str
    region: str | None
    here: bool

    @classmethod
    def read(cls, f: Fields) -> Partner:
        region = f.text("region") if f.has("region") else None
        return cls(f.text("alias"), region, f.flag("here"))


@dataclass(frozen=True, slots=True)
class Finished:
    """A work completed in one's absence; `serial` is one's own number in the campaign."""

    work: str
    url: str
    serial: int

    @classmethod
    def read(cls, f: Fields) -> Finished:
        return cls(f.text("work"), f.text("url"), f.number("serial"))


# Messages.


@dataclass(frozen=True, slots=True)
class Counters(Message):
    """Totals of the campaign: `relays` and `participants` are exact, the rest are gauges."""

    relays: int
    participants: int
    online: int
    writing: int

    @classmethod
    def read(cls, f: Fields) -> Counters:
        return cls(
            f.number("relays"), f.number("participants"), f.number("online"), f.number("writing")
        )


@dataclass(frozen=True, slots=True)
class Turn(Message):
    """Whose turn it is: `seat` writes character `c`, `char`, within `ms` milliseconds."""

    room: str
    c: int
    char: str
    seat: int
    ms: int

    @classmethod
    def read(cls, f: Fields) -> Turn:
        return cls.of(f.text("room"), f)

    @classmethod
    def of(cls, room: str, f: Fields) -> Turn:
        """The turn inside another message, which names the room."""
        return cls(room, f.number("c"), f.text("char"), f.number("seat"), f.number("ms"))


@dataclass(frozen=True, slots=True)
class Seated(Message):
    """Base class of `Waiting` and `Matched`: one has a seat, and this is how the room stands."""

    room: str
    phrase: Phrase
    seat: int
    committed: tuple[Character, ...]
    turn: Turn


@dataclass(frozen=True, slots=True)
class Waiting(Seated):
    """A room is open with oneself in seat 0; one may write while a partner is sought.

    `turn.ms` is what is left of the five minutes after which an idle room ends.
    """

    @classmethod
    def read(cls, f: Fields) -> Waiting:
        room = f.text("room")
        return cls(
            room,
            Phrase.read(f.map("phrase")),
            f.number("seat"),
            f.characters("committed"),
            Turn.of(room, f.map("turn")),
        )


@dataclass(frozen=True, slots=True)
class Matched(Seated):
    """Both seats are taken. Whoever writes now sends the unfinished ink again from the start."""

    partner: Partner

    @classmethod
    def read(cls, f: Fields) -> Matched:
        room = f.text("room")
        return cls(
            room,
            Phrase.read(f.map("phrase")),
            f.number("seat"),
            f.characters("committed"),
            Turn.of(room, f.map("turn")),
            Partner.read(f.map("partner")),
        )


@dataclass(frozen=True, slots=True)
class Welcome(Message):
    """The answer to `hello`.

    `token` brings the same anonymous participant back; keep it secret. `resume` is the room left
    open, if any. `limits` is the server's own map of limits, as sent.
    """

    token: str
    participant: str
    campaign: Campaign
    phrases: tuple[Phrase, ...]
    counters: Counters
    limits: Mapping[str, object]
    resume: Waiting | Matched | None
    finished: tuple[Finished, ...]

    @classmethod
    def read(cls, f: Fields) -> Welcome:
        return cls(
            f.text("token"),
            f.text("participant"),
            Campaign.read(f.map("campaign")),
            tuple(Phrase.read(phrase) for phrase in f.maps("phrases")),
            Counters.read(f.map("counters")),
            f.map("limits").source,
            _resume(f.map("resume")) if f.has("resume") else None,
            tuple(Finished.read(work) for work in f.maps("finished")),
        )


def _resume(f: Fields) -> Waiting | Matched:
    match f.text("t"):
        case "waiting":
            return Waiting.read(f)
        case "matched":
            return Matched.read(f)
        case other:
            raise Malformed(f"{f.where} is {other}, not waiting or matched")


@dataclass(frozen=True, slots=True)
class Invited(Message):
    """The room left the pool; a friend joins it with `code`, or by opening `url`."""

    room: str
    code: str
    url: str

    @classmethod
    def read(cls, f: Fields) -> Invited:
        return cls(f.text("room"), f.text("code"), f.text("url"))


@dataclass(frozen=True, slots=True)
class Ink(Message):
    """Live ink of the partner: part `p` of stroke `s` of character `c`."""

    room: str
    c: int
    s: int
    p: Stroke
    end: bool

    @classmethod
    def read(cls, f: Fields) -> Ink:
        end = f.flag("end") if f.has("end") else False
        return cls(f.text("room"), f.number("c"), f.number("s"), f.stroke("p"), end)


@dataclass(frozen=True, slots=True)
class Undo(Message):
    """The partner took back the strokes of character `c` from index `s` on."""

    room: str
    c: int
    s: int

    @classmethod
    def read(cls, f: Fields) -> Undo:
        return cls(f.text("room"), f.number("c"), f.number("s"))


@dataclass(frozen=True, slots=True)
class React(Message):
    """The partner's reaction: "clap", "heart", "fire", "smile" or "fan"."""

    room: str
    e: str

    @classmethod
    def read(cls, f: Fields) -> React:
        return cls(f.text("room"), f.text("e"))


@dataclass(frozen=True, slots=True)
class Committed(Message):
    """Character `c` is written and kept; its strokes replace the live ink."""

    room: str
    c: int
    seat: int
    strokes: Character

    @classmethod
    def read(cls, f: Fields) -> Committed:
        return cls(f.text("room"), f.number("c"), f.number("seat"), f.character("strokes"))


@dataclass(frozen=True, slots=True)
class PartnerState(Message):
    """The wire's `partner`: `state` is "away" (`ms` of grace left, when told), "back" or "left"."""

    room: str
    state: str
    ms: int | None

    @classmethod
    def read(cls, f: Fields) -> PartnerState:
        return cls(f.text("room"), f.text("state"), f.number("ms") if f.has("ms") else None)


@dataclass(frozen=True, slots=True)
class Completed(Message):
    """The work is finished and counted; `serial` is one's own number in the campaign."""

    room: str
    work: str
    url: str
    serial: int
    counters: Counters

    @classmethod
    def read(cls, f: Fields) -> Completed:
        return cls(
            f.text("room"),
            f.text("work"),
            f.text("url"),
            f.number("serial"),
            Counters.read(f.map("counters")),
        )


@dataclass(frozen=True, slots=True)
class Error(Message):
    """A message was refused; see `jielong.exceptions.Refused` for the fields."""

    code: str
    message: str
    re: str | None
    retry_ms: int | None

    @classmethod
    def read(cls, f: Fields) -> Error:
        return cls(
            f.text("code"),
            f.text("message"),
            f.text("re") if f.has("re") else None,
            f.number("retry_ms") if f.has("retry_ms") else None,
        )


@dataclass(frozen=True, slots=True)
class Bye(Message):
    """The server is about to close: `why` is "restart", "idle" or "over"."""

    why: str
    retry_ms: int

    @classmethod
    def read(cls, f: Fields) -> Bye:
        return cls(f.text("why"), f.number("retry_ms"))


@dataclass(frozen=True, slots=True)
class Pong(Message):
    """The answer to `ping`, with the same `n`."""

    n: int | None

    @classmethod
    def read(cls, f: Fields) -> Pong:
        return cls(f.number("n") if f.has("n") else None)


@dataclass(frozen=True, slots=True)
class Unknown(Message):
    """A message of a type this package does not know; `raw` is the whole of it."""

    type: str
    raw: Mapping[str, Any]


_READERS: dict[str, Callable[[Fields], Message]] = {
    "welcome": Welcome.read,
    "waiting": Waiting.read,
    "invited": Invited.read,
    "matched": Matched.read,
    "turn": Turn.read,
    "ink": Ink.read,
    "undo": Undo.read,
    "react": React.read,
    "committed": Committed.read,
    "partner": PartnerState.read,
    "completed": Completed.read,
    "counters": Counters.read,
    "error": Error.read,
    "bye": Bye.read,
    "pong": Pong.read,
}


def parse(raw: object) -> Message:
    """The typed message for one received map.

    Raises:
        Malformed: it is not a map with a string `t`, or lacks a key its type must have.
    """
    f = Fields(raw, "message")
    kind = f.text("t")
    f.where = kind
    read = _READERS.get(kind)
    return read(f) if read else Unknown(kind, f.source)
