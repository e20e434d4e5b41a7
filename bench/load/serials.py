"""The set of received serial numbers, one bit each: seven million in less than a megabyte."""

from __future__ import annotations

from typing import Any

import numpy as np


class Serials:
    """The numbers that one load process received.

    Attributes:
        twice: numbers received more than once here.
        outside: numbers that are not above `base`, or too large.
        early: numbers that are not above one received before the work's last commit was sent,
            although numbers ascend.
    """

    def __init__(self, bits: Any, base: int) -> None:
        """`bits` is a writable buffer of bytes, all 0; number `base + 1` is its first bit."""
        self._bits = bits
        self._base = base
        self._room = 8 * len(bits)
        self.highest = 0
        self.twice = self.outside = self.early = 0

    def add(self, serial: int, floor: int) -> None:
        """A work is complete; `floor` was the highest number when its last commit was sent."""
        place = serial - self._base - 1
        if not 0 <= place < self._room:
            self.outside += 1
            return
        byte, bit = place >> 3, 1 << (place & 7)
        if self._bits[byte] & bit:
            self.twice += 1
        self._bits[byte] |= bit
        if serial <= floor:
            self.early += 1
        self.highest = max(self.highest, serial)


def merge(parts: list[Any], given: int) -> dict[str, int]:
    """Merge the sets of all processes; `given` numbers should have been given without a gap.

    Returns:
        `heard`: different numbers; `twice`: numbers of two processes; `missing`: expected numbers
        that nobody received; `beyond`: received numbers above the last expected one.
    """
    union, twice = np.zeros_like(parts[0]), 0
    for part in parts:
        twice += int(np.bitwise_count(union & part).sum())
        union |= part
    bits = np.unpackbits(union, bitorder="little")
    heard = int(bits.sum())
    inside = int(bits[:given].sum())
    return {"heard": heard, "twice": twice, "missing": given - inside, "beyond": heard - inside}
