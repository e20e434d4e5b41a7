"""What the reader is expected to read of each character, from `expected.npz`.

The network has hardly seen some characters: it reads 訌 as 訂 and ァ as ア, however well they are
written. So its reading is compared with what it reads of the character's own shape.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from server.plausible.points import Floats

FILE = Path(__file__).with_name("expected.npz")


class Compared(NamedTuple):
    """A reading beside that of the shape which is read most like it.

    Attributes:
        alike: how much the two are alike, 0 to 1: Bhattacharyya's sum.
        legible: how likely the network finds the asked character in the shape.
    """

    alike: float
    legible: float


class Expected:
    """Its readings of all shapes, the likeliest characters of each."""

    def __init__(self, classes: Mapping[str, int], file: Path = FILE) -> None:
        """Read the file; `classes` are the network's, by character."""
        with np.load(file) as arrays:
            chars, self._chances = arrays["chars"], arrays["chances"].astype(np.float32)
        points, places = np.unique(chars, return_inverse=True)
        numbers = np.array([classes.get(chr(point), 0) for point in points.tolist()], np.intp)
        self._classes: NDArray[np.intp] = numbers[places].reshape(chars.shape)
        self._chances[self._classes == 0] = 0

    def compared(self, likely: Floats, known: Sequence[int], rows: Sequence[int]) -> Compared:
        """A reading, the chance of each class, with those of some shapes.

        The classes `known` count as one: 続 is the same as 續, which has another shape.
        """
        classes, chances = self._classes[rows], self._chances[rows]
        own = np.isin(classes, known)
        legible = (chances * own).sum(axis=1)
        together = np.sqrt(min(1.0, float(likely[known].sum())) * legible)
        alike = together + np.sqrt(likely[classes] * chances * ~own).sum(axis=1)
        best = int(alike.argmax())
        return Compared(float(alike[best]), float(legible[best]))


def save(chars: NDArray[np.uint32], chances: Floats, file: Path = FILE) -> None:
    """Write the file anew; the characters are code points."""
    np.savez_compressed(file, allow_pickle=False, chars=chars, chances=chances.astype(np.float16))
