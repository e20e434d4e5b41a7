"""The ink that the checks write."""

from __future__ import annotations

STROKES = [[700, 2000, 0, 90, 1300, -20, 90, 10, 1300, -30, 90, -30], [2000, 700, 200, 100]]
"""A character of two strokes, the second one a dot."""

OTHER_STROKES = [[2000, 500, 0, 100, 10, 2500, 200, -20]]
"""Another character."""

OFF_GRID = [[4095, 0, 0, 9, 1, 0, 9, 0]]
"""A stroke whose second point lies right of the grid."""

LIVE = STROKES[0]
"""A part of a stroke that begins it."""
