"""A few strokes to draw in tests, as points in cells."""

from __future__ import annotations

from tests.browser.participant_page import Path

ACROSS: Path = [(0.2, 0.5), (0.5, 0.47), (0.8, 0.46)]
DOWN: Path = [(0.5, 0.15), (0.51, 0.5), (0.5, 0.85)]
LEFT: Path = [(0.48, 0.5), (0.35, 0.7), (0.18, 0.82)]
RIGHT: Path = [(0.52, 0.5), (0.66, 0.7), (0.84, 0.82)]
DOT: Path = [(0.7, 0.2), (0.76, 0.28)]

CHARACTERS: list[list[Path]] = [
    [ACROSS, DOWN],
    [DOWN, LEFT, RIGHT],
    [DOT, ACROSS],
    [ACROSS, LEFT, RIGHT, DOT],
]
"""Different strokes for each character of a phrase of up to four."""
