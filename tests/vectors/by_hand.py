"""Vectors that no type implies: ink, messages without a type, and frames that are no message."""

from __future__ import annotations

from typing import Any

from server.relay.ink import GRID, MAX_NIB, MAX_PAUSE_MS, MAX_STROKES
from tests.vectors import Vector

PASSED_ON = ("ink", "undo", "react")
"""Messages of a client that the server sends to the partner without a change."""

_DOT = [0, 0, 0, 1]
_COMMIT = {"t": "commit", "room": "room", "c": 0}
_INK = {"t": "ink", "room": "room", "c": 0, "s": 0}

FROM_CLIENT: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "commit": [
        ("one point", _COMMIT | {"strokes": [_DOT]}),
        (
            "from corner to corner",
            _COMMIT | {"strokes": [[GRID, 0, 0, MAX_NIB, -GRID, GRID, MAX_PAUSE_MS, -254]]},
        ),
        ("as many strokes as may be", _COMMIT | {"strokes": [_DOT] * MAX_STROKES}),
    ],
    "ink": [
        ("a part that goes on with a stroke", _INK | {"s": 1, "p": [-30, 5, 12, -2]}),
    ],
    "join": [
        ("text of every length in UTF-8", {"t": "join", "phrase": "é加𠮷🖌\u0000\ufeff"}),
    ],
}
"""More valid messages, by type."""

_BAD_INK = {
    "a point right of the grid": [[GRID, 0, 0, 1, 1, 0, 1, 0]],
    "a point above the grid": [[0, -1, 0, 1]],
    "a nib of no width": [[0, 0, 0, 0]],
    "a nib too wide": [[0, 0, 0, MAX_NIB + 1]],
    "too long a pause": [[0, 0, MAX_PAUSE_MS + 1, 1]],
    "time that runs backwards": [[0, 0, -1, 1]],
    "half a point": [[0, 0]],
    "a stroke without points": [[]],
    "no strokes": [],
    "too many strokes": [_DOT] * (MAX_STROKES + 1),
}

REFUSED: list[tuple[str, Any, dict[str, str | None]]] = [
    *(
        (f"commit: {name}", _COMMIT | {"strokes": strokes}, {"code": "bad_ink", "re": "commit"})
        for name, strokes in _BAD_INK.items()
    ),
    *(
        (f"ink: {name}", _INK | {"p": p}, {"code": "bad_ink", "re": "ink"})
        for name, p in {
            "no points": [],
            "half a point": [0, 0, 0],
            "a point that begins off the grid": [GRID + 1, 0, 0, 1],
            "too long a pause": [0, 0, MAX_PAUSE_MS + 1, 1],
        }.items()
    ),
    *(
        (name, message, {"code": "bad_message", "re": None})
        for name, message in {
            "a message that is a number": 5,
            "a message that is a list": ["ping"],
            "a message that is nothing": None,
            "a message without a type": {"n": 1},
            "a type that is a number": {"t": 5},
        }.items()
    ),
    ("an unknown type", {"t": "nonsense"}, {"code": "unknown_type", "re": "nonsense"}),
    ("a type in capitals", {"t": "Ping"}, {"code": "unknown_type", "re": "Ping"}),
]
"""Name, message and error of what the server refuses."""


def _ill_formed(name: str, encoding: str, frame: bytes) -> Vector:
    return {"name": name, "encoding": encoding, "frame": frame.hex(), "close": 1007}


ILL_FORMED: list[Vector] = [
    _ill_formed("an empty frame", "json", b""),
    _ill_formed("no JSON", "json", b"hello"),
    _ill_formed("JSON cut off", "json", b'{"t":"ping"'),
    _ill_formed("JSON and more", "json", b'{"t":"ping"}{}'),
    _ill_formed("bad UTF-8", "json", b'{"t":"ping","x":"\xff"}'),
    _ill_formed("a surrogate in UTF-8", "json", b'{"t":"ping","x":"\xed\xa0\x80"}'),
    _ill_formed("an empty frame", "msgpack", b""),
    _ill_formed("a tag that is never used", "msgpack", b"\xc1"),
    _ill_formed("MessagePack cut off", "msgpack", b"\x81\xa1t\xa4pin"),
    _ill_formed("MessagePack and more", "msgpack", b"\x81\xa1t\xa4ping" * 2),
    _ill_formed("bad UTF-8", "msgpack", b"\x82\xa1t\xa4ping\xa1x\xa1\xff"),
    _ill_formed("a map of four billion", "msgpack", b"\xdf\xff\xff\xff\xff"),
    _ill_formed("nested without end", "msgpack", b"\x91" * 2_000 + b"\xc0"),
]
"""Frames that end the connection, in hexadecimal."""
