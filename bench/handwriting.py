"""Ink like that of a finger on a screen: parts of strokes for live ink, characters for commits.

It is made from a seed, so that every run and every peer carries the same bytes.
"""

from __future__ import annotations

from random import Random

GRID = 4_095
STROKES = 8
POINTS_PER_STROKE = 12


def live_part(random: Random, *, first: bool) -> list[int]:
    """Points of one frame of live ink: 4 to 6 of them, as differences, about 3 ms apart.

    The `first` of a stroke begins with a place on the grid.
    """
    steps = [value for _ in range(random.randint(4, 6)) for value in _step(random)]
    return _start(random) + steps[4:] if first else steps


def character(random: Random) -> list[list[int]]:
    """The strokes of a character of middling size: 8 strokes of 12 points."""
    return [_stroke(random) for _ in range(STROKES)]


def _stroke(random: Random) -> list[int]:
    stroke = _start(random)
    for _ in range(POINTS_PER_STROKE - 1):
        stroke += _step(random)
    return stroke


def _start(random: Random) -> list[int]:
    x, y = (random.randint(GRID // 3, GRID * 2 // 3) for _ in "xy")
    return [x, y, random.randint(80, 400), 128]


def _step(random: Random) -> tuple[int, int, int, int]:
    return (
        random.randint(-60, 60),
        random.randint(-60, 60),
        random.randint(2, 9),
        random.randint(-3, 3),
    )
