"""The values that messages hold, as types with their ranges; protocol.md's section of that name.

A decoder enforces `Meta`'s ranges. A named schema only describes: the server checks strokes itself,
so that it can answer `bad_ink`, and it passes `msgspec.Raw` on without reading it.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from server.relay.ink import GRID, MAX_PAUSE_MS, MAX_POINTS, POINT

LARGEST = 2**63 - 1
"""Every 64-bit integer can be passed on in either encoding."""

SCHEMAS = "#/components/schemas/"
"""Where a JSON Schema finds another one by its name."""


def _schema(name: str) -> msgspec.Meta:
    """The JSON Schema of this name describes the value."""
    return msgspec.Meta(extra_json_schema={"$ref": SCHEMAS + name})


Number = Annotated[int, msgspec.Meta(ge=-LARGEST - 1, le=LARGEST)]
Count = Annotated[int, msgspec.Meta(ge=0)]
Milliseconds = Annotated[int, msgspec.Meta(ge=0)]
Serial = Annotated[int, msgspec.Meta(ge=1)]
Seat = Annotated[int, msgspec.Meta(ge=0, le=1)]
FirstSeat = Annotated[int, msgspec.Meta(ge=0, le=0)]
"""The seat of whoever opens a room."""

CharIndex = Annotated[int, msgspec.Meta(ge=0, le=LARGEST)]

StrokeIndex = Annotated[int, msgspec.Meta(ge=0, le=4_095)]
"""Bounded, since the partner's client makes room for as many strokes."""

LiveValue = Annotated[int, msgspec.Meta(ge=-GRID, le=MAX_PAUSE_MS)]
"""A value of live ink: its place is known to the receiver alone, so only this can be checked."""

_PartLength = msgspec.Meta(min_length=POINT, max_length=MAX_POINTS * POINT)

LivePart = Annotated[list[LiveValue], _PartLength]
"""Points of live ink. The type does not say that they are whole; the receiver checks it."""

LivePartOnGrid = Annotated[list[Annotated[int, msgspec.Meta(ge=-GRID, le=GRID)]], _PartLength]
"""The same without pauses longer than 4,095 ms: no value is larger than the grid."""


Strokes = Annotated[list[list[int]], _schema("Strokes")]
PackedStrokes = Annotated[msgspec.Raw, _schema("Strokes")]
PackedPhrase = Annotated[msgspec.Raw, _schema("Phrase")]
PackedPhrases = Annotated[msgspec.Raw, _schema("Phrases")]
