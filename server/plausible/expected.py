"""What the reader is expected to read of each character, from `expected.npz`.

The network has hardly seen some characters: it reads 訌 as 訂 and ァ as ア, however well they are
written. So its reading is compared with what it reads of the character's own shape.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from server.plausible.points import Floats

FILE = Path(__file__).with_name("expected.npz")


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

    def alike(self, likely: Floats, rows: Sequence[int]) -> float:
        """How much a reading is like that of one of some shapes, 0 to 1: Bhattacharyya's sum.

        `likely` has the chance of each class.
        """
        read = likely[self._classes[rows]]
        return float(np.sqrt(read * self._chances[rows]).sum(axis=1).max())

    def legible(self, known: Sequence[int], rows: Sequence[int]) -> float:
        """How likely it finds one of these classes where it reads the shapes themselves."""
        own = np.isin(self._classes[rows], known)
        return float((self._chances[rows] * own).max())


def save(chars: NDArray[np.uint32], chances: Floats, file: Path = FILE) -> None:
    """Write the file anew; the characters are code points."""
    np.savez_compressed(file, allow_pickle=False, chars=chars, chances=chances.astype(np.float16))
