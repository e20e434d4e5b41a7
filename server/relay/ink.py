"""The ink of a character: strokes as the protocol writes them, and what makes them valid.

A stroke is a flat list of integers, four a point: x, y, dt, w. The first point is absolute, every
later one is the difference from the point before (dt is always a duration).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

GRID = 4095
"""Largest x or y: the writing cell is a square of 4096 by 4096."""

MAX_PAUSE_MS = 60_000
"""Longest time between two points, and between two strokes."""

MAX_NIB = 255
"""Widest nib, in 1/255 of 20% of the cell."""

MAX_STROKES = 64
MAX_POINTS = 4_096
POINT = 4
"""Integers in a point."""

Stroke = list[int]


class BadInkError(ValueError):
    """The strokes break a rule of the protocol; the message says which."""


def check_strokes(strokes: list[Stroke]) -> None:
    """Check the authoritative ink of one character.

    Costs about 11 us for 100 points in eight strokes.

    Raises:
        BadInkError: when there are not 1 to 64 strokes, more than 4,096 points, or a point lies
            outside the grid, the nib's range or the longest pause.
    """
    if not 1 <= len(strokes) <= MAX_STROKES:
        raise BadInkError(f"a character has 1 to {MAX_STROKES} strokes, not {len(strokes)}")
    if sum(map(len, strokes)) > MAX_POINTS * POINT:
        raise BadInkError(f"a character has at most {MAX_POINTS} points")
    _check_points(strokes)


def check_part(part: Stroke, *, first: bool) -> None:
    """Check a part of a stroke that is shown while it is written: whole points.

    Of any other part nobody knows where it begins, or whether it does so anew, so its values are
    only checked to be points of the grid or steps that are possible on it.

    Raises:
        BadInkError: a point of a first part lies outside the grid, the nib's range or the longest
            pause; or a step is too long for any.
    """
    if first:
        _check_points((part,))
    elif any(
        abs(dx) > GRID or abs(dy) > GRID or not 0 <= dt <= MAX_PAUSE_MS or abs(dw) > MAX_NIB
        for dx, dy, dt, dw in _points(part)
    ):
        raise BadInkError(f"from point to point it is at most {GRID} and {MAX_PAUSE_MS} ms")


def _check_points(strokes: Iterable[Stroke]) -> None:
    # A third of the bytecode that a participant costs runs in the inner loop, so it calls nothing
    # and compares with `or`: a chain of two comparisons or bit operations take a tenth longer.
    # `zip` without the keyword is a tenth of the whole faster; that points are whole is checked.
    grid, longest, widest = GRID, MAX_PAUSE_MS, MAX_NIB
    for stroke in strokes:
        if not stroke or len(stroke) % POINT:
            raise BadInkError("a stroke is a list of x, y, dt, w for each of one or more points")
        x = y = w = 0
        values = iter(stroke)
        for dx, dy, dt, dw in zip(values, values, values, values):  # noqa: B905
            x += dx
            y += dy
            w += dw
            if (
                x < 0
                or x > grid
                or y < 0
                or y > grid
                or w < 1
                or w > widest
                or dt < 0
                or dt > longest
            ):
                raise BadInkError(_what_is_wrong(x, y, dt))


def _what_is_wrong(x: int, y: int, dt: int) -> str:
    """With a point that is."""
    if not (0 <= x <= GRID and 0 <= y <= GRID):
        return f"a point lies outside the grid of 0 to {GRID}"
    if not 0 <= dt <= MAX_PAUSE_MS:
        return f"a dt is 0 to {MAX_PAUSE_MS} ms"
    return f"a nib is 1 to {MAX_NIB} wide"


def _points(stroke: Stroke) -> Iterator[tuple[int, int, int, int]]:
    values = iter(stroke)
    return zip(values, values, values, values, strict=True)
