"""Generates handwriting: strokes for any character, reproducible from a seed.

The pen writes the characters that `jielong.characters` knows as people do. Any other one gets its
own skeleton, the same each time, made of the basic strokes of Chinese handwriting. The pen then
varies position, speed and pressure. All randomness comes from the generator passed in, so a seed
gives the same strokes again.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

from .characters import Line, lines
from .strokes import GRID, MAX_WIDTH, Character, Point, Stroke, decode, encode

__all__ = ["Pen", "Point", "decode", "encode"]

_SAMPLE_MS = 12.0
"""Time between two points, about the rate of touch screens."""


class _Path(Protocol):
    """Where a stroke goes in the cell, and how hard the pen presses."""

    @property
    def press(self) -> tuple[float, float, float]:
        """Width at start, middle and end, relative to the pen's own."""

    @property
    def length(self) -> float:
        """In cells."""

    def at(self, t: float) -> tuple[float, float]:
        """The point at 0 <= t <= 1 of the way, as fractions of the cell."""


class _Median:
    """The middle line of a real stroke."""

    press = (1.0, 0.9, 0.6)

    def __init__(self, line: Line) -> None:
        """Along these points."""
        self._line = line
        self._steps = [math.dist(*pair) for pair in pairwise(line)]
        self.length = sum(self._steps)

    def at(self, t: float) -> tuple[float, float]:
        """See `_Path.at`."""
        left = t * self.length
        for (start, end), step in zip(pairwise(self._line), self._steps, strict=True):
            if left <= step and step > 0:
                share = left / step
                x, y = (a + (b - a) * share for a, b in zip(start, end, strict=True))
                return x, y
            left -= step
        return self._line[-1]


@dataclass(frozen=True, slots=True)
class _Form:
    """A basic stroke in a cell of 1 x 1: a curve, and the pressure along it."""

    start: tuple[float, float]
    bend: tuple[float, float]
    stop: tuple[float, float]
    press: tuple[float, float, float]
    """Width at start, middle and end, relative to the pen's own."""


_FORMS = (
    _Form((0.15, 0.50), (0.50, 0.46), (0.85, 0.47), (1.0, 0.8, 1.1)),  # 横
    _Form((0.50, 0.12), (0.51, 0.50), (0.50, 0.90), (1.1, 0.9, 0.8)),  # 竖
    _Form((0.60, 0.12), (0.52, 0.55), (0.15, 0.88), (1.2, 0.9, 0.3)),  # 撇
    _Form((0.35, 0.15), (0.50, 0.60), (0.90, 0.88), (0.5, 0.9, 1.3)),  # 捺
    _Form((0.45, 0.40), (0.52, 0.44), (0.58, 0.58), (0.5, 1.0, 1.2)),  # 点
    _Form((0.15, 0.75), (0.40, 0.70), (0.80, 0.40), (1.1, 0.8, 0.3)),  # 提
    _Form((0.20, 0.25), (0.95, 0.10), (0.78, 0.88), (0.9, 1.1, 0.8)),  # 横折
    _Form((0.25, 0.15), (0.15, 1.00), (0.85, 0.80), (0.9, 1.0, 1.1)),  # 竖弯
)


@dataclass(frozen=True, slots=True)
class _Placed:
    """A form placed in the cell: centre and size, as fractions of the cell."""

    form: _Form
    x: float
    y: float
    size: float

    @property
    def press(self) -> tuple[float, float, float]:
        """See `_Path.press`."""
        return self.form.press

    @property
    def length(self) -> float:
        """See `_Path.length`."""
        return math.dist(self.at(0), self.at(0.5)) + math.dist(self.at(0.5), self.at(1))

    def at(self, t: float) -> tuple[float, float]:
        """The point at 0 <= t <= 1 of the way, as fractions of the cell."""
        a, b, c = (1 - t) ** 2, 2 * t * (1 - t), t**2
        f = self.form
        x = a * f.start[0] + b * f.bend[0] + c * f.stop[0]
        y = a * f.start[1] + b * f.bend[1] + c * f.stop[1]
        return self.x + (x - 0.5) * self.size, self.y + (y - 0.5) * self.size


class Pen:
    """Writes characters in one consistent hand.

    Args:
        rng: the only source of randomness, e.g. `random.Random(7)`.
    """

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._width = rng.uniform(70, 130)
        self._speed = rng.uniform(1.2, 2.6)  # cells a second
        self._slant = rng.uniform(-0.06, 0.06)

    def character(self, char: str) -> Character:
        """The strokes of one character, each 3 to about 100 points, ready to commit."""
        known = lines(char)
        paths: Sequence[_Path] = _skeleton(char)
        if known is not None:
            paths = [_Median(line) for line in known]
        return tuple(self._stroke(path, first=i == 0) for i, path in enumerate(paths))

    def _stroke(self, path: _Path, *, first: bool) -> Stroke:
        rng = self._rng
        shift_x, shift_y = rng.gauss(0, 0.012), rng.gauss(0, 0.012)
        duration_ms = 1000 * path.length / self._speed * rng.uniform(0.8, 1.3)
        steps = max(2, round(duration_ms / _SAMPLE_MS))
        points = []
        for step in range(steps + 1):
            t = step / steps
            x, y = path.at(_ease(t))
            x += shift_x + self._slant * (0.5 - y) + rng.gauss(0, 0.0015)
            y += shift_y + rng.gauss(0, 0.0015)
            dt = rng.gauss(_SAMPLE_MS, 1.5) if step else 0 if first else rng.uniform(80, 350)
            width = self._width * _between(path.press, t) + rng.gauss(0, 1.5)
            points.append(
                Point(
                    _clamp(x * GRID, 0, GRID),
                    _clamp(y * GRID, 0, GRID),
                    round(max(dt, 1)),
                    _clamp(width, 1, MAX_WIDTH),
                )
            )
        return encode(points)


def _skeleton(char: str) -> Sequence[_Path]:
    """The positions of a character's strokes: the same for every pen."""
    rng = random.Random(f"skeleton of {char}")
    count = rng.choice((2, 3, 4, 5, 5, 6, 6, 7, 8, 9, 10, 12))
    across = math.ceil(math.sqrt(count))
    down = math.ceil(count / across)
    size = 1.25 / max(across, 1.6)
    placed = []
    for i in range(count):
        x = (i % across + 0.5) / across + rng.uniform(-0.06, 0.06)
        y = (i // across + 0.5) / down + rng.uniform(-0.06, 0.06)
        inner = 0.1 + 0.8 * x, 0.1 + 0.8 * y
        placed.append(_Placed(rng.choice(_FORMS), *inner, size * rng.uniform(0.8, 1.1)))
    return placed


def _ease(t: float) -> float:
    """The share of the way at time t, with minimum jerk: slow, fast, slow, as hands move."""
    return t * t * t * (10 - 15 * t + 6 * t * t)


def _between(press: tuple[float, float, float], t: float) -> float:
    start, middle, end = press
    return start + (middle - start) * 2 * t if t < 0.5 else middle + (end - middle) * (2 * t - 1)


def _clamp(value: float, low: int, high: int) -> int:
    return min(high, max(low, round(value)))
