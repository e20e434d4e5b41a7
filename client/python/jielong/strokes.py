"""The wire format of ink: four integers for each point, the first point absolute.

A point is `x, y, dt, w`. `x` and `y` lie on a 0..4095 grid over the square writing cell, y down.
`dt` is in milliseconds since the point before (for a first point: since the stroke before ended,
at most 60,000). `w` is the nib's width, 1..255, in 1/255 of 20% of the cell. After the first point
`x`, `y` and `w` are differences; `dt` always is one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeAlias

Stroke: TypeAlias = tuple[int, ...]
"""One stroke as it goes over the wire: a flat run of integers, four for each point."""

Character: TypeAlias = tuple[Stroke, ...]
"""The strokes of one character, in the order of writing."""

GRID = 4095
"""Largest coordinate."""
MAX_WIDTH = 255
"""Largest nib width; the smallest is 1."""
MAX_PAUSE_MS = 60_000
"""Longest `dt`, in milliseconds."""
MAX_STROKES = 64
"""Most strokes of one character."""
MAX_POINTS = 4096
"""Most points of one character, all strokes together."""

PER_POINT = 4


class Point(NamedTuple):
    """One absolute point of a stroke; only `dt` is relative, to the point before it."""

    x: int
    y: int
    dt: int
    w: int


def encode(points: Sequence[Point]) -> Stroke:
    """Points to the wire's form; the exact inverse of `decode`.

    Raises:
        ValueError: there is no point, or one is outside the grid or the limits.
    """
    if not points:
        raise ValueError("a stroke has at least one point")
    flat: list[int] = []
    x = y = w = 0
    for point in points:
        _check(point)
        flat += (point.x - x, point.y - y, point.dt, point.w - w)
        x, y, w = point.x, point.y, point.w
    return tuple(flat)


def decode(stroke: Sequence[int]) -> list[Point]:
    """The wire's form to points; the exact inverse of `encode`.

    Raises:
        ValueError: it is empty, not four integers a point, or leaves the grid or the limits.
    """
    if not stroke or len(stroke) % PER_POINT:
        raise ValueError(f"{len(stroke)} integers are not a whole number of points above 0")
    points: list[Point] = []
    x = y = w = 0
    for i in range(0, len(stroke), PER_POINT):
        dx, dy, dt, dw = stroke[i : i + PER_POINT]
        x, y, w = x + dx, y + dy, w + dw
        point = Point(x, y, dt, w)
        _check(point)
        points.append(point)
    return points


def check(strokes: Sequence[Sequence[int]]) -> None:
    """Raise ValueError unless these strokes can be committed as one character."""
    if not 1 <= len(strokes) <= MAX_STROKES:
        raise ValueError(f"{len(strokes)} strokes; a character has 1 to {MAX_STROKES}")
    count = sum(len(decode(stroke)) for stroke in strokes)
    if count > MAX_POINTS:
        raise ValueError(f"{count} points; a character has at most {MAX_POINTS}")


def duration(strokes: Sequence[Stroke]) -> float:
    """How long it took to write these strokes, in seconds, with the pauses between them."""
    return sum(sum(stroke[2::PER_POINT]) for stroke in strokes) / 1000


def parts(stroke: Stroke, points: int) -> Iterator[Stroke]:
    """Cut a stroke into parts of at most `points` points, as live ink is sent.

    Joined again they are the stroke: only the first part holds an absolute point.
    """
    if points < 1:
        raise ValueError("a part has at least one point")
    step = points * PER_POINT
    for i in range(0, len(stroke), step):
        yield stroke[i : i + step]


def _check(point: Point) -> None:
    x, y, dt, w = point
    if not (0 <= x <= GRID and 0 <= y <= GRID):
        raise ValueError(f"({x}, {y}) is outside the grid 0..{GRID}")
    if not 0 <= dt <= MAX_PAUSE_MS:
        raise ValueError(f"dt {dt} is outside 0..{MAX_PAUSE_MS} ms")
    if not 1 <= w <= MAX_WIDTH:
        raise ValueError(f"width {w} is outside 1..{MAX_WIDTH}")
