"""The ink that the checks write."""

from __future__ import annotations

STROKES = [[700, 2000, 0, 90, 1300, -20, 90, 10, 1300, -30, 90, -30], [2000, 700, 200, 100]]
"""A character of two strokes, the second one a dot."""

OTHER_STROKES = [[2000, 500, 0, 100, 10, 2500, 200, -20]]
"""Another character."""

OFF_GRID = [[4095, 0, 0, 9, 1, 0, 9, 0]]
"""A stroke whose second point lies right of the grid."""

LARGEST = [[4095, 4095, 0, 255] for _ in range(63)] + [[0, 0, 60_000, 1] + [0] * (4 * 4_032)]
"""A character of 64 strokes with 4,096 points in all."""

LIVE = STROKES[0]
"""A part of a stroke that begins it."""
