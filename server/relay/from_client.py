"""Messages from a client to the server, as types. protocol.md is their meaning; keep both alike."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

import msgspec

from server.relay.values import CharIndex, LivePart, LivePartOnGrid, Number, StrokeIndex, Strokes

LocaleTag = Annotated[str, msgspec.Meta(min_length=1, max_length=35)]
"""A language tag of BCP 47; RFC 5646, 4.4.1, allows for 35 characters."""

Locales = Annotated[tuple[LocaleTag, ...], msgspec.Meta(max_length=32)]

Proof = Annotated[str, msgspec.Meta(max_length=2_048)]
"""ALTCHA's payload in base64; one of the server's challenges makes 800 bytes."""

Reaction = Literal["clap", "heart", "fire", "smile", "fan"]
ReportReason = Literal["obscene", "idle", "other"]
SharedAs = Literal["link", "poster"]


class Hello(msgspec.Struct, tag_field="t", tag="hello", frozen=True):
    """The first message: who is there, and for which campaign."""

    token: str | None = None
    campaign: str | None = None
    locale: str | None = None
    client: str | None = None


class Join(msgspec.Struct, tag_field="t", tag="join", frozen=True):
    """Take part: into a room with an open seat, or into a friend's by `invite`.

    `locales` are the languages that the participant is willing to write; none stand for any.
    `proof` solves the last `challenge`.
    """

    phrase: str | None = None
    invite: str | None = None
    locales: Locales | None = None
    proof: Proof | None = None


class Invite(msgspec.Struct, tag_field="t", tag="invite", frozen=True):
    """Take the waiting room out of the pool and make a code for a friend."""

    room: str


class Ink(msgspec.Struct, tag_field="t", tag="ink", frozen=True, omit_defaults=True):
    """Live ink, a part of stroke `s` of character `c`; passed on to the partner, never stored."""

    room: str
    c: CharIndex
    s: StrokeIndex
    p: LivePart
    end: bool | None = None


class ExactInk(Ink, tag=False, frozen=True, forbid_unknown_fields=True, gc=False, kw_only=True):
    """Live ink with the protocol's keys and no others: its bytes may be passed on as they are.

    `t` is a key like the others here: a decoder of one type does not ask for its tag. The values
    of `p` are checked while they are decoded, so that nobody has to look for large ones again.
    """

    p: LivePartOnGrid
    t: Literal["ink"]


class Undo(msgspec.Struct, tag_field="t", tag="undo", frozen=True):
    """Strokes from index `s` on are taken back."""

    room: str
    c: CharIndex
    s: StrokeIndex


class Commit(msgspec.Struct, tag_field="t", tag="commit", frozen=True):
    """Character `c` is finished; `strokes` is its authoritative ink."""

    room: str
    c: CharIndex
    strokes: Strokes


class React(msgspec.Struct, tag_field="t", tag="react", frozen=True):
    """One of five reactions, shown to the partner."""

    room: str
    e: Reaction


class Report(msgspec.Struct, tag_field="t", tag="report", frozen=True):
    """Ends the room for the reporter and holds its work back."""

    room: str
    why: ReportReason


class Leave(msgspec.Struct, tag_field="t", tag="leave", frozen=True):
    """Give up the seat; with `keep`, the room with one's character stays open for a day."""

    room: str
    keep: bool | None = None


class Pledge(msgspec.Struct, tag_field="t", tag="pledge", frozen=True):
    """Make a pledge of the campaign; once made, it is answered again as it was."""

    pledge: str


class Share(msgspec.Struct, tag_field="t", tag="share", frozen=True):
    """The participant has shared the work just finished, or kept its poster; never answered."""

    how: SharedAs


class Ping(msgspec.Struct, tag_field="t", tag="ping", frozen=True):
    """Answered by `pong` with the same `n`."""

    n: Number | None = None


FromClient = (
    Hello | Join | Invite | Ink | Undo | Commit | React | Report | Leave | Pledge | Share | Ping
)

TYPES = frozenset(str(kind.__struct_config__.tag) for kind in get_args(FromClient))
"""Every `t` that a client may send."""


def type_of(message: FromClient) -> str:
    """Its `t`."""
    return "ink" if isinstance(message, Ink) else str(type(message).__struct_config__.tag)
