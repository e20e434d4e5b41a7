"""The strokes of characters by KanjiVG (CC BY-SA 3.0): another source than the shapes' own.

Its wheel, `kanjivg`, has an SVG a character: some 6,700 kanji, the kana, and Latin letters.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.metadata import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

BOX = 109
STEPS = 14
"""Points of a curve."""

_PATH = re.compile(r"<path[^>]* d=\"([^\"]+)\"")
_TOKEN = re.compile(r"[MmCcSsLl]|-?(?:\d+\.\d*|\.\d+|\d+)")
_FILE = re.compile(r"[0-9a-f]{5}\.svg")
Line = NDArray[np.float64]


@cache
def drawings() -> dict[str, Path]:
    """The file of each character."""
    listed = files("kanjivg") or []
    found = {path.name: Path(str(path.locate())) for path in listed if _FILE.fullmatch(path.name)}
    return {chr(int(name[:5], 16)): path for name, path in sorted(found.items())}


@cache
def strokes(char: str) -> tuple[Line, ...]:
    """Where the strokes of a character go, (n, 2) each, in a box of 1 by 1."""
    paths = _PATH.findall(drawings()[char].read_text(encoding="utf-8"))
    return tuple(_line(path) / BOX for path in paths)


def _line(path: str) -> Line:
    tokens = _TOKEN.findall(path)
    points: list[NDArray[np.float64]] = []
    at = control = np.zeros(2)
    command, i = "", 0

    def take() -> NDArray[np.float64]:
        nonlocal i
        pair = np.array([float(tokens[i]), float(tokens[i + 1])])
        i += 2
        return pair + at if command.islower() else pair

    while i < len(tokens):
        if tokens[i].isalpha():
            command, i = tokens[i], i + 1
        if command in "Mm" or command in "Ll":
            at = control = take()
            points.append(at)
        else:
            first = take() if command in "Cc" else 2 * at - control
            second, end = take(), take()
            t = (np.arange(1, STEPS + 1) / STEPS)[:, None]
            points.extend(
                (1 - t) ** 3 * at
                + 3 * t * (1 - t) ** 2 * first
                + 3 * t**2 * (1 - t) * second
                + t**3 * end
            )
            at, control = end, second
    return np.array(points)
