"""What each character looks like, from `shapes.npz`, and which characters count as the same.

`scripts/character-shapes` makes the shapes, `python -m bench.plausible --tune` what was learned of
them. A character may have several shapes: printed and handwritten, or those of its variants.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from server.plausible.points import Floats, Points, normalized

FILES = Path(__file__).parent
SHAPES, VARIANTS = FILES / "shapes.npz", FILES / "variants.txt"


class Shapes:
    """All shapes, normalized.

    Attributes:
        chars: the character of each shape, as a code point.
        points: of each shape.
        lengths: of the ink, in sides of the normalized box.
    """

    def __init__(self, file: Path = SHAPES, variants: Path = VARIANTS) -> None:
        """Read the shapes; takes about 0.2 s and 20 MB."""
        with np.load(file) as arrays:
            self.chars: NDArray[np.uint32] = arrays["chars"]
            xy = arrays["xy"].astype(np.float32) / 255
            angle = arrays["angle"].astype(np.float32) * np.float32(np.pi / 255) % np.float32(np.pi)
            lengths = arrays["length"].astype(np.float32)
        self.points, factors = normalized(Points(xy, angle))
        self.lengths: Floats = lengths * np.sqrt(factors.prod(axis=-1))
        self._rows: defaultdict[str, list[int]] = defaultdict(list)
        for row, point in enumerate(self.chars.tolist()):
            self._rows[chr(point)].append(row)
        self._same: defaultdict[str, set[str]] = defaultdict(set)
        for line in variants.read_text(encoding="utf-8").split():
            for other in line[1:]:
                self._same[line[0]].add(other)
                self._same[other].add(line[0])

    def rows(self, char: str) -> list[int]:
        """The shapes that show a character or one that counts as the same; none for an unknown."""
        return [row for same in self.same(char) for row in self._rows.get(same, ())]

    def same(self, char: str) -> set[str]:
        """The character, its variants (發, 发, 髪), and the other case of a letter."""
        composed = unicodedata.normalize("NFC", char)
        return {composed, composed.lower(), composed.upper()} | self._same.get(composed, set())
