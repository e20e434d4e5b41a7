"""Messages from a client to the server, as types. protocol.md is their meaning; keep both alike."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from server.relay.ink import GRID, MAX_PAUSE_MS, MAX_POINTS, POINT

LARGEST = 2**63 - 1
"""Every 64-bit integer can be passed on in either encoding."""

Number = Annotated[int, msgspec.Meta(ge=-LARGEST - 1, le=LARGEST)]
CharIndex = Annotated[int, msgspec.Meta(ge=0, le=LARGEST)]

StrokeIndex = Annotated[int, msgspec.Meta(ge=0, le=4_095)]
"""Bounded, since the partner's client makes room for as many strokes."""

LiveValue = Annotated[int, msgspec.Meta(ge=-GRID, le=MAX_PAUSE_MS)]
"""A value of live ink: its place is known to the receiver alone, so only this can be checked."""

LivePart = Annotated[list[LiveValue], msgspec.Meta(min_length=POINT, max_length=MAX_POINTS * POINT)]
"""Points of live ink. That they are whole ones is not said by the type: who takes it checks it."""

LocaleTag = Annotated[str, msgspec.Meta(min_length=1, max_length=35)]
"""A language tag of BCP 47; RFC 5646, 4.4.1, allows for 35 characters."""

Locales = Annotated[tuple[LocaleTag, ...], msgspec.Meta(max_length=32)]

Reaction = Literal["clap", "heart", "fire", "smile", "fan"]
ReportReason = Literal["obscene", "idle", "other"]


class Hello(msgspec.Struct, tag_field="t", tag="hello", frozen=True):
    """The first message: who is there, and for which campaign."""

    token: str | None = None
    campaign: str | None = None
    locale: str | None = None
    client: str | None = None


class Join(msgspec.Struct, tag_field="t", tag="join", frozen=True):
    """Take part: into a room with an open seat, or into a friend's by `invite`.

    `locales` are the languages that the participant is willing to write; none stand for any.
    """

    phrase: str | None = None
    invite: str | None = None
    locales: Locales | None = None


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


class ExactInk(Ink, tag_field="t", tag="ink", frozen=True, forbid_unknown_fields=True, gc=False):
    """Live ink with the protocol's keys and no others: its bytes may be passed on as they are."""


class Undo(msgspec.Struct, tag_field="t", tag="undo", frozen=True):
    """Strokes from index `s` on are taken back."""

    room: str
    c: CharIndex
    s: StrokeIndex


class Commit(msgspec.Struct, tag_field="t", tag="commit", frozen=True):
    """Character `c` is finished; `strokes` is its authoritative ink."""

    room: str
    c: CharIndex
    strokes: list[list[int]]


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


class Ping(msgspec.Struct, tag_field="t", tag="ping", frozen=True):
    """Answered by `pong` with the same `n`."""

    n: Number | None = None


FromClient = Hello | Join | Invite | Ink | Undo | Commit | React | Report | Leave | Ping

TYPES = frozenset(
    ("hello", "join", "invite", "ink", "undo", "commit", "react", "report", "leave", "ping")
)
"""Every `t` that a client may send."""
