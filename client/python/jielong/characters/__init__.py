"""How Chinese characters are written: the middle line of each stroke, in the order of writing.

`medians.json` holds about two hundred characters, those of the service's own phrases. The lines
come from Make Me a Hanzi, under the Arphic Public License (`ARPHICPL.TXT`).
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TypeAlias

from msgspec import json

Line: TypeAlias = list[tuple[float, float]]
"""Points from start to end, as fractions of the writing cell, y down."""

_SQUARE, _TOP = 1024, 900
"""The data's own square, y up, and its upper edge."""


def lines(char: str) -> list[Line] | None:
    """The lines of a character; None if this package does not know it."""
    known = _medians().get(char)
    if known is None:
        return None
    return [[(x / _SQUARE, (_TOP - y) / _SQUARE) for x, y in line] for line in known]


@cache
def _medians() -> dict[str, list[list[tuple[float, float]]]]:
    text = (files(__name__) / "medians.json").read_bytes()
    return json.decode(text, type=dict[str, list[list[tuple[float, float]]]])
